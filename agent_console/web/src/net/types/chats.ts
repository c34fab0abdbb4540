/** Chats with visitors of a site. */
import type { Language, Seconds } from "./common";

export interface ChatDoc {
  id: string;
  language: Language;
  name: string;
  /** As the visitor gave it; nobody has checked that it is theirs. */
  address: string;
  /** Their page is open. */
  here: boolean;
  /** They have not come back in time. */
  away: boolean;
  typing: boolean;
  /** The last line that they saw. */
  read: number;
  unread: number;
  last: string;
  last_at: Seconds | null;
  /** They wait for the agent's next word since then. */
  unanswered_since: Seconds | null;
  ended_by: string | null;
}

export interface ChatFile {
  id: string;
  name: string;
  content_type: string;
  size: number;
}

export interface ChatLine {
  chat: string;
  seq: number;
  author: "visitor" | "agent" | "system";
  name: string;
  at: Seconds;
  text: string;
  /** Of the system: what happened. */
  code: string;
  params: Record<string, string>;
  file: ChatFile | null;
}

export interface ChatTranscript {
  id: string;
  name: string;
  address: string;
  language: Language;
  ended_by: string | null;
  seq: number;
  lines: ChatLine[];
}
