import type { ClockDoc } from "../../net/types";

export type Look = "late" | "soon" | "running" | "paused" | "met" | "was_late";

/** How a promise stands at this second: the server says what happened, the browser only counts down. */
export function lookOf(clock: ClockDoc, now: number): Look {
  if (clock.state === "met") return "met";
  if (clock.state === "breached") return clock.met_at === null ? "late" : "was_late";
  if (clock.state === "paused") return "paused";
  if (clock.due !== null && clock.due < now) return "late";
  return clock.warn_at !== null && clock.warn_at <= now ? "soon" : "running";
}

const RANK: Record<Look, number> = { late: 0, soon: 1, running: 2, paused: 3, was_late: 4, met: 4 };

/** What to show where there is place for one: missed before near before far; nothing when all is done. */
export function mostUrgent(clocks: readonly ClockDoc[], now: number): ClockDoc | null {
  const open = clocks.filter((clock) => RANK[lookOf(clock, now)] < 4);
  const order = (one: ClockDoc, two: ClockDoc): number =>
    RANK[lookOf(one, now)] - RANK[lookOf(two, now)] || (one.due ?? Infinity) - (two.due ?? Infinity);
  return [...open].sort(order)[0] ?? null;
}

/** Whole days, and what is left of them in hours. */
export function daysAndHours(seconds: number): { days: number; hours: number } {
  const hours = Math.floor(Math.max(0, seconds) / 3600);
  return { days: Math.floor(hours / 24), hours: hours % 24 };
}
