/** Promises: clocks, calendars, policies. */
import type { Seconds } from "./common";

export type ClockKind = "first_response" | "next_response" | "resolution";

/** A promise to the customer. `due` and `warn_at` are null while it is paused; `left_s` (business time) while it runs. */
export interface ClockDoc {
  kind: ClockKind;
  round: number;
  state: "running" | "paused" | "met" | "breached";
  due: Seconds | null;
  warn_at: Seconds | null;
  met_at: Seconds | null;
  breached_at: Seconds | null;
  target_s: number;
  left_s: number | null;
}

/** One step of why a due time is what it is; `step` says which fields there are. */
export interface ClockStep {
  step: "started" | "day" | "stopped" | "due";
  at?: Seconds;
  terms?: string;
  zone?: string;
  why?: string;
  day?: string;
  kind?: "workday" | "closed" | "holiday" | "special";
  name?: string;
  spans?: { start: Seconds; end: Seconds }[];
  business_s?: number;
  left_s?: number;
}

export interface ExplainedClock extends ClockDoc {
  explanation: ClockStep[] | null;
}

export interface HoursDoc {
  start: string;
  end: string;
}

export interface SpecialDayDoc {
  day: string;
  name: string;
  hours: HoursDoc[];
}

/** Seven days, Monday first. */
export interface CalendarDoc {
  id: string;
  name: string;
  time_zone: string;
  week: HoursDoc[][];
  special: SpecialDayDoc[];
}

export interface PolicyDoc {
  id: string;
  name: string;
  queue: string | null;
  tier: string | null;
  contract: string | null;
  case_type: string | null;
  severity: string | null;
  calendar_id: string;
  targets: { first_response_s: number | null; next_response_s: number | null; resolution_s: number | null };
}
