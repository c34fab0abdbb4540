import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { protect } from "../route";
import { Button } from "./button";
import { Modal } from "./modal";

type Hold = () => () => void;
const Holding = createContext<Hold | null>(null);

/** While something is unsaved here, the page around does not go unasked. */
export function useHold(dirty: boolean): void {
  const hold = useContext(Holding);
  useEffect(() => (dirty && hold ? hold() : undefined), [dirty, hold]);
}

/** A page on which things are written: while anything in it is unsaved, ask before it goes, and let the browser ask before the tab does. */
export function Unsaved({ path, children }: { path: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(0);
  const [asks, setAsks] = useState(false);
  const answer = useRef<((leave: boolean) => void) | null>(null);
  const hold = useMemo<Hold>(() => () => {
    setHeld((n) => n + 1);
    return () => setHeld((n) => n - 1);
  }, []);
  const dirty = held > 0;
  useEffect(() => {
    if (!dirty) return;
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", stay);
    const end = protect(path, () => new Promise((resolve) => {
      answer.current?.(false);
      answer.current = resolve;
      setAsks(true);
    }));
    return () => {
      window.removeEventListener("beforeunload", stay);
      end();
    };
  }, [path, dirty]);
  const say = (leave: boolean): void => {
    setAsks(false);
    answer.current?.(leave);
    answer.current = null;
  };
  return (
    <Holding.Provider value={hold}>
      {children}
      <Modal title={t("records.unsaved")} open={asks} close={() => say(false)} size="small" alert testid="unsaved">
        <p className="soft">{t("records.unsaved_text")}</p>
        <div className="row dialog-end">
          <span className="grow" />
          <Button look="quiet" onPress={() => say(true)} data-testid="unsaved-leave">{t("records.unsaved_leave")}</Button>
          <Button look="primary" autoFocus onPress={() => say(false)} data-testid="unsaved-stay">{t("records.unsaved_stay")}</Button>
        </div>
      </Modal>
    </Holding.Provider>
  );
}
