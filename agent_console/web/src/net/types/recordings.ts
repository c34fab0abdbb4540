/** Recorded talks of a call. */
import type { Seconds } from "./common";

/** How loud each side is over the time of the talk, 0 to 100. */
export interface Peaks {
  customer: number[];
  agent: number[];
}

/** `audible`: there is something to be heard; `peaks` only for whoever may listen. */
export interface Recording {
  id: string;
  agent: string | null;
  started_at: Seconds;
  seconds: number;
  state: "kept" | "truncated" | "unreadable" | "missing";
  audible: boolean;
  may_listen: boolean;
  may_download: boolean;
  peaks: Peaks | null;
  /** From when to when, in seconds, recording was paused. */
  pauses: [number, number][];
}
