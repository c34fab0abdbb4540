import type { Recording, Seconds } from "../../net/types";

export interface SpanDoc {
  kind: string;
  begin: Seconds;
  /** Null while it goes on. */
  end: Seconds | null;
  outcome: string | null;
  offer: string | null;
  about: string;
}

export interface MarkDoc {
  kind: string;
  at: Seconds;
  about: string;
}

export type LaneKind = "customer" | "flow" | "queue" | "agent" | "outside" | "supervisor" | "recording";

export interface LaneDoc {
  kind: LaneKind;
  id: string;
  name: string;
  spans: SpanDoc[];
  marks: MarkDoc[];
}

/** Who did what and when, of one interaction. */
export interface CallRecord {
  id: string;
  medium: string;
  direction: string;
  begin: Seconds;
  end: Seconds;
  going_on: boolean;
  ended_at: Seconds | null;
  ended_by: string | null;
  outcome: string | null;
  cause: number | null;
  explained: boolean;
  lanes: LaneDoc[];
  recordings: Recording[];
}
