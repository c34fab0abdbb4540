/** The socket to the server: comes back by itself with what was seen, and sends again what was not acknowledged. */
import type { Frame, Talk } from "./talk";

const FIRST_MS = 400;
const LONGEST_MS = 15_000;
const SILENT_MS = 25_000; // the server says something every 10 s
const UNKNOWN = 4001;

export class Link {
  #socket: WebSocket | null = null;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  up = false;

  constructor(private readonly address: string, private readonly token: string, private readonly talk: Talk, private readonly changed: () => void, private readonly unknown: () => void) {
    window.addEventListener("online", this.#now);
    document.addEventListener("visibilitychange", this.#now);
    this.#open();
  }

  say(frame: object): void {
    if (this.up) this.#socket?.send(JSON.stringify(frame));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    window.removeEventListener("online", this.#now);
    document.removeEventListener("visibilitychange", this.#now);
    this.#socket?.close();
  }

  readonly #now = (): void => {
    if (this.#closed || this.#socket || document.hidden) return;
    clearTimeout(this.#timer);
    this.#open();
  };

  #open(): void {
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this.token, seen: this.talk.seen }));
    socket.onmessage = ({ data }) => {
      this.#listen();
      if (!this.talk.take(JSON.parse(String(data)) as Frame)) return socket.close();
      if (!this.up) {
        this.up = true;
        this.#tries = 0;
        for (const { id, text } of this.talk.unsent) this.say({ type: "send", id, text });
      }
      this.changed();
    };
    socket.onclose = ({ code }) => this.#lost(code);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const dead = this.#socket;
      if (!dead) return;
      dead.onclose = null;
      dead.close();
      this.#lost(0);
    }, SILENT_MS);
  }

  #lost(code: number): void {
    clearTimeout(this.#silence);
    this.#socket = null;
    this.up = false;
    if (this.#closed) return;
    if (code === UNKNOWN) return this.unknown();
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + Math.random() / 2);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#open(), wait);
    this.changed();
  }
}
