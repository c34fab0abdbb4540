/** It is not who the number says: say so, and it is remembered; what was remembered is shown with whose word it was, and can be taken back. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Item, Language, Party } from "../../net/types";
import { useNow } from "../../store/clock";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Wrong } from "../../ui/panes";
import { PartySearch } from "../customer/party-search";

const UNSURE: ReadonlySet<Party["strength"]> = new Set(["keyed", "national", "tail", "former"] as const);

export function Recognised({ item, party }: { item: Item; party: Party }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [busy, problem, run] = useBusy();
  const said = party.remembered;
  const deny = (): void => run(() => call("POST", `/interactions/${segment(item.id)}/wrong-party`, { party_id: party.id }));
  const undo = (id: string): void => run(() => call("DELETE", `/numbers/${segment(id)}`));
  return (
    <section className="recognised" aria-label={t("correct.title")}>
      <p className="row wrap small">
        <Icon name={UNSURE.has(party.strength) ? "question" : "check"} size={16} />
        <span className="soft" data-testid="strength" data-strength={party.strength}>{said?.verdict === "confirmed" ? <Said item={item} party={party} /> : t(`correct.strength_${party.strength}`)}</span>
        {said?.verdict === "confirmed" && <Button small look="quiet" icon="undo" isDisabled={busy} onPress={() => undo(said.id)} data-testid="number-undo">{t("correct.undo")}</Button>}
        <span className="grow" />
        <Button small look="quiet" icon="unlink" aria-expanded={open} onPress={() => setOpen(!open)} data-testid="wrong-party">{t("correct.somebody_else")}</Button>
      </p>
      <Wrong problem={problem} />
      {open && (
        <div className="correct">
          <p className="row wrap"><span className="soft small grow">{t(item.medium === "voice" ? "correct.not_them_text" : "correct.not_them_text_mail", { name: party.name })}</span><Button small icon="cross" isDisabled={busy} onPress={deny} data-testid="not-them">{t("correct.not_them", { name: party.name })}</Button></p>
          <p className="soft small">{t("correct.it_is")}</p>
          <PartySearch item={item} />
        </div>
      )}
    </section>
  );
}

function Said({ party }: { item: Item; party: Party }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const said = party.remembered;
  if (!said) return null;
  return <>{t("correct.confirmed", { name: said.by, moment: moment(said.at, now, i18n.language as Language) })}</>;
}
