import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language, Letter } from "../../net/types";
import { go } from "../../route";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { momentText } from "../records/values";
import type { Answered } from "./types";

/** Of a letter of ours: that it was read, or who has not got it and why, and what to do about that. */
export function NotThere({ letter }: { letter: Letter }) {
  const { t, i18n } = useTranslation();
  if (letter.direction !== "out") return null;
  if (letter.read_at) return <p className="tiny faint">{t("writing.read_at", { at: momentText(letter.read_at, i18n.language as Language) })}</p>;
  if (letter.delivery === "failed" || letter.delivery === "bounced") return <Failed id={letter.id} error={letter.error ?? ""} refused={letter.refused ?? {}} />;
  if (letter.delivery === "queued" && letter.error) return <p className="tiny wrong">{t("writing.tries_again", { error: letter.error })}</p>;
  return letter.receipt_wanted ? <p className="tiny faint">{t("writing.receipt_asked")}</p> : null;
}

export function Failed({ id, error, refused, done }: { id: string; error: string; refused: Record<string, string>; done?: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const retry = (): void => run(() => call("POST", `/letters/${segment(id)}/retry`).then(() => { tell("writing.tried_again"); done?.(); }));
  const again = (): void => run(async () => {
    const { draft } = await call<Answered>("POST", `/letters/${segment(id)}/again`);
    tell("writing.written_again");
    if (draft.case_id && !draft.interaction_id) await go(`/records/cases/${draft.case_id}`);
  });
  const each = Object.entries(refused);
  return (
    <div className="not-there" data-testid="not-there">
      <ul className="small">{each.length > 0 ? each.map(([address, answer]) => <li key={address}><span className="strong">{address}</span> <span className="wrong">{answer}</span></li>) : <li className="wrong">{error}</li>}</ul>
      <div className="row wrap">
        <Button small icon="undo" isDisabled={busy} onPress={retry} data-testid="retry-letter">{t("writing.retry")}</Button>
        <Button small icon="pen" isDisabled={busy} onPress={again} data-testid="write-again">{t("writing.write_again")}</Button>
      </div>
      <Wrong problem={problem} />
    </div>
  );
}
