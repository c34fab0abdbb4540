import { useCallback, useEffect, useRef, useState } from "react";
import { call, Problem } from "../../net/api";
import type { EntityDoc, Named, RecordPage, RecordRow } from "./entities";
import type { Filter } from "./filters";
import { apiQuery, type ListState } from "./list-state";

export interface Rows {
  /** Null until the first answer. */
  items: RecordRow[] | null;
  named: Named;
  count: number | null;
  problem: Problem | null;
  loading: boolean;
  more: (() => void) | null;
  again: () => void;
}

interface Kept {
  asked: string;
  items: RecordRow[];
  named: Named;
  count: number | null;
  next: string | null;
}

/** The rows of a list, page after page. What was there stays on the screen until the new answer is; an answer that comes too late is dropped. */
export function useRows(entity: EntityDoc, state: ListState, fixed: Filter | null): Rows {
  const asked = `${entity.collection}?${apiQuery(state, fixed, null)}`;
  const [kept, setKept] = useState<Kept | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const latest = useRef(0);

  const fetchPage = useCallback(
    (cursor: string | null, before: Kept | null) => {
      const mine = ++latest.current;
      setLoading(true);
      setProblem(null);
      call<RecordPage>("GET", `/records/${entity.collection}?${apiQuery(state, fixed, cursor)}`).then(
        (page) => {
          if (mine !== latest.current) return;
          setLoading(false);
          const known = new Set(before?.items.map(({ id }) => id));
          setKept({
            asked,
            items: [...(before?.items ?? []), ...page.items.filter(({ id }) => !known.has(id))],
            named: both(before?.named ?? {}, page.named),
            count: cursor === null ? page.count : (before?.count ?? null),
            next: page.next_cursor,
          });
        },
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          if (mine !== latest.current) return;
          setLoading(false);
          setProblem(error);
          if (cursor === null) setKept((old) => (old?.asked === asked ? old : null));
        },
      );
    },
    // what is asked stands in `asked`
    [asked],
  );
  useEffect(() => {
    fetchPage(null, null);
    return () => {
      latest.current += 1;
    };
  }, [fetchPage, round]);
  const next = kept?.asked === asked ? kept.next : null;
  return {
    items: kept?.items ?? null,
    named: kept?.named ?? {},
    count: kept?.count ?? null,
    problem,
    loading,
    more: next !== null && !loading ? () => fetchPage(next, kept) : null,
    again: () => setRound((n) => n + 1),
  };
}

function both(one: Named, two: Named): Named {
  const whole = { ...one };
  for (const [of, names] of Object.entries(two)) whole[of] = { ...whole[of], ...names };
  return whole;
}
