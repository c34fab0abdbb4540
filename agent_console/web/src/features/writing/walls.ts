/** Times as a clock on a wall in some zone shows them: "2026-11-30T09:00" (pure). */
import type { Language } from "../../net/types";

const HOUR_S = 3600;
const DAY_S = 86_400;
const MORNING = "09:00";

export interface Wall {
  name: "hour" | "tomorrow" | "monday";
  wall: string;
}

/** In an hour, tomorrow morning, on Monday morning (where that is not tomorrow), by the clock there. */
export function walls(now: number, zone: string): Wall[] {
  const day = (at: number): string => wallOf(at, zone).slice(0, 10);
  const tomorrow = `${day(now + DAY_S)}T${MORNING}`;
  const weekday = new Date(`${day(now)}T12:00:00Z`).getUTCDay();
  const monday = `${day(now + ((8 - weekday) % 7 || 7) * DAY_S)}T${MORNING}`;
  const times: Wall[] = [{ name: "hour", wall: wallOf(now + HOUR_S, zone) }, { name: "tomorrow", wall: tomorrow }];
  return monday === tomorrow ? times : [...times, { name: "monday", wall: monday }];
}

export function wallOf(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) }).formatToParts(new Date(at * 1000));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** What a person reads: the wall's own figures, whatever zone the reader is in. */
export const wallClock = (wall: string, language: Language): string => new Date(`${wall}:00Z`).toLocaleString(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
