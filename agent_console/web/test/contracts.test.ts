import { describe, expect, test } from "vitest";
import { filled, limited, standing, toldOf } from "../src/features/contracts/limit";
import type { ContractDoc } from "../src/net/types";

const contract = (extra: Partial<ContractDoc>): ContractDoc => ({
  id: "k", number: "K-2026-000001", name: null, level: null, state: "active", ends_on: "2026-12-31", when_over: "charge", calls: null, minutes: null, over: null, over_by: 0, told: null, ...extra,
});
const left = (n: number) => ({ max: 9, used: 9 - n, left: n });

describe("a contract's limits", () => {
  test("Nothing left is over, the last call and the last minutes are low, more is fine, no limit is fine.", () => {
    expect(standing(contract({ calls: left(0), over: "calls" }))).toBe("over");
    expect(standing(contract({ calls: left(1) }))).toBe("low");
    expect(standing(contract({ calls: left(2) }))).toBe("fine");
    expect(standing(contract({ minutes: { max: 100, used: 90, left: 10 } }))).toBe("low");
    expect(standing(contract({}))).toBe("fine");
    expect(limited(contract({}))).toBe(false);
  });

  test("A meter is never fuller than full, and full where nothing is included.", () => {
    expect([filled({ max: 4, used: 1, left: 3 }), filled({ max: 4, used: 9, left: 0 }), filled({ max: 0, used: 0, left: 0 })]).toEqual([0.25, 1, 1]);
  });

  test.each([
    ["calls-left-3", "contracts.told_calls", 3], ["calls-left-0", "contracts.told_calls_none", 0], ["minutes-left-15", "contracts.told_minutes", 15], ["minutes-left-0", "contracts.told_minutes_none", 0],
    ["limit-queue", "contracts.told_queue", 0], ["limit-refused", "contracts.told_refused", 0],
  ])("%s was heard: %s.", (told, key, count) => {
    expect(toldOf(told)).toEqual({ key, count });
  });
});
