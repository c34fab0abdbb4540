import { useCallback, useRef, useState } from "react";
import { Problem } from "../net/api";

/** Run one action at a time; say whether it runs and how it failed. */
export function useBusy(): [boolean, Problem | null, (work: () => Promise<unknown>) => void] {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const run = useCallback((work: () => Promise<unknown>) => {
    if (running.current) return; // a double click must not send twice
    running.current = true;
    setBusy(true);
    setProblem(null);
    work()
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        setProblem(error);
      })
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  return [busy, problem, run];
}
