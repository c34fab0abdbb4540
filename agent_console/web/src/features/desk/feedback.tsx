import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { usePlace } from "../../route";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";

const KINDS = ["suggestion", "problem"] as const;

/** What somebody says about the console, with the screen they say it of. Nothing of what the screen shows goes along. */
export function Feedback({ open, close }: { open: boolean; close: () => void }) {
  const { t } = useTranslation();
  const place = usePlace();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("suggestion");
  const [text, setText] = useState("");
  const [busy, problem, run] = useBusy();
  const send = (): void => run(async () => {
    const program = `${navigator.userAgent} · ${window.innerWidth}×${window.innerHeight} · ${document.documentElement.lang}`.slice(0, 400);
    await call("POST", "/records/feedback", { kind, text: text.trim(), screen: place.path.slice(0, 300), program });
    setText("");
    tell("feedback.sent");
    close();
  });
  return (
    <Modal title={t("feedback.title")} open={open} close={close} size="small" light={text === ""} cross testid="feedback">
      <form className="col" onSubmit={(event) => { event.preventDefault(); if (text.trim()) send(); }}>
        <div className="segmented" role="radiogroup" aria-label={t("feedback.kind")}>
          {KINDS.map((each) => <label key={each} data-on={kind === each}><input type="radio" className="vh" name="feedback-kind" checked={kind === each} onChange={() => setKind(each)} />{t(`feedback.${each}`)}</label>)}
        </div>
        <textarea className="input" rows={6} maxLength={4000} value={text} dir="auto" aria-label={t("feedback.text")} placeholder={t("feedback.hint")} autoFocus onChange={(event) => setText(event.target.value)} data-testid="feedback-text" />
        <p className="tiny faint">{t("feedback.goes_along", { screen: place.path })}</p>
        <Wrong problem={problem} />
        <div className="row dialog-end"><span className="grow" /><Button type="submit" look="primary" icon="send" isDisabled={busy || text.trim() === ""} data-testid="feedback-send">{t("feedback.send")}</Button></div>
      </form>
    </Modal>
  );
}
