/** The times until which people set something aside (pure). */
export interface Later {
  name: "hour" | "three_hours" | "tomorrow" | "monday";
  at: number;
}

const HOUR_S = 3600;
const MORNING_H = 9;

/** In an hour, in three, tomorrow morning, on Monday morning (where that is not tomorrow); mornings are this browser's. */
export function laterTimes(now: number): Later[] {
  const tomorrow = morning(now, 1);
  const weekday = new Date(now * 1000).getDay();
  const monday = morning(now, (8 - weekday) % 7 || 7);
  const times: Later[] = [{ name: "hour", at: now + HOUR_S }, { name: "three_hours", at: now + 3 * HOUR_S }, { name: "tomorrow", at: tomorrow }];
  return monday === tomorrow ? times : [...times, { name: "monday", at: monday }];
}

function morning(now: number, days: number): number {
  const date = new Date(now * 1000);
  date.setDate(date.getDate() + days);
  date.setHours(MORNING_H, 0, 0, 0);
  return date.getTime() / 1000;
}
