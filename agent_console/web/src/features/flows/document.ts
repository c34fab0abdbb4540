/** Changes of a flow's document (pure): steps are added, doubled, taken out; what a flow may begin with. */
import { exits, fresh, withTarget } from "./kinds";
import type { Flow, Kind, Step } from "./types";

/** A name that no step has; names stay what they are, since figures and paths tell by them. */
export function unusedName(flow: Flow, kind: Kind): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? kind : `${kind}-${n}`;
    if (!(name in flow.steps)) return name;
  }
}

export const put = (flow: Flow, name: string, step: Step): Flow => ({ ...flow, steps: { ...flow.steps, [name]: step } });

/** A new step, and where it is given, the way that leads to it. The first one is where the flow begins. */
export function added(flow: Flow, kind: Kind, from: { step: string; slot: string } | null): [Flow, string] {
  const name = unusedName(flow, kind);
  const whole = put(flow, name, fresh(kind));
  const begun = whole.start in whole.steps ? whole : { ...whole, start: name };
  const before = from && begun.steps[from.step];
  return [before ? put(begun, from.step, withTarget(before, from.slot, name)) : begun, name];
}

/** Another step like it, to which nothing leads yet. */
export function doubled(flow: Flow, name: string): [Flow, string] {
  const step = flow.steps[name];
  if (!step) return [flow, name];
  const other = unusedName(flow, step.kind);
  return [put(flow, other, structuredClone(step)), other];
}

/** Without that step: what led to it leads to where it went on, if that was one place; else nowhere yet. */
export function without(flow: Flow, name: string): Flow {
  const gone = flow.steps[name];
  if (!gone) return flow;
  const on = [...new Set(exits(gone).map(({ target }) => target))].filter((target) => target !== name);
  const instead = on.length === 1 ? (on[0] ?? "") : "";
  const steps = Object.entries(flow.steps).filter(([each]) => each !== name).map(([each, step]) => [each, exits(step).reduce((now, { slot, target }) => (target === name ? withTarget(now, slot, instead) : now), step)] as const);
  return { start: flow.start === name ? instead || (steps[0]?.[0] ?? "") : flow.start, steps: Object.fromEntries(steps) };
}

/** The steps that lead to this one. */
export const before = (flow: Flow, name: string): string[] => Object.keys(flow.steps).filter((each) => exits(flow.steps[each] as Step).some(({ target }) => target === name));

export interface Changes {
  added: string[];
  removed: string[];
  changed: string[];
  start: boolean;
}

const alike = (one: unknown, two: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(two));

/** Names in one order: the server may write them in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [two]) => (one < two ? -1 : 1)).map(([key, part]) => [key, sorted(part)]));
}

export const same = (one: Flow, two: Flow): boolean => alike(one, two);

/** What is otherwise in `now` than it was. */
export function changes(was: Flow, now: Flow): Changes {
  const names = Object.keys(now.steps);
  return {
    added: names.filter((name) => !(name in was.steps)),
    removed: Object.keys(was.steps).filter((name) => !(name in now.steps)),
    changed: names.filter((name) => name in was.steps && !alike(was.steps[name], now.steps[name])),
    start: was.start !== now.start,
  };
}

export const TEMPLATES = ["greeting", "language", "menu", "empty"] as const;
export type Template = (typeof TEMPLATES)[number];

const of = <K extends Kind>(kind: K, part: Partial<Extract<Step, { kind: K }>>): Step => ({ ...fresh(kind), ...part }) as Step;

/** What a new flow begins with, all of it into one queue. */
export function template(name: Template, queue: string): Flow {
  const end = of("queue", { queue_id: queue });
  switch (name) {
    case "empty":
      return { start: "", steps: {} };
    case "greeting":
      return { start: "say", steps: { say: of("say", { next: "queue" }), queue: end } };
    case "language":
      return { start: "language", steps: { language: of("language", { next: "say" }), say: of("say", { next: "queue" }), queue: end } };
    case "menu":
      return {
        start: "hours",
        steps: {
          hours: of("hours", { queue_id: queue, open: "say", closed: "hangup" }),
          say: of("say", { next: "menu" }),
          menu: of("menu", { choices: [{ key: "1", next: "queue", label: "" }, { key: "2", next: "callback", label: "" }], otherwise: "queue" }),
          queue: end,
          callback: of("callback", { queue_id: queue, declined: "queue" }),
          hangup: of("hangup", { prompt: "ours:closed" }),
        },
      };
  }
}

/** The step that a problem is about, and where in it; null: it is about the whole. */
export function placeOf(pointer: string): { step: string; field: string } | null {
  const [, steps, step, ...rest] = pointer.split("/");
  return steps === "steps" && step ? { step, field: rest.join("/") } : null;
}
