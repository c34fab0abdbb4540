import { describe, expect, test } from "vitest";
import { advance, judge, type DeltaFrame, type Frame, type Position } from "../src/net/frames";
import type { Item, NoticeDoc } from "../src/net/types";
import { Store } from "../src/store/store";

const at = (seq: number): Position => ({ stream: "s", seq });
const delta = (seq: number, set: DeltaFrame["set"] = [], drop: DeltaFrame["drop"] = []): DeltaFrame => ({ type: "delta", seq, now: 0, set, drop });
const notice = (id: string, code = "x"): NoticeDoc => ({ id, code, params: {}, at: 0 });

describe("judge", () => {
  test("A delta that follows is applied, one seen before is ignored, one beyond a gap asks for a resync.", () => {
    expect(judge(at(4), delta(5))).toBe("apply");
    expect(judge(at(4), delta(4))).toBe("ignore");
    expect(judge(at(4), delta(6))).toBe("resync");
  });

  test("A delta before any snapshot asks for a resync.", () => {
    expect(judge(null, delta(1))).toBe("resync");
  });

  test("A beat that knows more than we have seen asks for a resync, and one that does not is ignored.", () => {
    expect(judge(at(4), { type: "beat", seq: 5, now: 0 })).toBe("resync");
    expect(judge(at(4), { type: "beat", seq: 4, now: 0 })).toBe("ignore");
  });

  test("A resume of another stream asks for a resync.", () => {
    expect(judge(at(4), { type: "resumed", stream: "other", seq: 4, now: 0 })).toBe("resync");
    expect(judge(at(4), { type: "resumed", stream: "s", seq: 4, now: 0 })).toBe("apply");
  });
});

describe("store", () => {
  /** A small generator with a seed, so that a failure can be repeated. */
  function random(seed: number): () => number {
    let state = seed;
    return () => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648);
  }

  test("A stale snapshot with every later delta equals a fresh snapshot, whichever point it was taken at.", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const next = random(seed);
      const truth: Record<string, NoticeDoc> = {};
      const history: { frame: DeltaFrame; after: Record<string, NoticeDoc> }[] = [];
      for (let seq = 1; seq <= 30; seq += 1) {
        const id = `n${Math.floor(next() * 6)}`;
        const drop = next() < 0.35;
        if (drop) delete truth[id];
        else truth[id] = notice(id, `c${seq}`);
        history.push({ frame: drop ? delta(seq, [], [["notices", id]]) : delta(seq, [["notices", id, truth[id]]]), after: { ...truth } });
      }
      const cut = Math.floor(next() * 29);
      const store = new Store();
      let position: Position | null = null;
      const take = (frame: Frame): void => {
        if (judge(position, frame) !== "apply") return;
        if (frame.type === "snapshot") store.reset(frame.docs);
        if (frame.type === "delta") store.apply(frame);
        position = advance(position, frame);
      };
      take({ type: "snapshot", stream: "s", seq: cut + 1, now: 0, build: "", docs: { notices: history[cut]?.after ?? {} } });
      for (const { frame } of history.slice(Math.max(0, cut - 3))) take(frame); // some of them are old
      expect(Object.fromEntries(store.list("notices").map((doc) => [doc.id, doc]))).toEqual(truth);
    }
  });

  test("Only those who watch a changed document or its collection are called.", () => {
    const store = new Store();
    store.reset({ notices: { a: notice("a"), b: notice("b") } });
    const called: string[] = [];
    store.subscribe("notices", "a", () => called.push("a"));
    store.subscribe("notices", "b", () => called.push("b"));
    store.subscribe("notices", null, () => called.push("all"));
    store.subscribe("items", null, () => called.push("items"));
    store.apply({ set: [["notices", "a", notice("a", "y")]], drop: [] });
    expect(called.sort()).toEqual(["a", "all"]);
  });

  test("A snapshot keeps the identity of what did not change and drops what is gone.", () => {
    const store = new Store();
    store.reset({ notices: { a: notice("a"), b: notice("b") } });
    const kept = store.get("notices", "a");
    store.reset({ notices: { a: notice("a") } });
    expect(store.get("notices", "a")).toBe(kept);
    expect(store.get("notices", "b")).toBeUndefined();
    expect(store.list("items") as readonly Item[]).toEqual([]);
  });
});
