import { useSyncExternalStore } from "react";
import { localDay } from "../format";

/** The server's clock as this browser knows it; every duration on the screen is `now - since`. */
let offsetS = 0;
let known = false;
let tick = Math.floor(Date.now() / 1000);
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function setServerClock(serverNowS: number): void {
  const seen = serverNowS - Date.now() / 1000;
  // Network delay only ever makes the server look older: the largest offset seen is the truest. A jump is a new clock.
  if (!known || seen > offsetS || Math.abs(seen - offsetS) > 2) offsetS = seen;
  known = true;
}

/** Seconds since 1970 by the server's clock. */
export const serverNow = (): number => Date.now() / 1000 + offsetS;

/** Today, where the reader is: "2026-02-14". */
export const today = (): string => localDay(serverNow());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(beat, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function beat(): void {
  const now = Math.floor(serverNow());
  if (now === tick) return;
  tick = now;
  for (const listener of listeners) listener();
}

/** The server's clock in whole seconds; one shared timer for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => tick);
