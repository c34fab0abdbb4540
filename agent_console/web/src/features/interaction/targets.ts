/** To whom it can be passed on, who can be asked first, and how that is said (pure). */
import { phoneNumber } from "../../format";
import type { AgentTarget, QueueTarget, Targets } from "../../net/types";
import type { IconName } from "../../ui/icon";
import type { Tone } from "../../ui/panes";
import { shown } from "../desk/states";

export type Target = (AgentTarget & { kind: "agent" }) | (QueueTarget & { kind: "queue" }) | { kind: "number"; id: string; name: string };

/** What tells it from all others, for as long as the list is open. */
export const keyOf = ({ kind, id }: Target): string => `${kind} ${id}`;

/** Colleagues, then queues, as the server put them; only those whose name or extension holds what is sought. */
export function fitting(told: Targets, sought: string): Target[] {
  const wanted = sought.trim().toLowerCase();
  const fits = (...words: (string | null)[]): boolean => words.some((word) => word?.toLowerCase().includes(wanted));
  return [
    ...told.agents.filter(({ name, extension }) => fits(name, extension)).map((each) => ({ ...each, kind: "agent" as const })),
    ...told.queues.filter(({ name }) => fits(name)).map((each) => ({ ...each, kind: "queue" as const })),
  ];
}

const BETWEEN_DIGITS = /[ ().\-/]/g;

/** The number outside that is written where somebody is sought, if it is one: whoever is not of the house can be asked, too. */
export function outside(told: Targets, sought: string): Target[] {
  const id = sought.normalize("NFKC").replace(BETWEEN_DIGITS, "");
  return told.outside && /^\+?\d{3,}$/.test(id) ? [{ kind: "number", id, name: phoneNumber(id) }] : [];
}

/** Nobody is passed on to a number outside unasked. */
export const canBePassed = ({ kind }: Target): boolean => kind !== "number";

export const canBeAsked = (target: Target): boolean => target.kind === "number" || (target.kind === "agent" && target.can_be_called);

/** A colleague's state in words. One who is ready and idle and yet not free has no console open. */
export function stateOf(agent: AgentTarget): { key: string; tone: Tone; icon: IconName } {
  if (agent.free) return { key: "transfer.free", tone: "go", icon: "check" };
  if (agent.status === "ready" && agent.work === "idle") return { key: "transfer.no_console", tone: "mute", icon: "unlink" };
  return shown({ status: agent.status, reason: "other", since: 0, work: agent.work, work_since: 0 });
}

/** What becomes of it then. */
export function thenKey(target: Target): string {
  if (target.kind === "number") return "consult.to_number";
  if (target.kind === "agent") return target.free ? "transfer.to_free" : "transfer.to_busy";
  return target.closed ? "transfer.to_closed" : "transfer.to_queue";
}
