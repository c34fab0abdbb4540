/** Entry flows and prompts as the API has them. */
import type { Language, Seconds } from "../../net/types";

export type Kind = "say" | "language" | "menu" | "hours" | "collect" | "identify" | "lookup" | "contract" | "caller" | "queue" | "callback" | "voicemail" | "fax" | "transfer" | "hangup";
export type LookupBy = "any" | "case" | "contract" | "order" | "asset" | "membership" | "identifier" | "customer";

export interface MenuKey {
  key: string;
  next: string;
  label: string;
}

export interface LanguageKey {
  key: string;
  language: Language;
}

export interface SkillNeed {
  skill: string;
  level: number;
}

interface Base {
  label: string;
}

export interface Say extends Base { kind: "say"; prompt: string; interruptible: boolean; next: string }
export interface ChooseLanguage extends Base { kind: "language"; prompt: string; choices: LanguageKey[]; tries: number; within_s: number; otherwise: Language; next: string }
export interface Menu extends Base { kind: "menu"; prompt: string; choices: MenuKey[]; tries: number; within_s: number; invalid: string; otherwise: string }
export interface Hours extends Base { kind: "hours"; queue_id: string; calendar_id: string; open: string; closed: string }
export interface Collect extends Base { kind: "collect"; prompt: string; name: string; least: number; most: number; tries: number; within_s: number; invalid: string; secret: boolean; next: string; otherwise: string }
export interface Identify extends Base { kind: "identify"; ask: "unknown" | "untrusted" | "always"; known: string; unknown: string }
export interface Lookup extends Base { kind: "lookup"; by: LookupBy; name: string; pin: string; found: string; missing: string }
export interface Contract extends Base { kind: "contract"; tell: boolean; covered: string; none: string; used_up: string }
export interface Caller extends Base { kind: "caller"; tiers: string[]; known: string; unknown: string; vip: string }
export interface ToQueue extends Base { kind: "queue"; queue_id: string; skills: SkillNeed[]; priority_points: number; announce: string }
export interface Callback extends Base { kind: "callback"; queue_id: string; prompt: string; key: string; within_s: number; skills: SkillNeed[]; priority_points: number; declined: string }
export interface TakeFax extends Base { kind: "fax"; queue_id: string; prompt: string }
export interface Voicemail extends Base { kind: "voicemail"; queue_id: string; prompt: string }
export interface Transfer extends Base { kind: "transfer"; number: string; ring_s: number; announce: string; failed: string }
export interface HangUp extends Base { kind: "hangup"; prompt: string }

export type Step = Say | ChooseLanguage | Menu | Hours | Collect | Identify | Lookup | Contract | Caller | ToQueue | Callback | Voicemail | TakeFax | Transfer | HangUp;

export interface Flow {
  start: string;
  steps: Record<string, Step>;
}

export interface FlowProblem {
  severity: "error" | "warning";
  code: string;
  /** Into the document (RFC 6901). */
  pointer: string;
  params: Record<string, unknown>;
}

export interface FlowBrief {
  id: string;
  name: string;
  /** The version that callers go through. */
  published: number | null;
  published_at: Seconds | null;
  /** The draft differs from it. */
  changed: boolean;
  numbers: string[];
  updated_at: Seconds;
  row_version: number;
}

export interface FlowDoc extends FlowBrief {
  document: Flow;
  problems: FlowProblem[];
}

export interface VersionBrief {
  version: number;
  note: string;
  published_at: Seconds;
  by: string | null;
}

export interface VersionDoc extends VersionBrief {
  document: Flow;
}

export interface Stage {
  step: string;
  kind: Kind;
  at: Seconds;
  /** What was keyed; secrets masked. */
  keys: string[];
  /** The word under which the step led on. */
  outcome: string;
}

export interface Heard {
  step: string;
  prompt: string;
  language: Language;
}

export type EndKind = "queue" | "callback" | "voicemail" | "fax" | "transfer" | "hangup" | "left" | "failed";

export interface Way {
  path: Stage[];
  heard: Heard[];
  language: Language;
  collected: Record<string, string>;
  end: { kind: EndKind; queue_id: string | null; skills: SkillNeed[]; priority_points: number; reason: string };
}

export interface StepFigures {
  step: string;
  visits: number;
  left: number;
  failed: number;
}

export interface FlowFigures {
  since: Seconds;
  until: Seconds;
  visits: number;
  outcomes: Partial<Record<EndKind, number>>;
  languages: Record<string, number>;
  steps: StepFigures[];
}

export interface SoundDoc {
  language: Language;
  seconds: number;
  sha256: string;
  uploaded_at: Seconds;
}

export interface PromptDoc {
  id: string;
  name: string;
  /** What is said, for whoever reads it or records it anew. */
  text: string;
  sounds: SoundDoc[];
  /** The names of the flows that say it. */
  used_by: string[];
  updated_at: Seconds;
  row_version: number;
}

export interface Prompts {
  items: PromptDoc[];
  ours: { name: string; texts: Record<Language, string> }[];
}

export const SPOKEN: readonly Language[] = ["zh-TW", "en", "zh-CN"];
export const KEYS: readonly string[] = [..."1234567890*#"];
