import { describe, expect, test } from "vitest";
import { asked, START } from "../src/features/board/planner";

describe("planner", () => {
  test("Shares are typed in percent; a patience that is left out is not asked with.", () => {
    expect(asked(START)).toBe("per_hour=120&handling_s=240&within_s=20&service_level=0.8&occupancy=0.9");
    expect(asked({ ...START, patience: "90", perHour: "12,5" })).toContain("per_hour=12.5&");
    expect(asked({ ...START, patience: "90" })).toContain("patience_s=90");
  });
  test("Nothing is asked with what is missing or beyond its limits.", () => {
    for (const wrong of [{ perHour: "" }, { perHour: "many" }, { handling: "0" }, { share: "100" }, { occupancy: "5" }, { patience: "0" }, { within: "-1" }]) expect(asked({ ...START, ...wrong })).toBeNull();
  });
});
