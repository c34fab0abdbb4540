/** Calls to /api/v1. Every failure is a `Problem` with a code that the catalogues translate. */

export interface FieldProblem {
  pointer: string;
  code: string;
  params?: Record<string, unknown>;
}

/** An RFC 9457 answer, or `network` when there was no answer at all. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly params: Record<string, unknown>;
  readonly errors: FieldProblem[];
  readonly requestId: string;

  constructor(
    code: string,
    status: number,
    params: Record<string, unknown> = {},
    errors: FieldProblem[] = [],
    requestId = "",
  ) {
    super(code);
    this.code = code;
    this.status = status;
    this.params = params;
    this.errors = errors;
    this.requestId = requestId;
  }
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface ProblemBody {
  code?: string;
  params?: Record<string, unknown>;
  errors?: FieldProblem[];
  request_id?: string;
}

const ANSWER_WITHIN_MS = 15_000;

/** Call the API. 204 answers `undefined`; anything but 2xx throws a `Problem`. */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await send(method, path, body, headers);
  if (answer.status === 204) return undefined as T;
  if (answer.ok) return (await answer.json()) as T;
  throw await problemOf(answer);
}

async function send(method: Method, path: string, body: unknown, extra: Record<string, string>): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...extra };
  if (method !== "GET") headers["X-Trunkline"] = "1"; // a cross-site form cannot send it
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const code = error instanceof DOMException && error.name === "TimeoutError" ? "network.slow" : "network.lost";
    throw new Problem(code, 0);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = (await answer.json()) as ProblemBody;
  } catch {
    // A proxy's own error page: the status says all there is to say.
  }
  return new Problem(
    body.code ?? `http.${answer.status}`,
    answer.status,
    body.params,
    body.errors,
    body.request_id,
  );
}

/** An id as one path segment (`<interaction>/<attempt>` holds a slash). */
export const segment = (id: string): string => encodeURIComponent(id);
