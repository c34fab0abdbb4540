import { expect, test } from "vitest";
import { count } from "../src/features/texts/count";

// the very table of tests/channels/test_sms_words.py: both sides count the same
const TABLE: [string, string, number, number][] = [
  ["", "gsm7", 1, 160],
  ["a".repeat(160), "gsm7", 1, 0],
  ["a".repeat(161), "gsm7", 2, 145],
  ["€".repeat(80), "gsm7", 1, 0],
  [`${"a".repeat(159)}€`, "gsm7", 2, 145],
  [`${"a".repeat(152)}€${"a".repeat(10)}`, "gsm7", 2, 141],
  ["中".repeat(70), "ucs2", 1, 0],
  ["中".repeat(71), "ucs2", 2, 63],
  ["😀".repeat(35), "ucs2", 1, 0],
  [`${"中".repeat(66)}😀${"中".repeat(10)}`, "ucs2", 2, 55],
  ["ç", "ucs2", 1, 69],
];

test("A text takes the parts that networks give it.", () => {
  for (const [text, encoding, parts, left] of TABLE) expect(count(text)).toMatchObject({ encoding, parts, left });
});
