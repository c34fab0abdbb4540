/** Why somebody was offered something, and why something still waits: docs/routing.md. */
export interface NotOffered {
  agent_id: string;
  name: string;
  reason: string;
}

export interface StillWaiting {
  asks: { skill: string; level: number }[];
  departments: string[];
  steps: number;
  changes_at: number | null;
  kept_for: string | null;
  position: number;
  expected_wait_s: number | null;
  /** When it will have waited too long here, and who takes over; no queue: the caller is told, and the call ends. */
  leads_on: { at: number; queue: string | null } | null;
  not_offered: NotOffered[];
}

/** A letter that one may take; `until`: one set it aside, and it comes back then. */
export interface WaitingLetter {
  id: string;
  queue: string;
  customer: string;
  subject: string;
  enqueued_at: number;
  until: number | null;
}

export interface OfferTold {
  id: string;
  name: string;
  offered_at: number;
  ended_at: number | null;
  outcome: string | null;
  steps: number;
  preferred: boolean;
  passed_over: NotOffered[];
}

export interface RoutingTold {
  waiting: StillWaiting | null;
  offers: OfferTold[];
}
