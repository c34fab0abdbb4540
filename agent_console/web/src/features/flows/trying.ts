/** Trying a flow out (pure): what is keyed question by question, and what the server said of it. */
import { taken } from "./kinds";
import type { Lit } from "./graph";
import type { Flow, Way } from "./types";

/** In place of keys: the caller hangs up. Behind what was keyed so far it stops the flow at the question that is open. */
export const HANG_UP = "hangup";
export const SILENCE = "";

/** What is asked of the server: what was keyed, and no further. */
export const asked = (keys: readonly string[], hungUp: boolean): string[] => (hungUp || keys.length < 200 ? [...keys, HANG_UP] : [...keys]);

/** Whether the caller stands before a question: the flow ended only because nothing more was keyed. */
export const waits = (way: Way, hungUp: boolean): boolean => way.end.kind === "left" && !hungUp;

/** How many digits the open question takes; 1 where a single key answers. */
export function digits(flow: Flow, way: Way): number {
  const step = flow.steps[way.path.at(-1)?.step ?? ""];
  return step?.kind === "collect" ? step.most : 1;
}

/** The steps and ways that were taken, for the drawing. */
export function litBy(flow: Flow, way: Way): Lit {
  const ways = new Set<string>();
  for (const { step: name, outcome } of way.path) {
    const step = flow.steps[name];
    const exit = step && taken(step, outcome);
    if (exit) ways.add(name + exit.slot);
  }
  return { steps: new Set(way.path.map(({ step }) => step)), ways, here: way.path.at(-1)?.step ?? null };
}

/** The words that can come of a step that is looked up, for whoever wants another than what is there; none: it is not looked up. */
export function outcomesOf(flow: Flow, name: string): string[] {
  const step = flow.steps[name];
  switch (step?.kind) {
    case "hours": return ["open", "closed"];
    case "identify": return ["known", "unknown"];
    case "lookup": return ["found", "missing"];
    case "contract": return ["covered", "none", "used_up"];
    case "caller": return step.tiers.length > 0 ? ["known", "unknown", "vip"] : ["known", "unknown"];
    case "callback": return ["possible", "refused"];
    case "transfer": return ["answered", "failed"];
    default: return [];
  }
}

/** Seconds since 1970 of what an input for day and time holds, where the reader is; null: now. */
export function readMoment(text: string): number | null {
  const at = new Date(text).getTime();
  return text === "" || Number.isNaN(at) ? null : at / 1000;
}
