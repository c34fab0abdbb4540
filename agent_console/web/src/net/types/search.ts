/** What a search finds. */
import type { Seconds } from "./common";

/** party, case, letter, note, or whatever entity is searched. */
export type FoundKind = string;

/** A text and what fits in it: `[begin, end)`, counted in code points. */
export interface Excerpt {
  text: string;
  marks: [number, number][];
}

export interface Found {
  kind: FoundKind;
  id: string;
  title: Excerpt;
  snippet: Excerpt;
  party: { id: string; name: string } | null;
  case_id: string | null;
  interaction_id: string | null;
  at: Seconds;
  rank: number;
}
