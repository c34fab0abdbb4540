import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Problem, segment } from "../../net/api";
import { today } from "../../store/clock";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Modal } from "../../ui/modal";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { newKey } from "../interaction/drafts";

/** A letter on paper that came or went by post, with its scan, into the case's history. */
export function LogPaper({ caseId, done }: { caseId: string; done: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small icon="post" onPress={() => setOpen(true)} data-testid="log-paper">{t("paper.log")}</Button>
      {open && <PaperForm caseId={caseId} done={done} close={() => setOpen(false)} />}
    </>
  );
}

function PaperForm({ caseId, done, close }: { caseId: string; done: () => void; close: () => void }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const [direction, setDirection] = useState("in");
  const [date, setDate] = useState(today());
  const [subject, setSubject] = useState("");
  const [note, setNote] = useState("");
  const [key] = useState(newKey);
  const [busy, problem, run] = useBusy();
  const keep = (event: FormEvent): void => {
    event.preventDefault();
    if (!file) return;
    run(async () => {
      const query = new URLSearchParams({ name: file.name, direction, date, subject, note });
      await sent(`/api/v1/cases/${segment(caseId)}/paper?${query.toString()}`, file, key);
      tell("paper.kept");
      done();
      close();
    });
  };
  return (
    <Modal title={t("paper.title")} icon="post" close={close} cross className="new-text" testid="paper-dialog">
      <form className="dial-form" onSubmit={keep}>
        <label className="field">{t("paper.scan")}<input className="input" type="file" accept=".pdf,.tif,.tiff,.jpg,.jpeg,.png" onChange={(event) => setFile(event.target.files?.[0] ?? null)} data-testid="paper-file" /></label>
        <div className="dial-top">
          <label className="field">{t("paper.subject")}<input className="input" value={subject} maxLength={200} onChange={(event) => setSubject(event.target.value)} data-testid="paper-subject" /></label>
          <label className="field">{t("paper.direction")}
            <select className="input" value={direction} onChange={(event) => setDirection(event.target.value)} data-testid="paper-direction"><option value="in">{t("paper.in")}</option><option value="out">{t("paper.out")}</option></select>
          </label>
          <label className="field">{t("paper.date")}<input className="input" type="date" value={date} max={today()} onChange={(event) => setDate(event.target.value)} /></label>
        </div>
        <label className="field">{t("paper.note")}<textarea className="input" rows={2} value={note} maxLength={4000} onChange={(event) => setNote(event.target.value)} /></label>
        <Wrong problem={problem} />
        <div className="row dial-end"><span className="grow" /><Button type="submit" look="primary" icon="check" isDisabled={busy || !file || !date} data-testid="paper-keep">{t("paper.keep")}</Button></div>
      </form>
    </Modal>
  );
}

interface Told {
  code?: string;
  params?: Record<string, unknown>;
  request_id?: string;
}

/** The file itself is the body: `call` speaks JSON alone. */
async function sent(address: string, file: File, key: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(address, { method: "POST", body: file, credentials: "same-origin", headers: { "X-Trunkline": "1", "Idempotency-Key": key, "Content-Type": "application/octet-stream", Accept: "application/json" } });
  } catch {
    throw new Problem("network.lost", 0);
  }
  if (answer.ok) return;
  const { code, params, request_id } = (await answer.json().catch(() => ({}))) as Told;
  throw new Problem(code ?? `http.${answer.status}`, answer.status, params, [], request_id);
}
