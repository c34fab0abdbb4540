import { describe, expect, test } from "vitest";
import { laterTimes } from "../src/features/interaction/later";

const at = (...parts: [number, number, number, number]): number => new Date(...parts).getTime() / 1000;

describe("later", () => {
  test("In an hour, in three, tomorrow morning and on Monday morning.", () => {
    const thursday = at(2026, 10, 26, 16); // November
    expect(laterTimes(thursday)).toEqual([
      { name: "hour", at: thursday + 3600 },
      { name: "three_hours", at: thursday + 3 * 3600 },
      { name: "tomorrow", at: at(2026, 10, 27, 9) },
      { name: "monday", at: at(2026, 10, 30, 9) },
    ]);
  });
  test("On a Sunday tomorrow is Monday; on a Monday it is the next one.", () => {
    expect(laterTimes(at(2026, 10, 29, 16)).map(({ name }) => name)).toEqual(["hour", "three_hours", "tomorrow"]);
    expect(laterTimes(at(2026, 10, 30, 8)).find(({ name }) => name === "monday")?.at).toBe(at(2026, 11, 7, 9));
  });
});
