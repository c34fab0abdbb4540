/** What each kind of step is: its look, what a new one holds, and where it leads. */
import type { IconName } from "../../ui/icon";
import type { Kind, Step } from "./types";

export type Tone = "talk" | "accent" | "rest" | "go" | "ring" | "mute";

interface KindOf {
  icon: IconName;
  tone: Tone;
  group: "speak" | "ask" | "decide" | "end";
}

export const KINDS: Readonly<Record<Kind, KindOf>> = {
  say: { icon: "horn", tone: "talk", group: "speak" },
  language: { icon: "globe", tone: "accent", group: "ask" },
  menu: { icon: "keypad", tone: "accent", group: "ask" },
  collect: { icon: "key", tone: "accent", group: "ask" },
  identify: { icon: "unknown", tone: "accent", group: "ask" },
  hours: { icon: "clock", tone: "rest", group: "decide" },
  caller: { icon: "user", tone: "rest", group: "decide" },
  lookup: { icon: "search", tone: "rest", group: "decide" },
  contract: { icon: "shield", tone: "rest", group: "decide" },
  queue: { icon: "users", tone: "go", group: "end" },
  callback: { icon: "callback", tone: "go", group: "end" },
  voicemail: { icon: "voicemail", tone: "go", group: "end" },
  fax: { icon: "fax", tone: "go", group: "end" },
  transfer: { icon: "transfer", tone: "ring", group: "end" },
  hangup: { icon: "hangup", tone: "mute", group: "end" },
};

export const GROUPS = ["speak", "ask", "decide", "end"] as const;
export const kindsOf = (group: KindOf["group"]): Kind[] => (Object.keys(KINDS) as Kind[]).filter((kind) => KINDS[kind].group === group);

/** A new step. Its kind alone says what is in it; what it needs of the centre is still empty. */
export function fresh(kind: Kind): Step {
  switch (kind) {
    case "say": return { kind, label: "", prompt: "", interruptible: true, next: "" };
    case "language": return { kind, label: "", prompt: "", choices: [{ key: "1", language: "zh-TW" }, { key: "2", language: "en" }], tries: 2, within_s: 5, otherwise: "zh-TW", next: "" };
    case "menu": return { kind, label: "", prompt: "", choices: [{ key: "1", next: "", label: "" }, { key: "2", next: "", label: "" }], tries: 3, within_s: 5, invalid: "", otherwise: "" };
    case "hours": return { kind, label: "", queue_id: "", calendar_id: "", open: "", closed: "" };
    case "collect": return { kind, label: "", prompt: "", name: "number", least: 1, most: 12, tries: 3, within_s: 6, invalid: "", secret: false, next: "", otherwise: "" };
    case "identify": return { kind, label: "", ask: "unknown", known: "", unknown: "" };
    case "lookup": return { kind, label: "", by: "any", name: "", pin: "", found: "", missing: "" };
    case "contract": return { kind, label: "", tell: true, covered: "", none: "", used_up: "" };
    case "caller": return { kind, label: "", tiers: [], known: "", unknown: "", vip: "" };
    case "queue": return { kind, label: "", queue_id: "", skills: [], priority_points: 0, announce: "" };
    case "callback": return { kind, label: "", queue_id: "", prompt: "ours:callback-offer", key: "1", within_s: 5, skills: [], priority_points: 0, declined: "" };
    case "fax": return { kind, label: "", queue_id: "", prompt: "" };
    case "voicemail": return { kind, label: "", queue_id: "", prompt: "ours:message-ask" };
    case "transfer": return { kind, label: "", number: "", ring_s: 30, announce: "", failed: "" };
    case "hangup": return { kind, label: "", prompt: "" };
  }
}

/** One way out of a step. `slot`: where its target stands in the step (a JSON pointer); `key`: what is pressed for it. */
export interface Exit {
  slot: string;
  target: string;
  key: string;
  /** Of a menu's key: what it is for. */
  label: string;
  /** `flows.exit.<word>` says it where there is no key. */
  word: string;
}

const plain = (word: string, target: string): Exit => ({ slot: `/${word}`, target, key: "", label: "", word });

/** All ways out of a step, in the order in which they are drawn. */
export function exits(step: Step): Exit[] {
  switch (step.kind) {
    case "say": return [plain("next", step.next)];
    case "language": return [plain("next", step.next)];
    case "menu": return [...step.choices.map(({ key, next, label }, place): Exit => ({ slot: `/choices/${place}/next`, target: next, key, label, word: "" })), plain("otherwise", step.otherwise)];
    case "hours": return [plain("open", step.open), plain("closed", step.closed)];
    case "collect": return [{ ...plain("next", step.next), word: "collected" }, plain("otherwise", step.otherwise)];
    case "identify": return [plain("known", step.known), plain("unknown", step.unknown)];
    case "lookup": return [plain("found", step.found), plain("missing", step.missing)];
    case "contract": return [plain("covered", step.covered), plain("none", step.none), plain("used_up", step.used_up)];
    case "caller": return [...(step.tiers.length > 0 ? [plain("vip", step.vip)] : []), plain("known", step.known), plain("unknown", step.unknown)];
    case "callback": return [plain("declined", step.declined)];
    case "transfer": return [plain("failed", step.failed)];
    case "queue": case "voicemail": case "fax": case "hangup": return [];
  }
}

/** The step with another target in that slot. */
export function withTarget<S extends Step>(step: S, slot: string, target: string): S {
  const [, first = "", place = ""] = slot.split("/");
  if (first !== "choices" || step.kind !== "menu") return { ...step, [first]: target };
  return { ...step, choices: step.choices.map((each, at) => (String(at) === place ? { ...each, next: target } : each)) };
}

/** The exit that a caller took, by the word that came of the step; null where none fits (they hung up, it failed, it was the last). */
export function taken(step: Step, outcome: string): Exit | null {
  const found = exits(step).find((exit) => exit.key === outcome || exit.slot === `/${outcome}` || exit.word === outcome);
  if (found) return found;
  const goesOn = step.kind === "language" || (step.kind === "say" && outcome === "said") || (step.kind === "callback" && outcome === "refused");
  return goesOn ? (exits(step)[0] ?? null) : null;
}

/** The uploaded prompts and others that a step says, by the field. */
export const PROMPT_FIELDS = ["prompt", "invalid", "announce"] as const;
