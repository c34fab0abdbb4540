/** Letters, and what an interaction or a case holds of them. */
import type { Seconds } from "./common";
import type { CaseRow, PastInteraction } from "./customers";
import type { QueueName, Visit } from "./desk";

export interface Address {
  name: string;
  address: string;
}

export interface Letter {
  id: string;
  direction: "in" | "out";
  from: Address;
  to: Address[];
  cc: Address[];
  subject: string;
  date: string | Seconds | null;
  received_at: Seconds;
  text: string;
  has_html: boolean;
  marks: string[];
  attachments: { id: string; name: string; content_type: string; size: number }[];
  delivery: "queued" | "sending" | "sent" | "delivered" | "failed" | null;
  author: string | null;
}

export interface InteractionDetail {
  id: string;
  thread?: Letter[];
}

export interface WholeCase {
  case: CaseRow;
  interactions: PastInteraction[];
  thread: Letter[];
}

/** One stay in a queue, with an agent, on hold, while somebody else was asked, or all three talked. */
export interface StayDoc {
  kind: "queue" | "agent" | "hold" | "consult" | "conference" | "recording_pause";
  queue: string | null;
  agent: string | null;
  started_at: Seconds;
  answered_at: Seconds | null;
  ended_at: Seconds | null;
  outcome: string | null;
}

export interface InteractionRecord extends Omit<PastInteraction, "queue" | "at"> {
  queue: QueueName | null;
  enqueued_at: Seconds;
  note: string;
  segments: StayDoc[];
  thread: Letter[];
  /** How a caller came through an entry flow. */
  flow: Visit | null;
  /** What was left in this call. */
  messages?: MessageDoc[];
  /** What the telephone network says of the caller's number. */
  attestation: string | null;
}

/** A message that a caller left: the work that it has become; null: it was silent. */
export interface MessageDoc {
  left_at: Seconds;
  seconds: number;
  sound_s: number;
  interaction: string | null;
}
