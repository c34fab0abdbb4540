/** The board of one department and all below it (pure): its queues, who waits in them, its agents. */
import type { AgentDoc, DepartmentDoc, QueueDoc, WaitingDoc } from "../../net/types";

export interface Place extends DepartmentDoc {
  depth: number;
}

/** As a tree: each below its parent, names in their order. */
export function inTree(departments: readonly DepartmentDoc[]): Place[] {
  const there = new Set(departments.map(({ id }) => id));
  const under = (parent: string | null, depth: number): Place[] =>
    departments
      .filter((each) => (each.parent !== null && there.has(each.parent) ? each.parent : null) === parent)
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((each) => [{ ...each, depth }, ...under(each.id, depth + 1)]);
  return under(null, 0);
}

/** A department and all below it; null is everything, and so is one that the board does not know (any more). */
export function within(departments: readonly DepartmentDoc[], chosen: string | null): ReadonlySet<string> | null {
  const places = inTree(departments);
  const at = places.findIndex(({ id }) => id === chosen);
  const top = places[at];
  if (!top) return null;
  const next = places.findIndex(({ depth }, place) => place > at && depth <= top.depth);
  return new Set(places.slice(at, next === -1 ? undefined : next).map(({ id }) => id));
}

const belongs = (units: ReadonlySet<string> | null, department: string | null): boolean => units === null || (department !== null && units.has(department));

export const queuesOf = (queues: readonly QueueDoc[], units: ReadonlySet<string> | null): QueueDoc[] => queues.filter(({ department }) => belongs(units, department));

export const agentsOf = (agents: readonly AgentDoc[], units: ReadonlySet<string> | null): AgentDoc[] => agents.filter(({ department }) => belongs(units, department));

export function waitingOf(waiting: readonly WaitingDoc[], queues: readonly QueueDoc[]): WaitingDoc[] {
  const shown = new Set(queues.map(({ id }) => id));
  return waiting.filter(({ queue }) => shown.has(queue));
}

const key = (user: string): string => `trunkline.board.${user}`;

/** The department that somebody chose for their board, on this browser. */
export const readChosen = (user: string): string | null => localStorage.getItem(key(user));

export function keepChosen(user: string, department: string | null): void {
  if (department === null) localStorage.removeItem(key(user));
  else localStorage.setItem(key(user), department);
}
