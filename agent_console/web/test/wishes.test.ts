import { describe, expect, it } from "vitest";
import type { TFunction } from "i18next";
import { dayWords, differences, timesWords, type Contact } from "../src/features/wishes/wishes";

const t = ((key: string, given?: Record<string, unknown>) => (key === "wishes.hours_there" ? `${given?.["hours"]} (${given?.["now"]})` : key)) as unknown as TFunction;
const CONTACT: Contact = {
  outcome: "go", reason: "not_needed", until: null, instead: null, channel: "email", language: "en", times: null,
  time_zone: "Asia/Taipei", do_not_contact: false, good_now: true, good_from: 0,
};

describe("what a customer wishes", () => {
  it("says days in a row by their first and last", () => {
    expect(dayWords([5, 1, 2, 3, 7], "en")).toBe("Mon–Wed, Fri, Sun");
    expect(timesWords({ days: [1, 2], from: "09:00" }, "en")).toBe("Mon–Tue · 09:00–24:00");
    expect(timesWords(null, "en")).toBe("");
  });

  it("tells nothing while a letter is what the customer wishes", () => {
    expect(differences(CONTACT, "en", 0, t, "en")).toEqual([]);
    expect(differences({ ...CONTACT, times: { from: "08:00" } }, "en", 0, t, "en")).toEqual([]);
  });

  it("tells another channel, another language, and hours with the customer's own clock", () => {
    const other: Contact = { ...CONTACT, instead: "phone", language: "zh-TW", times: { from: "09:00", until: "18:00" }, good_now: false };
    expect(differences(other, "en", 1_790_000_000, t, "en")).toEqual(["channel.phone", "language.zh-TW", "09:00–18:00 (Mon 22:13)"]);
  });
});
