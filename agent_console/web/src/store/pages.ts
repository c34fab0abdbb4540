import { useCallback, useState } from "react";
import { Problem } from "../net/api";
import { useResource } from "./resource";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Pages<T> {
  items: T[] | null;
  problem: Problem | null;
  again: () => void;
  /** Fetches the next page; null when there is none, or while it is on its way. */
  more: (() => void) | null;
}

interface Later<T> extends Page<T> {
  first: Page<T>;
  problem: Problem | null;
  busy: boolean;
}

/** A list that comes in pages; another key begins anew. */
export function usePages<T>(key: string | null, fetchPage: (cursor: string | null) => Promise<Page<T>>): Pages<T> {
  const { data: first, problem, again } = useResource(key, () => fetchPage(null));
  const [kept, setLater] = useState<Later<T> | null>(null);
  const later = kept?.first === first ? kept : null;
  const cursor = later ? later.next_cursor : (first?.next_cursor ?? null);
  const fetchMore = useCallback(() => {
    if (!first) return;
    const before = later?.items ?? [];
    const set = (change: Partial<Later<T>>): void => setLater({ first, items: before, next_cursor: cursor, problem: null, busy: false, ...change });
    set({ busy: true });
    fetchPage(cursor).then(
      (page) => set({ items: [...before, ...page.items], next_cursor: page.next_cursor }),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        set({ problem: error });
      },
    );
  }, [first, later, cursor, fetchPage]);
  const items = first && [...first.items, ...(later?.items ?? [])];
  return { items, problem: problem ?? later?.problem ?? null, again, more: cursor === null || later?.busy ? null : fetchMore };
}
