/** The documents of the socket. */
import type { Device, Language, Medium, Role, Seconds, Status, Work } from "./common";
import type { ChatDoc, ChatLine } from "./chats";
import type { ContractDoc } from "./contracts";
import type { CaseRow, Party } from "./customers";
import type { ClockDoc } from "./sla";
import type { RecordingNow, Watcher } from "./talks";

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
  /** The colleague's call in which one talks with both. */
  conference: Conference | null;
}

export interface QueueName {
  id: string;
  name: string;
  language: Language;
}

/** `whom`: a colleague's name or a number; `reached_at`: null while it rings. */
export interface Consult {
  whom: string;
  since: Seconds;
  reached_at: Seconds | null;
}

/** Who talks with agent and customer, all three: a colleague's name or a number; for that colleague, whose call it is. */
export interface Conference {
  whom: string;
  since: Seconds;
}

/** How somebody came through an entry flow; `path` and `collected` are empty for those who may not see what was keyed, and once it is forgotten. */
export interface Visit {
  flow: string;
  language: string;
  /** Where they were last. */
  step: string;
  outcome: string;
  reason: string;
  path: { step: string; kind: string; keys: string[]; outcome: string; label: string; choice: string }[];
  collected: Record<string, string>;
}

export interface Item {
  id: string;
  medium: Medium;
  state: "offered" | "connected" | "wrap_up";
  queue: QueueName;
  offer: { id: string; deadline: Seconds; rang_at: Seconds | null; ring_s: number } | null;
  /** Nobody is on the line: the customer is called once the agent has answered. */
  callback: boolean;
  /** The agent calls the customer by themselves; `callback` holds until they answer. */
  dialled: boolean;
  /** Why they did not answer: a code. */
  unreached: string;
  /** On hold since then. */
  held_since: Seconds | null;
  /** Null: the talk is not recorded. */
  recording: RecordingNow | null;
  /** Whom the agent calls meanwhile. */
  consult: Consult | null;
  /** Who talks with both. */
  conference: Conference | null;
  /** Supervisors at the talk, as far as the agent is to know of them. */
  watchers: Watcher[];
  /** The colleague who transferred it. */
  passed_by: string | null;
  enqueued_at: Seconds;
  connected_at: Seconds | null;
  finished_at: Seconds | null;
  wrap_up_until: Seconds | null;
  customer: { address: string; name: string };
  entry: string;
  /** What the telephone network says of the caller's number (STIR/SHAKEN): passed, perhaps with a level, failed, none; null: nothing. */
  attestation: string | null;
  subject: string;
  match: { strength: "pending" | "none" | "one" | "many"; parties: Party[] };
  case: CaseRow | null;
  contract: ContractDoc | null;
  /** How they came through an entry flow. */
  flow: Visit | null;
  clocks: ClockDoc[];
  note: string;
  letters: number;
  version: number | string;
}

export type PerMedium<T> = Record<Medium, T>;

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
  /** For an emergency, whatever the hours. */
  closed: boolean;
  /** When it is open, in spans; null: always. */
  opening: [Seconds, Seconds][] | null;
  turned_away: number;
  led_on: number;
  /** Calls that agents made on its behalf, and those that customers answered. */
  dialled: number;
  reached: number;
  /** Where it belongs, by id; null: nowhere. */
  department: string | null;
}

/** What an agent works on, in words. */
export interface AgentItem {
  id: string;
  medium: Medium;
  queue: string;
  customer: string;
  callback: boolean;
  held_since: Seconds | null;
  watchers: Watcher[];
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
  /** In their own call, or in a colleague's. */
  conference: Conference | null;
  item: AgentItem | null;
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
  /** Not on the line: they want to be called back. */
  callback: boolean;
  /** Nobody calls them before. */
  until: Seconds | null;
}

/** `server`: of which of several Asterisk servers; empty for every other link. */
export interface LinkDoc {
  up: boolean;
  since: Seconds;
  reason: string;
  server: string;
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
  chats: ChatDoc;
  chat_lines: ChatLine;
}

export type Collection = keyof Collections;

export interface Disposition {
  code: string;
  labels: Record<Language, string>;
}
