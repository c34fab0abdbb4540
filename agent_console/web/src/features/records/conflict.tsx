import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { clashes, type Clash, type Values } from "./draft";
import type { EntityDoc, Named, RecordAnswer, RecordRow } from "./entities";
import { textOf } from "./values";

interface Props {
  entity: EntityDoc;
  base: RecordRow;
  theirs: RecordAnswer;
  draft: Values;
  names: Named;
  settle: (decided: Record<string, "mine" | "theirs">) => void;
  takeTheirs: () => void;
  close: () => void;
}

/** Somebody was quicker: what they changed, and where both changed the same, whose value counts. */
export function Conflict({ entity, base, theirs, draft, names, settle, takeTheirs, close }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const found = clashes(entity, base, theirs.record, draft);
  const [decided, decide] = useState<Record<string, "mine" | "theirs">>({});
  const text = (clash: Clash, value: unknown): string => textOf(clash.field, value, names, { t, language }) || t("records.nothing");
  return (
    <Modal title={t("records.conflict")} close={close} size="wide" testid="conflict">
      <p className="soft">{t("records.conflict_text")}</p>
      <table className="conflict">
        <thead><tr><th scope="col">{t("records.field")}</th><th scope="col">{t("records.was")}</th><th scope="col">{t("records.theirs")}</th><th scope="col">{t("records.mine")}</th></tr></thead>
        <tbody>
          {found.map((clash) => {
            const { name } = clash.field;
            const choice = decided[name] ?? "mine";
            return (
              <tr key={name} data-testid={`conflict-${name}`}>
                <th scope="row">{clash.field.label[language]}</th>
                <td className="faint">{text(clash, clash.was)}</td>
                {clash.both ? (["theirs", "mine"] as const).map((whose) => (
                  <td key={whose}>
                    <label className="row check"><input type="radio" name={`conflict-${name}`} checked={choice === whose} onChange={() => decide({ ...decided, [name]: whose })} data-testid={`conflict-${name}-${whose}`} />
                      <span className={choice === whose ? "strong" : ""}>{text(clash, clash[whose])}</span></label>
                  </td>
                )) : <><td className="strong">{text(clash, clash.theirs)}</td><td className="faint">{t("records.not_changed")}</td></>}
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="row dialog-end">
        <Button look="quiet" onPress={close}>{t("records.back_to_form")}</Button>
        <span className="grow" />
        <Button onPress={takeTheirs} data-testid="conflict-discard">{t("records.take_theirs")}</Button>
        <Button look="primary" icon="check" onPress={() => settle(decided)} data-testid="conflict-save">{t("records.take_over")}</Button>
      </div>
    </Modal>
  );
}
