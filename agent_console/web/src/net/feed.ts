import type { Store } from "../store/store";
import { advance, judge, type Frame, type Position } from "./frames";

/** live: fresh; stale: no word for a while; lost: no connection; ended: the session is over. */
export type LinkState = "connecting" | "live" | "stale" | "lost" | "ended" | "forbidden";

const STALE_AFTER_MS = 7_000; // one beat (5 s) is late
const LOST_AFTER_MS = 12_000; // the contract's word: none for 12 s, the link is lost
const TRY_FOR_MS = 5_000; // a network that swallows packets says nothing for minutes
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 1_500; // back within 3 s of a server that is back

const SESSION_ENDED = 4001;
const NOT_ALLOWED = 4003;

interface Look {
  case: string;
  changed: () => void;
}

/** The socket: snapshot, deltas in order, resume after a break, watchdog on the beat. */
export class Feed {
  state: LinkState = "connecting";
  /** Local moment (ms) of the last frame. */
  lastFrameAt = 0;
  build = "";
  #store: Store;
  #view: "agent" | "board";
  #onClock: (serverNow: number) => void;
  #socket: WebSocket | null = null;
  #position: Position | null = null;
  #triedAt = 0;
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setInterval> | undefined;
  #listeners = new Set<() => void>();
  /** Who is told when the case changed whose page is open; the latest one's case is what the server knows. */
  #looks = new Set<Look>();
  #closed = false;

  constructor(store: Store, view: "agent" | "board", onClock: (serverNow: number) => void) {
    this.#store = store;
    this.#view = view;
    this.#onClock = onClock;
  }

  open(): void {
    this.#closed = false;
    this.#connect();
    this.#watchdog = setInterval(() => this.#watch(), 1_000);
    window.addEventListener("online", this.#hurry);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    window.removeEventListener("online", this.#hurry);
    this.#drop();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `changed` is called when something of the case has changed, or may have while the link was lost; until the function that is returned is. */
  look(caseId: string, changed: () => void): () => void {
    const mine = { case: caseId, changed };
    this.#looks.add(mine);
    this.#tellLook();
    return () => {
      this.#looks.delete(mine);
      this.#tellLook();
    };
  }

  #tellLook(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: "look", case: [...this.#looks].at(-1)?.case ?? "" }));
  }

  #hurry = (): void => {
    if (this.state === "lost") this.#reconnect(0);
  };

  #connect(): void {
    const url = new URL("/api/v1/socket", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#triedAt = performance.now();
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "hello", view: this.#view, resume: this.#position }));
      if (this.#looks.size > 0) this.#tellLook();
      if (this.#position) for (const each of this.#looks) each.changed();
    };
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#take(JSON.parse(message.data as string) as Frame);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
    this.lastFrameAt ||= performance.now();
  }

  #take(frame: Frame): void {
    this.lastFrameAt = performance.now();
    this.#onClock(frame.now);
    if (frame.type === "news") for (const each of this.#looks) if (each.case === frame.case) each.changed();
    const verdict = judge(this.#position, frame);
    if (verdict === "resync") return this.#reconnect(0);
    if (verdict === "apply") this.#apply(frame);
    this.#retryMs = FIRST_RETRY_MS;
    this.#say("live");
  }

  #apply(frame: Frame): void {
    if (frame.type === "snapshot") {
      this.build = frame.build;
      this.#store.reset(frame.docs);
    } else if (frame.type === "delta") {
      this.#store.apply(frame);
    }
    this.#position = advance(this.#position, frame);
  }

  #watch(): void {
    const silentMs = performance.now() - this.lastFrameAt;
    if (this.state === "live" && silentMs > STALE_AFTER_MS) this.#say("stale");
    if ((this.state === "stale" || this.state === "connecting") && silentMs > LOST_AFTER_MS) this.#reconnect(0);
    if (this.state === "lost" && this.#socket && performance.now() - this.#triedAt > TRY_FOR_MS) this.#reconnect(0);
  }

  #lost(code: number): void {
    if (this.#closed) return;
    if (code === SESSION_ENDED) return this.#say("ended");
    if (code === NOT_ALLOWED) return this.#say("forbidden");
    this.#reconnect(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  #reconnect(afterMs: number): void {
    this.#drop();
    this.#say("lost");
    clearTimeout(this.#timer);
    // Jitter, so that a floor of consoles does not return in one instant after a restart.
    this.#timer = setTimeout(() => this.#connect(), afterMs * (0.7 + 0.6 * Math.random()));
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #say(state: LinkState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
