/** Where one is. The address bar is the truth: links can be copied, back and forward work, and what is unsaved is asked about before it goes. */
import { useSyncExternalStore } from "react";

export interface Place {
  path: string;
  search: string;
}

interface Guard {
  path: string;
  /** Whether it may be left. */
  ask: () => Promise<boolean>;
}

let place: Place = here();
let home = "/";
/** The page that was open last: it waits while one is at home. */
let beside: Place | null = place.path === home ? null : place;
let guard: Guard | null = null;
let index = indexOf(window.history.state); // a reload is no beginning: back and forward still count from here
let undoing = false;
const listeners = new Set<() => void>();

function here(): Place {
  return { path: window.location.pathname, search: window.location.search };
}

function moved(): void {
  place = here();
  if (place.path !== home) beside = place;
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** The page that everybody begins with. It and the page beside it both stay as they are while one looks at the other. */
export function setHome(path: string): void {
  home = path;
  beside = place.path === home ? null : place;
  tell();
}

/** Ask before this page goes; ends with the function that is returned. */
export function protect(path: string, ask: () => Promise<boolean>): () => void {
  const mine = { path, ask };
  guard = mine;
  return () => {
    if (guard === mine) guard = null;
  };
}

async function mayLeave(path: string): Promise<boolean> {
  const held = guard;
  if (!held || path === held.path || path === home) return true;
  if (!(await held.ask())) return false;
  if (guard === held) guard = null;
  return true;
}

interface Way {
  /** In place of where one is: filters and the like, which back should not step through. */
  replace?: boolean;
  /** Without asking. */
  force?: boolean;
  /** The path of the page that leads on by itself (an answer came, typing rested). While one is at home, home stays and the page waits where it has led; once another page is open, it leads nowhere. */
  from?: string;
}

export async function go(to: string, { replace = false, force = false, from }: Way = {}): Promise<void> {
  const url = new URL(to, window.location.origin);
  const gone = (): boolean => from !== undefined && beside?.path !== from;
  const waits = (): boolean => from !== undefined && place.path === home;
  if (gone()) return;
  if (waits()) return waitAt({ path: url.pathname, search: url.search }, force);
  if (!force && !(await mayLeave(url.pathname))) return;
  if (gone()) return;
  if (waits()) return waitAt({ path: url.pathname, search: url.search }, true); // home came up while it was asked
  const address = url.pathname + url.search;
  if (address === place.path + place.search) return;
  if (!replace) index += 1;
  window.history[replace ? "replaceState" : "pushState"]({ index }, "", address);
  moved();
}

/** The page beside home is another one now. What is unsaved in it stays: nobody can be asked while it is not shown. */
function waitAt(to: Place, force: boolean): void {
  if (!force && guard && guard.path !== to.path) return;
  if (guard && guard.path !== to.path) guard = null;
  beside = to;
  tell();
}

function indexOf(state: unknown): number {
  return typeof state === "object" && state !== null && "index" in state && typeof state.index === "number" ? state.index : 0;
}

/** Back and forward: the browser has moved already, so that whoever stays is taken back. */
async function popped(event: PopStateEvent): Promise<void> {
  const to = indexOf(event.state);
  if (undoing) {
    undoing = false;
    index = to;
    return;
  }
  const steps = to - index;
  const target = here().path;
  const held = guard && target !== guard.path && target !== home;
  if (!held || steps === 0) {
    index = to;
    moved();
    return;
  }
  undoing = true;
  window.history.go(-steps);
  if (await mayLeave(target)) window.history.go(steps);
}

window.addEventListener("popstate", (event) => void popped(event));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePlace = (): Place => useSyncExternalStore(subscribe, () => place);

/** The page that was open last, also while one is at home: what one writes in it is still there on coming back. */
export const waiting = (): Place | null => beside;

export const useBeside = (): Place | null => useSyncExternalStore(subscribe, waiting);

export type Params = Record<string, string>;

/** `/records/:collection/:id` on a path; null when it does not fit. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (const [place, part] of wanted.entries()) {
    const value = given[place] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return null;
    } else if (value === "") {
      return null;
    } else {
      params[part.slice(1)] = plain(value);
    }
  }
  return params;
}

/** What a segment says; one that nobody has encoded is taken as it is. */
function plain(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
