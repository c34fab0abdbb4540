import { describe, expect, test } from "vitest";
import { door } from "../src/features/board/opening";

const hours: [number, number][] = [[100, 200], [300, 400]];

describe("door", () => {
  test("is open from the first second until before the last", () => {
    const open = [99, 100, 199, 200, 300, 399, 400].filter((now) => door({ closed: false, opening: hours }, now).open);
    expect(open).toEqual([100, 199, 300, 399]);
  });
  test("says when it opens, as far as that is known", () => {
    expect(door({ closed: false, opening: hours }, 250)).toEqual({ open: false, emergency: false, opensAt: 300 });
    expect(door({ closed: false, opening: hours }, 500)).toEqual({ open: false, emergency: false, opensAt: null });
  });
  test("is always open without hours, and closed in an emergency", () => {
    expect(door({ closed: false, opening: null }, 5).open).toBe(true);
    expect(door({ closed: true, opening: null }, 5)).toEqual({ open: false, emergency: true, opensAt: null });
  });
});
