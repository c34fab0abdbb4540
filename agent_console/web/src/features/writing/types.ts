/** Letters that are being written, as the API has them. */
export interface Content {
  way: "reply" | "new" | "forward";
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  rich: boolean;
  html: string;
  text: string;
  quote: boolean;
  answers: string | null;
  texts: string[];
  receipt: boolean;
  queue_id: string | null;
}

export interface DraftFile {
  id: string;
  name: string;
  content_type: string;
  size: number;
  inline: boolean;
}

export interface Draft {
  id: string;
  version: number;
  owner_id: string;
  owner: string;
  case_id: string | null;
  interaction_id: string | null;
  party_id: string | null;
  content: Content;
  files: DraftFile[];
  strangers: string[];
  updated_at: number;
  send_at: number | null;
  scheduled: boolean;
  problem: string;
}

export interface Suggested {
  address: string;
  name: string;
  whose: "customer" | "case";
}

export interface WritingDoc {
  items: Draft[];
  blank: Content;
  suggested: Suggested[];
  customers: string[];
  zone: string;
  undo_s: number;
  most_bytes: number;
}

/** Where a letter is written: one of the three. */
export interface Place {
  interaction?: string;
  case?: string;
  party?: string;
}

export interface Answered {
  draft: Draft;
}
