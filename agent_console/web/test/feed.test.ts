import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Feed } from "../src/net/feed";
import { Store } from "../src/store/store";

/** The far end of the socket: what the browser offers, without a network. */
class FarEnd {
  static all: FarEnd[] = [];
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FarEnd.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {}
  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  static get last(): FarEnd {
    const last = FarEnd.all.at(-1);
    if (!last) throw new Error("no socket was opened");
    return last;
  }
}

const snapshot = { type: "snapshot", stream: "s", seq: 7, now: 1000, build: "b", docs: { notices: { a: { id: "a", code: "x", params: {}, at: 0 } } } };

describe("feed", () => {
  let store: Store;
  let feed: Feed;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FarEnd);
    FarEnd.all = [];
    store = new Store();
    feed = new Feed(store, "agent", () => undefined);
    feed.open();
    FarEnd.last.onopen?.();
  });
  afterEach(() => {
    feed.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test("The first hello asks for everything; after a gap the next one resumes from the last frame applied.", () => {
    expect(JSON.parse(FarEnd.last.sent[0] ?? "")).toEqual({ type: "hello", view: "agent", resume: null });
    FarEnd.last.says(snapshot);
    expect(feed.state).toBe("live");
    FarEnd.last.says({ type: "delta", seq: 9, now: 1001, set: [], drop: [["notices", "a"]] });
    expect(feed.state).toBe("lost");
    expect(store.get("notices", "a")).toBeDefined();
    vi.advanceTimersByTime(10);
    FarEnd.last.onopen?.();
    expect(FarEnd.all).toHaveLength(2);
    expect(JSON.parse(FarEnd.last.sent[0] ?? "").resume).toEqual({ stream: "s", seq: 7 });
  });

  test("Silence makes the link stale and then lost, and a new connection is tried.", () => {
    FarEnd.last.says(snapshot);
    vi.advanceTimersByTime(8_000);
    expect(feed.state).toBe("stale");
    vi.advanceTimersByTime(6_000);
    expect(feed.state).toBe("lost");
    expect(FarEnd.all).toHaveLength(2);
  });

  test("A try that nobody answers is given up and made again: a network may swallow packets without a word.", () => {
    FarEnd.last.says(snapshot);
    FarEnd.last.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(500);
    expect(FarEnd.all).toHaveLength(2);
    vi.advanceTimersByTime(7_000);
    expect(FarEnd.all).toHaveLength(3);
  });

  test("A session that ended is not tried again.", () => {
    FarEnd.last.says(snapshot);
    FarEnd.last.onclose?.({ code: 4001 });
    vi.advanceTimersByTime(30_000);
    expect(feed.state).toBe("ended");
    expect(FarEnd.all).toHaveLength(1);
  });

  test("A client that was too slow comes back and resumes.", () => {
    FarEnd.last.says(snapshot);
    FarEnd.last.onclose?.({ code: 4008 });
    vi.advanceTimersByTime(1_000);
    FarEnd.last.onopen?.();
    expect(JSON.parse(FarEnd.last.sent[0] ?? "").resume).toEqual({ stream: "s", seq: 7 });
  });
});
