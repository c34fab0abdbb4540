import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Talk, type Frame, type Line } from "../src/chat-widget/talk";
import { firstBits, solve } from "../src/chat-widget/work";

const line = (seq: number, more: Partial<Line> = {}): Line => ({ seq, by: "agent", at: seq, text: `line ${seq}`, ...more });
const news = (after: number, ...lines: Line[]): Frame => ({ type: "news", now: 0, after, lines });

describe("The work before a chat", () => {
  test("Its hash is SHA-256.", () => {
    for (const text of ["", "abc", "x".repeat(55), "x".repeat(56), "x".repeat(64), "1790000000.ab.cd:12345", "y".repeat(300)]) {
      expect(firstBits(text), text).toBe(createHash("sha256").update(text).digest().readUInt32BE(0));
    }
  });

  test("What it finds begins with as many zero bits as were asked for.", async () => {
    expect(firstBits(`puzzle:${await solve("puzzle", 10)}`) >>> 22).toBe(0);
  });
});

describe("A chat on the visitor's screen", () => {
  test("Lines that are known come once; a gap is told.", () => {
    const talk = new Talk();
    expect(talk.take(news(0, line(1), line(2)))).toBe(true);
    expect(talk.take(news(1, line(2), line(3)))).toBe(true);
    expect(talk.take(news(4, line(5)))).toBe(false);
    expect(talk.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("What was sent is sent again until its line has come, and no longer when it is refused for good.", () => {
    const talk = new Talk();
    talk.pending = [{ id: "a", text: "one" }, { id: "b", text: "two" }, { id: "c", text: "three" }];
    talk.take(news(0, line(1, { by: "visitor", id: "a", text: "one" })));
    talk.take({ type: "refused", id: "b", code: "chat.too_long" });
    talk.take({ type: "refused", id: "c", code: "chat.later" });
    expect(talk.unsent.map(({ id }) => id)).toEqual(["c"]);
    expect(talk.pending.map(({ id }) => id)).toEqual(["b", "c"]);
  });
});
