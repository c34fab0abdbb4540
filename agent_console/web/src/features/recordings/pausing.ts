/** Asking the server to pause and to go on recording, and what is known when it could not say that it did. */
import { useSyncExternalStore } from "react";
import { call, Problem, segment } from "../../net/api";
import { complain } from "../../ui/toasts";

export type PausedBy = "by_hand" | "form";

let unsure: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function change(next: ReadonlySet<string>): void {
  unsure = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** It is known again how it is with this talk. */
export function sure(interaction: string): void {
  if (unsure.has(interaction)) change(new Set([...unsure].filter((each) => each !== interaction)));
}

/** Whether nobody knows that this talk is not recorded, although that was asked for. */
export const useUnsure = (interaction: string): boolean => useSyncExternalStore(subscribe, () => unsure.has(interaction));

const address = (interaction: string, by: PausedBy): string => `/interactions/${segment(interaction)}/recording/pause${by === "form" ? "?by=form" : ""}`;

/** What the server refuses has changed nothing; whatever else goes wrong, it may go on being recorded. */
export async function pauseRecording(interaction: string, by: PausedBy): Promise<void> {
  try {
    await call("POST", address(interaction, by));
    sure(interaction);
  } catch (error) {
    if (error instanceof Problem && (error.status === 0 || error.status >= 500)) change(new Set([...unsure, interaction]));
    complain(error);
  }
}

export async function resumeRecording(interaction: string, by: PausedBy): Promise<void> {
  await call("DELETE", address(interaction, by)).then(() => sure(interaction), complain);
}
