/** Letters that are on their way and can still be taken back: known to the whole console, also after a reload. */
import { useSyncExternalStore } from "react";
import { call, Problem, segment } from "../../net/api";
import { serverNow } from "../../store/clock";
import { complain, tell } from "../../ui/toasts";
import type { Answered, Draft } from "./types";

let held: readonly Draft[] = [];
let round = 0;
const listeners = new Set<() => void>();

function change(next: readonly Draft[]): void {
  held = next.filter((each) => each.send_at !== null && !each.scheduled);
  round += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useHeld = (): readonly Draft[] => useSyncExternalStore(subscribe, () => held);

/** Rises when one was taken back or went: whoever writes looks again. */
export const useHeldRound = (): number => useSyncExternalStore(subscribe, () => round);

export const hold = (draft: Draft): void => change([...held.filter(({ id }) => id !== draft.id), draft]);

export const letGo = (): void => change(held.filter((each) => (each.send_at ?? 0) > serverNow()));

export async function askHeld(): Promise<void> {
  try {
    change((await call<{ items: Draft[] } | undefined>("GET", "/drafts/held"))?.items ?? []);
  } catch (error) {
    if (!(error instanceof Problem)) throw error; // the next reload asks again
  }
}

export async function takeBack(draft: Draft): Promise<void> {
  try {
    await call<Answered>("POST", `/drafts/${segment(draft.id)}/undo`);
    tell("writing.taken_back");
  } catch (error) {
    complain(error);
  }
  change(held.filter(({ id }) => id !== draft.id));
}
