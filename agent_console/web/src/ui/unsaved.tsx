import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { protect } from "../route";
import { Button } from "./button";
import { Modal } from "./modal";

/** While something is unsaved on this page: ask before it goes, and let the browser ask before the tab does. */
export function Unsaved({ path, dirty }: { path: string; dirty: boolean }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const answer = useRef<((leave: boolean) => void) | null>(null);
  useEffect(() => {
    if (!dirty) return;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    const end = protect(path, () => new Promise((resolve) => {
      answer.current?.(false);
      answer.current = resolve;
      setAsks(true);
    }));
    return () => {
      window.removeEventListener("beforeunload", hold);
      end();
    };
  }, [path, dirty]);
  const say = (leave: boolean): void => {
    setAsks(false);
    answer.current?.(leave);
    answer.current = null;
  };
  return (
    <Modal title={t("records.unsaved")} open={asks} close={() => say(false)} size="small" alert testid="unsaved">
      <p className="soft">{t("records.unsaved_text")}</p>
      <div className="row dialog-end">
        <span className="grow" />
        <Button look="quiet" onPress={() => say(true)} data-testid="unsaved-leave">{t("records.unsaved_leave")}</Button>
        <Button look="primary" autoFocus onPress={() => say(false)} data-testid="unsaved-stay">{t("records.unsaved_stay")}</Button>
      </div>
    </Modal>
  );
}
