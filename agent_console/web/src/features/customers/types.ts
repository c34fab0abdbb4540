/** What the API tells of customers beside their records (agent_console/customers.py). */
import type { Labels } from "../records/entities";

export interface PartyBrief {
  id: string;
  kind: string;
  name: string;
  organisation: string | null;
  title: string | null;
  tier: string | null;
  phone: string | null;
  email: string | null;
}

export interface Alike {
  party: PartyBrief;
  score: number;
  reasons: Record<string, number>;
}

export interface Candidate {
  id: string;
  a: PartyBrief;
  b: PartyBrief;
  score: number;
  reasons: Record<string, number>;
  state: string;
  found_at: number;
}

export interface Relation {
  id: string;
  type: string;
  outward: boolean;
  label: Labels;
  other: { id: string; name: string; kind: string };
  role: string | null;
  department: string | null;
  primary: boolean;
  valid_from: string | null;
  valid_until: string | null;
  open: boolean;
  row_version: number;
}

export interface Member {
  id: string;
  name: string;
  title: string | null;
  department: string | null;
  above: string | null;
}

export interface Group {
  items: Member[];
  cases: Record<string, number>;
  revenue: string;
}

export interface Merge {
  id: string;
  survivor_id: string;
  merged_id: string;
  survivor_name: string;
  merged_name: string;
  at: number;
  by: string;
  undone_at: number | null;
  undone_by: string | null;
}

export interface Changed {
  table: string;
  key: Record<string, unknown>;
  columns: string[];
}

export interface Entry {
  kind: string;
  id: string;
  at: number;
  party_id: string;
  party: string;
  title: string;
  planned: boolean;
  detail: Record<string, unknown>;
}

export interface TimelinePage {
  items: Entry[];
  next_cursor: string | null;
  kinds: string[];
}

export interface Incomplete {
  party_id: string;
  name: string;
  kind: string;
  lacking: string[];
  since: number;
}

export interface Job {
  id: string;
  kind: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  asked: Record<string, unknown>;
  result: Record<string, unknown>;
  done: number;
  total: number;
  by: string;
  created_at: number;
  ended_at: number | null;
  error: string;
}

export const partyAddress = (id: string): string => `/records/parties/${encodeURIComponent(id)}`;
