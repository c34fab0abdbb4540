/** Customers as they are recognised, and what is known of them. */
import type { CaseStatus, Language, Medium, Seconds } from "./common";
import type { AssetDoc, ContractDoc, LastInquiryDoc, PurchasesDoc } from "./contracts";

export interface CaseRow {
  id: string;
  number: string;
  subject: string;
  status: CaseStatus;
  updated_at?: Seconds;
}

export interface PastInteraction {
  id: string;
  medium: Medium;
  queue: string;
  at: Seconds;
  agent: string | null;
  disposition: string | null;
  outcome: string | null;
  subject: string | null;
}

/** What an agent said of a number. */
export interface VerdictDoc {
  id: string;
  kind: "phone" | "email";
  number: string;
  verdict: "confirmed" | "denied";
  trusted: boolean;
  by: string;
  at: Seconds;
}

export interface PointDoc {
  id: string;
  kind: string;
  raw: string;
  normal: string;
  label: string;
  primary: boolean;
  current: boolean;
  valid_until: string | null;
  verified_at: Seconds | null;
  invalid_since: Seconds | null;
  invalid_reason: string | null;
  opted_out_at: Seconds | null;
}

export interface Party {
  id: string;
  kind: "person" | "organisation";
  name: string;
  organisation: string | null;
  title: string | null;
  department: string | null;
  tier: string | null;
  language: Language | null;
  note: string | null;
  phones: string[];
  emails: string[];
  /** With their time; what is no longer right stays, for callers are recognised by it. */
  points: PointDoc[];
  /** Whom they report to. */
  superior: string | null;
  traits: string[];
  lifecycle: string | null;
  membership: { number: string | null; tier: string | null; until: string | null } | null;
  preferred_channel: string | null;
  contact_times: { days?: number[]; from?: string; until?: string } | null;
  do_not_contact: boolean;
  /** What is said to them. */
  script: { name: string; text: string } | null;
  cases: CaseRow[];
  interactions: PastInteraction[];
  strength: "confirmed" | "identified" | "keyed" | "exact" | "national" | "tail" | "former" | "chosen";
  remembered: VerdictDoc | null;
  contracts: ContractDoc[];
  assets: AssetDoc[];
  purchases: PurchasesDoc;
  open_cases: number;
  last_inquiry: LastInquiryDoc | null;
}

export interface PartyRow {
  id: string;
  kind?: string;
  name: string;
  organisation?: string | null;
  title?: string | null;
  tier?: string | null;
  language?: Language | null;
  phone?: string | null;
  email?: string | null;
}

export interface PartyDetail {
  cases: CaseRow[];
  interactions: PastInteraction[];
}

export type KnownPart = "strength" | "remembered" | "contracts" | "assets" | "purchases" | "open_cases" | "last_inquiry";

export interface PartyRecord extends Omit<Party, "phones" | "emails" | "points" | "script" | KnownPart> {
  contact_points: PointDoc[];
}
