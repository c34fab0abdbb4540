/** What is written in a flow, with the way back and forth: typing in one field is one step of it. */
import { useCallback, useReducer } from "react";
import type { Flow } from "./types";

const MOST = 100;

export interface Past {
  now: Flow;
  before: readonly Flow[];
  after: readonly Flow[];
  /** What the last change was about: another one about the same is part of it. */
  about: string;
}

export type Act = { do: "change"; flow: Flow; about: string } | { do: "undo" } | { do: "redo" } | { do: "begin"; flow: Flow };

export const begun = (flow: Flow): Past => ({ now: flow, before: [], after: [], about: "" });

export function acted(past: Past, act: Act): Past {
  switch (act.do) {
    case "begin":
      return begun(act.flow);
    case "change": {
      const same = act.about !== "" && act.about === past.about;
      return { now: act.flow, before: same ? past.before : [...past.before, past.now].slice(-MOST), after: [], about: act.about };
    }
    case "undo": {
      const last = past.before.at(-1);
      return last ? { now: last, before: past.before.slice(0, -1), after: [past.now, ...past.after], about: "" } : past;
    }
    case "redo": {
      const [next, ...rest] = past.after;
      return next ? { now: next, before: [...past.before, past.now], after: rest, about: "" } : past;
    }
  }
}

export interface Written {
  flow: Flow;
  change: (flow: Flow, about?: string) => void;
  begin: (flow: Flow) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

export function useWritten(flow: Flow): Written {
  const [past, act] = useReducer(acted, flow, begun);
  const change = useCallback((next: Flow, about = ""): void => act({ do: "change", flow: next, about }), []);
  const begin = useCallback((next: Flow): void => act({ do: "begin", flow: next }), []);
  return { flow: past.now, change, begin, undo: past.before.length > 0 ? () => act({ do: "undo" }) : null, redo: past.after.length > 0 ? () => act({ do: "redo" }) : null };
}
