/** The few requests beside the socket. */
export interface Door {
  open: boolean;
  centre: string;
  greeting: string;
  consent: string;
  ask_name: "required" | "optional" | "no";
  ask_email: "required" | "optional" | "no";
  files: boolean;
  file_mb: number;
  message_chars: number;
  mail: string;
  form: string;
  puzzle: string;
  bits: number;
}

export class Problem extends Error {
  constructor(readonly code: string, readonly values: Record<string, string | number> = {}) {
    super(code);
  }
}

export class Server {
  constructor(readonly origin: string) {}

  get socket(): string {
    return `${this.origin.replace(/^http/, "ws")}/chat/socket`;
  }

  door(key: string, language: string): Promise<Door> {
    return this.#ask(`/chat/doors/${encodeURIComponent(key)}?lang=${language}`).then((answer) => answer.json() as Promise<Door>);
  }

  async begin(given: object): Promise<void> {
    await this.#ask("/chat/conversations", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
  }

  async upload(token: string, id: string, file: File): Promise<void> {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": file.type || "application/octet-stream" };
    await this.#ask(`/chat/files?id=${id}&name=${encodeURIComponent(file.name)}`, { method: "POST", headers, body: file });
  }

  file(token: string, id: string): Promise<Blob> {
    return this.#mine(token, `/chat/files/${encodeURIComponent(id)}`).then((answer) => answer.blob());
  }

  transcript(token: string): Promise<Blob> {
    return this.#mine(token, "/chat/transcript").then((answer) => answer.blob());
  }

  async mail(token: string): Promise<void> {
    await this.#mine(token, "/chat/transcript", "POST");
  }

  #mine(token: string, path: string, method = "GET"): Promise<Response> {
    return this.#ask(path, { method, headers: { Authorization: `Bearer ${token}` } });
  }

  async #ask(path: string, how: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(this.origin + path, { ...how, credentials: "omit" });
    } catch {
      throw new Problem("unreachable");
    }
    if (answer.ok) return answer;
    const said = (await answer.json().catch(() => ({}))) as { code?: string; params?: Record<string, string | number> };
    throw new Problem(said.code ?? "other", said.params);
  }
}
