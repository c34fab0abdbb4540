/** Whom the agent wants to call: told by any number on the screen, shown by the one dialog of the desk. */
import { useSyncExternalStore } from "react";

export interface Wanted {
  number: string;
  /** The customer whose number it is, and the case that it is about, where they are known. */
  party?: string | undefined;
  caseId?: string | undefined;
}

let wanted: Wanted | null = null;
const listeners = new Set<() => void>();

function change(to: Wanted | null): void {
  wanted = to;
  for (const listener of listeners) listener();
}

export const wantCall = (to: Wanted): void => change(to);
export const wantNoCall = (): void => change(null);

export function useWanted(): Wanted | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => wanted);
}

export const dialled = (number: string): string => number.replace(/[^\d+]/g, "");

/** The number that a link (`tel:`) leads to, with what stands beside it. */
export function wantedOf(link: HTMLAnchorElement): Wanted {
  const { party, case: caseId } = link.dataset;
  return { number: decodeURIComponent(link.getAttribute("href") ?? "").slice("tel:".length), party, caseId };
}

const LAST_QUEUE = "trunkline.dial-queue";

/** On whose behalf: as last time, else of the queue whose work is at hand, else the first. */
export function usualQueue(queues: readonly { id: string }[], atHand: string | undefined): string {
  const has = (id: string | null | undefined): boolean => queues.some((each) => each.id === id);
  const last = localStorage.getItem(LAST_QUEUE);
  if (has(last)) return last ?? "";
  return has(atHand) ? (atHand ?? "") : (queues[0]?.id ?? "");
}

export const rememberQueue = (id: string): void => localStorage.setItem(LAST_QUEUE, id);

/** Reasons that no agent's word outweighs. */
export const FORBIDDING: ReadonlySet<string> = new Set(["withdrawn", "never_given", "gone"]);
