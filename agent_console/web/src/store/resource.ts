import { useCallback, useEffect, useState } from "react";
import { Problem } from "../net/api";

/** Something fetched: the last answer stays on the screen while a newer one is on its way. */
export interface Resource<T> {
  data: T | null;
  problem: Problem | null;
  loading: boolean;
  again: () => void;
}

interface Answer<T> {
  key: string;
  data: T | null;
  problem: Problem | null;
  version: string;
}

/** Fetch when `key` or `version` changes; null as key fetches nothing. Another key forgets the old answer. */
export function useResource<T>(key: string | null, fetcher: () => Promise<T>, version = ""): Resource<T> {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  const [round, setRound] = useState(0);
  const wanted = `${version}#${round}`;
  useEffect(() => {
    if (key === null) return;
    let current = true;
    fetcher().then(
      (data) => current && setAnswer({ key, data, problem: null, version: wanted }),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        if (current) setAnswer((old) => ({ key, data: old?.key === key ? old.data : null, problem: error, version: wanted }));
      },
    );
    return () => {
      current = false;
    };
    // The fetcher is a new function at each render; the key says what it fetches.
  }, [key, wanted]);
  const mine = answer?.key === key ? answer : null;
  const again = useCallback(() => setRound((n) => n + 1), []);
  return { data: mine?.data ?? null, problem: mine?.problem ?? null, loading: key !== null && mine?.version !== wanted, again };
}
