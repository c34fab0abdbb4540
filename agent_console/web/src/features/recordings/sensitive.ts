/** Which fields have the focus whose contents nobody may record. A field tells it; whoever is in a talk that is recorded pauses it (`guard.tsx`). */
import { useEffect, useRef, useSyncExternalStore, type FocusEvent } from "react";

const focused = new Set<object>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function enter(field: object): void {
  if (focused.has(field)) return;
  focused.add(field);
  tell();
}

function leave(field: object): void {
  if (focused.delete(field)) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How it is with the talk that such a field pauses; none: nobody talks, or it is not recorded. */
export type TalkState = "none" | "on" | "off" | "unsure";
let talk: TalkState = "none";

export function setTalk(next: TalkState): void {
  if (talk === next) return;
  talk = next;
  tell();
}

export const useTalk = (): TalkState => useSyncExternalStore(subscribe, () => talk);

export const useSensitive = (): boolean => useSyncExternalStore(subscribe, () => focused.size > 0);

interface Watched {
  onFocus?: () => void;
  onBlur?: (event: FocusEvent<HTMLElement>) => void;
}

/** What a field's frame listens to. Another window in front takes no focus away from a field. */
export function useWatchedFocus(sensitive: boolean): Watched {
  const field = useRef({}).current;
  useEffect(() => () => leave(field), [field]);
  if (!sensitive) return {};
  return {
    onFocus: () => enter(field),
    onBlur: ({ currentTarget, relatedTarget }) => {
      const stays = currentTarget.contains(relatedTarget ?? document.activeElement);
      if (!stays) leave(field);
    },
  };
}
