/** What is being written in which interaction, and where a text can be put in: composer, note and suggestions know each other by this alone. */
import { useEffect, useRef, useSyncExternalStore } from "react";

interface Written {
  /** What the customer wrote: it stands in while the agent has written little. */
  given: string;
  typed: string;
}

const LITTLE = 12;
const NOTHING: Written = { given: "", typed: "" };
const written = new Map<string, Written>();
const places = new Map<string, (text: string) => void>();
const listeners = new Set<() => void>();

function told(): void {
  for (const listener of listeners) listener();
}

function change(interaction: string, part: Partial<Written>): void {
  const before = written.get(interaction) ?? NOTHING;
  const next = { ...before, ...part };
  if (next.given === before.given && next.typed === before.typed) return;
  written.set(interaction, next);
  told();
}

/** The agent writes this: a note, an answer, a case's subject. */
export const typing = (interaction: string, text: string): void => change(interaction, { typed: text });

/** The customer wrote this. */
export const given = (interaction: string, text: string): void => change(interaction, { given: text });

export function asked({ given, typed }: Written): string {
  return typed.trim().length < LITTLE ? `${given}\n${typed}`.trim() : typed;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What suggestions are asked for. */
export const useAsked = (interaction: string | null): string =>
  useSyncExternalStore(subscribe, () => (interaction === null ? "" : asked(written.get(interaction) ?? NOTHING)));

/** Let texts be put in here while this component shows. */
export function usePlace(interaction: string, put: (text: string) => void): void {
  const latest = useRef(put);
  latest.current = put;
  useEffect(() => {
    const mine = (text: string): void => latest.current(text);
    places.set(interaction, mine);
    told();
    return () => {
      if (places.get(interaction) === mine) places.delete(interaction);
      told();
    };
  }, [interaction]);
}

/** Puts a text where the agent writes; null while there is no such place. */
export const useInsert = (interaction: string | null): ((text: string) => void) | null =>
  useSyncExternalStore(subscribe, () => (interaction === null ? null : (places.get(interaction) ?? null)));

/** The text with another one at a place in it; it takes the place of the shortcut that was typed right before. `at` is where writing goes on. */
export function putIn(text: string, place: number, more: string, shortcut = ""): { text: string; at: number } {
  const typed = text.slice(0, place);
  const before = shortcut !== "" && typed.endsWith(shortcut) ? typed.slice(0, -shortcut.length) : typed;
  return { text: before + more + text.slice(place), at: before.length + more.length };
}

/** The text with another one at its end, parted by an empty line. */
export const appended = (text: string, more: string): string => (text.trim() ? `${text.trimEnd()}\n\n${more}` : more);
