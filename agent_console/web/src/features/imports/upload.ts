import { Problem } from "../../net/api";
import type { Preview } from "./types";

interface Answer {
  code?: string;
  params?: Record<string, unknown>;
  request_id?: string;
}

/** Send a file as it is: it may be large, so there is no deadline but the browser's. */
export async function upload(entity: string, file: File): Promise<Preview> {
  const asked = new URLSearchParams({ entity, name: file.name });
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/imports?${asked}`, {
      method: "POST",
      body: file,
      credentials: "same-origin",
      headers: { "X-Trunkline": "1", "Content-Type": "application/octet-stream", Accept: "application/json" },
    });
  } catch {
    throw new Problem("network.lost", 0);
  }
  const body: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return body as Preview;
  const { code, params, request_id } = body as Answer;
  throw new Problem(code ?? `http.${answer.status}`, answer.status, params, [], request_id);
}
