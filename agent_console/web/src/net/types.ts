/** The documents of the socket and the answers of the API, as docs/contracts.md sections 5 and 6 promise them. */

/** A moment: seconds since 1970-01-01 UTC by the server's clock. */
export type Seconds = number;

export type Language = "en" | "zh-TW" | "zh-CN";
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";
export type Role = "agent" | "supervisor" | "admin";
export type Medium = "voice" | "email";
export type Status = "ready" | "paused" | "signed_out";
export type Work = "idle" | "offered" | "talking" | "wrap_up" | "letters";
export type Device = "unreachable" | "reachable" | "in_use";
export type CaseStatus = "open" | "pending" | "solved" | "closed";

export interface User {
  id: string;
  login: string;
  name: string;
  role: Role;
  language: Language;
  theme: Theme;
  density: Density;
  extension: string | null;
}

/** What must be done before anything else: choose a password of one's own, set up a second step. */
export type Due = "password" | "totp";

export interface Session {
  user: User;
  centre: { name: string; logo: string | null };
  build: string;
  due: Due | null;
}

export interface PhoneCredential {
  uri: string;
  user: string;
  password: string;
  ws_url: string;
}

export interface Me {
  id: string;
  name: string;
  role: Role;
  extension: string | null;
  status: Status;
  reason: string;
  since: Seconds;
  work: Work;
  work_since: Seconds;
  device: Device;
  console: boolean;
}

export interface QueueName {
  id: string;
  name: string;
  language: Language;
}

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

export interface LimitDoc {
  max: number;
  used: number;
  left: number;
}

/** A service contract in force. `over`: the limit that one more contact goes over; `told`: the sentence that the caller heard of it. */
export interface ContractDoc {
  id: string;
  number: string;
  name: string | null;
  level: string | null;
  state: "draft" | "upcoming" | "active" | "renewal_due" | "expired" | "cancelled";
  ends_on: string;
  when_over: "charge" | "redirect" | "refuse";
  calls: LimitDoc | null;
  minutes: LimitDoc | null;
  over: "calls" | "minutes" | null;
  over_by: number;
  told: string | null;
}

export interface AssetDoc {
  id: string;
  serial_number: string;
  product: string;
  warranty_until: string | null;
  status: string;
}

/** How many, where, and the latest. Amounts by currency ("" where none is named), as exact decimals. */
export interface PurchasesDoc {
  count: number;
  departments: { name: string; times: number; amounts: Record<string, string>; last_at: Seconds }[];
  bought: { what: string; department: string; quantity: number | null; amount: string | null; currency: string | null; at: Seconds }[];
}

export interface LastInquiryDoc {
  case_id: string;
  number: string;
  subject: string;
  at: Seconds;
  ended: "open" | "solved" | "came_back";
  missed: boolean;
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

export type ClockKind = "first_response" | "next_response" | "resolution";

/** A promise to the customer. `due` and `warn_at` are null while it is paused; `left_s` (business time) while it runs. */
export interface ClockDoc {
  kind: ClockKind;
  round: number;
  state: "running" | "paused" | "met" | "breached";
  due: Seconds | null;
  warn_at: Seconds | null;
  met_at: Seconds | null;
  breached_at: Seconds | null;
  target_s: number;
  left_s: number | null;
}

/** One step of why a due time is what it is; `step` says which fields there are. */
export interface ClockStep {
  step: "started" | "day" | "stopped" | "due";
  at?: Seconds;
  terms?: string;
  zone?: string;
  why?: string;
  day?: string;
  kind?: "workday" | "closed" | "holiday" | "special";
  name?: string;
  spans?: { start: Seconds; end: Seconds }[];
  business_s?: number;
  left_s?: number;
}

export interface ExplainedClock extends ClockDoc {
  explanation: ClockStep[] | null;
}

export interface HoursDoc {
  start: string;
  end: string;
}

export interface SpecialDayDoc {
  day: string;
  name: string;
  hours: HoursDoc[];
}

/** Seven days, Monday first. */
export interface CalendarDoc {
  id: string;
  name: string;
  time_zone: string;
  week: HoursDoc[][];
  special: SpecialDayDoc[];
}

export interface PolicyDoc {
  id: string;
  name: string;
  queue: string | null;
  tier: string | null;
  contract: string | null;
  case_type: string | null;
  severity: string | null;
  calendar_id: string;
  targets: { first_response_s: number | null; next_response_s: number | null; resolution_s: number | null };
}

export interface Item {
  id: string;
  medium: Medium;
  state: "offered" | "connected" | "wrap_up";
  queue: QueueName;
  offer: { id: string; deadline: Seconds; rang_at: Seconds | null; ring_s: number } | null;
  enqueued_at: Seconds;
  connected_at: Seconds | null;
  finished_at: Seconds | null;
  wrap_up_until: Seconds | null;
  customer: { address: string; name: string };
  entry: string;
  subject: string;
  match: { strength: "pending" | "none" | "one" | "many"; parties: Party[] };
  case: CaseRow | null;
  contract: ContractDoc | null;
  clocks: ClockDoc[];
  note: string;
  letters: number;
  version: number | string;
}

export interface PerMedium<T> {
  voice: T;
  email: T;
}

export interface QueueDoc extends QueueName {
  waiting: PerMedium<number>;
  longest_since: PerMedium<Seconds | null>;
  offered: number;
  answered: number;
  abandoned: number;
  answered_in_time: number;
  service_level: number | null;
  answer_within_s: number;
  agents_ready: number;
  agents_busy: number;
  /** Where it belongs, by id; null: nowhere. */
  department: string | null;
}

export interface AgentDoc {
  id: string;
  name: string;
  extension: string | null;
  status: Status;
  reason: string;
  since: Seconds;
  work: Work;
  work_since: Seconds;
  device: Device;
  console: boolean;
  item: { id: string; medium: Medium; queue: string; customer: string } | null;
  handled: number;
  department: string | null;
}

/** A department that has queues or agents of the board, itself or below it. */
export interface DepartmentDoc {
  id: string;
  name: string;
  parent: string | null;
}

export interface WaitingDoc {
  id: string;
  medium: Medium;
  queue: string;
  customer: string;
  enqueued_at: Seconds;
  position: number;
  phase: string;
}

export interface LinkDoc {
  up: boolean;
  since: Seconds;
  reason: string;
}

export interface NoticeDoc {
  id: string;
  code: string;
  params: Record<string, string | number | boolean | null>;
  at: Seconds;
}

/** Every collection of the socket and what a document of it looks like. */
export interface Collections {
  me: Me;
  items: Item;
  queues: QueueDoc;
  agents: AgentDoc;
  waiting: WaitingDoc;
  departments: DepartmentDoc;
  link: LinkDoc;
  notices: NoticeDoc;
}
export type Collection = keyof Collections;

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
  delivery: "queued" | "sent" | "failed" | null;
  author: string | null;
}

export interface InteractionDetail {
  id: string;
  thread?: Letter[];
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

export interface WholeCase {
  case: CaseRow;
  interactions: PastInteraction[];
  thread: Letter[];
}

export interface InteractionRecord extends Omit<PastInteraction, "queue" | "at"> {
  queue: QueueName | null;
  enqueued_at: Seconds;
  note: string;
  thread: Letter[];
}

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

export interface Disposition {
  code: string;
  labels: Record<Language, string>;
}

export interface CallUsGrant extends PhoneCredential {
  target: string;
  lines: { queue: string; language: Language; number: string }[];
}
