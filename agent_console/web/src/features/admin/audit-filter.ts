/** What of the audit log is shown, to and from its address and the API (pure). */
export interface AuditFilter {
  user: string;
  action: string;
  entity: string;
  object: string;
  since: number | null;
  until: number | null;
}

const WORDS = ["user", "action", "entity", "object"] as const;
const MOMENTS = ["since", "until"] as const;

export function fromAuditSearch(search: string): AuditFilter {
  const query = new URLSearchParams(search);
  const moment = (name: string): number | null => {
    const at = query.has(name) ? Number(query.get(name)) : Number.NaN;
    return Number.isFinite(at) && at >= 0 ? at : null;
  };
  return { user: query.get("user") ?? "", action: query.get("action") ?? "", entity: query.get("entity") ?? "", object: query.get("object") ?? "", since: moment("since"), until: moment("until") };
}

export function apiFilter(filter: AuditFilter): string {
  const query = new URLSearchParams();
  for (const name of WORDS) if (filter[name]) query.set(name, filter[name]);
  for (const name of MOMENTS) if (filter[name] !== null) query.set(name, String(filter[name]));
  return query.toString();
}

export function toAuditSearch(filter: AuditFilter): string {
  const text = apiFilter(filter);
  return text ? `?${text}` : "";
}

const two = (n: number): string => String(n).padStart(2, "0");

/** The day of a moment in the browser's own time zone. */
export function dayOf(at: number | null): string {
  if (at === null) return "";
  const date = new Date(at * 1000);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Where a day begins; null for no day. */
export function midnight(day: string, later = 0): number | null {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + later).getTime() / 1000 : null;
}

/** Where the day after begins: with `until` the whole day is meant, also where a clock is changed in it. */
export const nextMidnight = (day: string): number | null => midnight(day, 1);
