/** Values of fields for people (pure): dates and amounts by language, codes by their labels, references by their names. */
import type { TFunction } from "i18next";
import { localDay, phoneNumber, two } from "../../format";
import type { Language } from "../../net/types";
import type { FieldDoc, Named } from "./entities";

export interface Reader {
  t: TFunction;
  language: Language;
}

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** "2026-02-14" is that day everywhere: no time zone moves it. */
export function day(value: string, language: Language): string {
  const [year = 0, month = 1, date = 1] = value.split("-").map(Number);
  return new Date(year, month - 1, date).toLocaleDateString(language, DAY);
}

export const momentText = (at: number, language: Language): string => new Date(at * 1000).toLocaleString(language, { ...DAY, ...TIME });

/** Exact to four digits; of those that are zero two stay. The digits are never read as a float. */
export function amount(value: string, language: Language): string {
  const [whole = "0", cents = ""] = value.replace("-", "").split(".");
  const digits = cents.replace(/0+$/, "").padEnd(2, "0");
  const parts = new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).formatToParts(1.5);
  const point = parts.find((part) => part.type === "decimal")?.value ?? ".";
  const grouped = BigInt(whole || "0").toLocaleString(language);
  return `${value.startsWith("-") ? "−" : ""}${grouped}${point}${digits}`;
}

/** A code's label; a code that the list has no more is shown as it is. */
export function labelOf(field: FieldDoc, code: string, language: Language): string {
  return field.choices.find((choice) => choice.code === code)?.label[language] ?? code;
}

/** What a row refers to, by name; null when whoever looks may not know it. */
export const nameOf = (field: FieldDoc, id: string, named: Named): string | null => named[field.refers]?.[id] ?? null;

/** A value as one line of text; empty for nothing. */
export function textOf(field: FieldDoc, value: unknown, named: Named, { t, language }: Reader): string {
  if (value === null || value === undefined || value === "") return "";
  switch (field.kind) {
    case "boolean":
      return t(value ? "records.yes" : "records.no");
    case "date":
      return day(String(value), language);
    case "moment":
      return momentText(Number(value), language);
    case "amount":
      return amount(String(value), language);
    case "integer":
    case "number":
      return Number(value).toLocaleString(language, { maximumFractionDigits: 6 });
    case "choice":
    case "code":
      return labelOf(field, String(value), language);
    case "reference":
    case "user":
      return nameOf(field, String(value), named) ?? t("records.not_named");
    case "tags":
      return Array.isArray(value) ? value.join(t("records.comma")) : String(value);
    case "json":
      return JSON.stringify(value);
    case "phone":
      return phoneNumber(String(value));
    default:
      return String(value);
  }
}

/** Figures stand on the right. */
export const isFigure = (field: FieldDoc): boolean => ["integer", "number", "amount"].includes(field.kind);

/** Seconds -> what an input of kind datetime-local holds, in the browser's own time zone. */
export function localInput(at: number | null): string {
  if (at === null) return "";
  const date = new Date(at * 1000);
  return `${localDay(at)}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fromLocalInput(text: string): number | null {
  const at = text === "" ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at / 1000;
}
