import { describe, expect, test } from "vitest";
import { readHours, readTarget, writeHours, writeTarget } from "../src/features/sla/hours";
import { daysAndHours, lookOf, mostUrgent } from "../src/features/sla/urgency";
import type { ClockDoc } from "../src/net/types";

const clock = (part: Partial<ClockDoc>): ClockDoc => ({
  kind: "first_response", round: 1, state: "running", due: 1000, warn_at: 750, met_at: null, breached_at: null, target_s: 1000, left_s: null, ...part,
});

describe("A promise's look", () => {
  test.each([
    [{}, 100, "running"],
    [{}, 750, "soon"],
    [{}, 1001, "late"],
    [{ state: "breached", warn_at: null, breached_at: 1000 }, 1200, "late"],
    [{ state: "breached", met_at: 1100, breached_at: 1000 }, 1200, "was_late"],
    [{ state: "paused", due: null, warn_at: null, left_s: 60 }, 9999, "paused"],
    [{ state: "met", met_at: 10 }, 9999, "met"],
  ] as const)("It is what the server says, and what the second says: %o at %d is %s.", (part, now, look) => {
    expect(lookOf(clock(part as Partial<ClockDoc>), now)).toBe(look);
  });

  test("The most urgent is the missed one, then the nearest; none when all are done.", () => {
    const near = clock({ kind: "next_response", due: 500, warn_at: 400 });
    const missed = clock({ kind: "resolution", state: "breached", breached_at: 50, due: 50 });
    const done = clock({ state: "met", met_at: 10 });
    expect(mostUrgent([clock({}), near, done], 100)).toBe(near);
    expect(mostUrgent([near, missed], 100)).toBe(missed);
    expect(mostUrgent([done], 100)).toBeNull();
  });

  test("A long time is told in days and hours.", () => {
    expect(daysAndHours(200_000)).toEqual({ days: 2, hours: 7 });
  });
});

describe("Hours as people write them", () => {
  test("Several intervals, with and without minutes, in Chinese punctuation too.", () => {
    const wanted = [{ start: "09:00", end: "12:00" }, { start: "13:30", end: "18:00" }];
    expect(readHours("9-12, 13:30-18:00")).toEqual(wanted);
    expect(readHours("09:00～12:00，13:30～18")).toEqual(wanted);
    expect(readHours(writeHours(wanted))).toEqual(wanted);
    expect(readHours("0-24")).toEqual([{ start: "00:00", end: "24:00" }]);
    expect(readHours(" ")).toEqual([]);
  });

  test.each(["9", "9-", "9-25", "9-12-13", "nine to five", "9:60-10"])("%s cannot be read.", (text) => {
    expect(readHours(text)).toBeNull();
  });

  test("A target is hours and minutes; nothing written is no promise.", () => {
    expect([readTarget("4"), readTarget("1:30"), readTarget("0:10"), readTarget("")]).toEqual([14_400, 5400, 600, null]);
    expect([readTarget("soon"), readTarget("1:75")]).toEqual([Number.NaN, Number.NaN]);
    expect([writeTarget(5400), writeTarget(null)]).toEqual(["1:30", ""]);
  });
});
