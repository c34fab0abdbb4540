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
  /** What was written anew: the text without quotations and signature. */
  reply?: string;
  signature?: string;
  /** A guess, such as "zh-TW". */
  language?: string;
  has_html: boolean;
  marks: string[];
  automatic_rule?: string;
  /** Whom a letter of ours did not reach, as this report says. */
  failures?: DeliveryFailure[];
  invite?: Invite | null;
  authentication?: OriginCheck[];
  /** `danger`: what a virus scanner called it; the server does not give it out. */
  attachments: { id: string; name: string; content_type: string; size: number; inline?: boolean; danger?: string }[];
  delivery: "queued" | "sending" | "sent" | "delivered" | "failed" | "bounced" | null;
  /** Why it was not sent, and of each address what was answered. */
  error?: string;
  refused?: Record<string, string>;
  bcc?: Address[];
  receipt_wanted?: boolean;
  read_at?: Seconds | null;
  author: string | null;
}

export interface DeliveryFailure {
  recipient: string;
  status: string;
  reply_code: string;
  reason: string;
  hard: boolean;
}

export interface Invite {
  method: string;
  summary: string;
  place: string;
  organiser: string;
  starts_at: Seconds | null;
  ends_at: Seconds | null;
  all_day: boolean;
}

export interface OriginCheck {
  authority: string;
  method: string;
  result: string;
  domain: string;
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
