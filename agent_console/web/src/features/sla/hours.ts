import type { HoursDoc } from "../../net/types";

const CLOCK = /^(\d{1,2})(?::(\d{2}))?$/;

function wall(text: string): string | null {
  const found = CLOCK.exec(text.trim());
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2] ?? "0");
  if (minute > 59 || hour * 60 + minute > 1440) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** "9-12, 13:30-18:00" -> intervals; nothing written: closed; null: cannot be read. */
export function readHours(text: string): HoursDoc[] | null {
  if (!text.trim()) return [];
  const found: HoursDoc[] = [];
  for (const part of text.split(/[,，、;；]/)) {
    const [start, end, ...more] = part.split(/[-–—~～]/).map(wall);
    if (!start || !end || more.length > 0) return null;
    found.push({ start, end });
  }
  return found;
}

/** The other way round. */
export const writeHours = (hours: readonly HoursDoc[]): string => hours.map(({ start, end }) => `${start}-${end}`).join(", ");

/** "4", "1:30", "0:10" (hours and minutes) -> seconds; nothing written: null; NaN: cannot be read. */
export function readTarget(text: string): number | null {
  if (!text.trim()) return null;
  const found = /^(\d{1,4})(?::([0-5]\d))?$/.exec(text.trim());
  return found ? Number(found[1]) * 3600 + Number(found[2] ?? "0") * 60 : Number.NaN;
}

/** The other way round: 5400 -> "1:30". */
export function writeTarget(seconds: number | null): string {
  if (seconds === null) return "";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
