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
let guard: Guard | null = null;
let index = 0;
let undoing = false;
const listeners = new Set<() => void>();

function here(): Place {
  return { path: window.location.pathname, search: window.location.search };
}

function moved(): void {
  place = here();
  for (const listener of listeners) listener();
}

/** The page that everybody begins with. It and the page beside it both stay as they are while one looks at the other. */
export function setHome(path: string): void {
  home = path;
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
}

export async function go(to: string, { replace = false, force = false }: Way = {}): Promise<void> {
  const url = new URL(to, window.location.origin);
  if (!force && !(await mayLeave(url.pathname))) return;
  const address = url.pathname + url.search;
  if (address === place.path + place.search) return;
  if (!replace) index += 1;
  window.history[replace ? "replaceState" : "pushState"]({ index }, "", address);
  moved();
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
