/** Figures for people: durations, moments, sizes, telephone numbers. */
import type { Language } from "./net/types";

export const two = (n: number): string => String(n).padStart(2, "0");

/** The day of a moment where the reader is, as inputs and the API write it: just after midnight it is not yesterday's. */
export function localDay(at: number): string {
  const date = new Date(at * 1000);
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** 65 -> "1:05", 3725 -> "1:02:05"; never negative (clocks may differ by a breath). */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** Time left, rounded up, so that a countdown shows 1 until it is over. */
export const countdown = (seconds: number): string => String(Math.max(0, Math.ceil(seconds)));

const DAY_S = 86_400;

/** Today: the time; this year: day and time; else the date. */
export function moment(at: number, now: number, language: Language): string {
  const date = new Date(at * 1000);
  const today = new Date(now * 1000);
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  if (date.toDateString() === today.toDateString()) return date.toLocaleTimeString(language, time);
  if (Math.abs(now - at) < 180 * DAY_S) {
    return date.toLocaleString(language, { month: "short", day: "numeric", ...time });
  }
  return date.toLocaleDateString(language, { year: "numeric", month: "short", day: "numeric" });
}

/** 1536 -> "1.5 KB". */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 102.4) / 10} KB`;
  return `${Math.round(bytes / 104_857.6) / 10} MB`;
}

// How long the groups after the country code are; a number of another length is shown in threes.
const GROUPS: Record<string, number[][]> = {
  "1": [[3, 3, 4]],
  "86": [[3, 4, 4], [2, 4, 4], [3, 3, 4]],
  "852": [[4, 4]],
  "853": [[4, 4]],
  "886": [[3, 3, 3], [1, 3, 4]],
};
const COUNTRY = /^\+(886|852|853|86|81|82|65|60|44|49|33|1)(\d{5,12})$/;

/** Group a number for the eye: "+886912345678" -> "+886 912 345 678". What is no number stays as it is. */
export function phoneNumber(raw: string): string {
  const digits = raw.replace(/[\s()-]/g, "");
  const known = COUNTRY.exec(digits);
  if (known) return `+${known[1]} ${grouped(known[2] ?? "", known[1] ?? "")}`;
  if (/^02\d{8}$/.test(digits)) return `02 ${digits.slice(2, 6)} ${digits.slice(6)}`;
  return /^0\d{8,10}$/.test(digits) ? `${digits.slice(0, 4)} ${grouped(digits.slice(4), "")}` : raw;
}

function grouped(digits: string, country: string): string {
  const landline = country === "886" && !digits.startsWith("9") && digits.length === 9;
  const fits = (lengths: number[]) => lengths.reduce((a, b) => a + b) === digits.length;
  const lengths = landline ? [1, 4, 4] : (GROUPS[country]?.find(fits) ?? threes(digits.length));
  let start = 0;
  return lengths.map((length) => digits.slice(start, (start += length))).join(" ");
}

function threes(length: number): number[] {
  const head = length % 3 === 1 ? 4 : length % 3 || 3;
  return [head, ...Array.from({ length: Math.floor((length - head) / 3) }, () => 3)];
}

/** 0.873 -> "87 %". */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
