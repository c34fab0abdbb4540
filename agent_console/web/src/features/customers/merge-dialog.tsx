import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { useEntity, type EntityDoc, type FieldDoc, type RecordAnswer } from "../records/entities";
import { textOf } from "../records/values";

interface Props {
  a: string;
  b: string;
  close: () => void;
  merged: (mergeId: string, survivor: string) => void;
}

/** Two customers side by side: who stays, and field by field whose value. What the one that stays lacks comes from the other anyway. */
export function MergeDialog({ a, b, close, merged }: Props) {
  const { t } = useTranslation();
  const entity = useEntity("party");
  const one = useResource(a, () => call<RecordAnswer>("GET", `/records/parties/${segment(a)}`));
  const two = useResource(b, () => call<RecordAnswer>("GET", `/records/parties/${segment(b)}`));
  const problem = one.problem ?? two.problem;
  return (
    <Modal title={t("customers.merge_title")} close={close} size="wide" testid="merge-dialog">
      {problem ? <Failure problem={problem} retry={() => { one.again(); two.again(); }} /> : !entity || !one.data || !two.data ? <Bones lines={6} /> : (
        <Sides entity={entity} first={one.data} second={two.data} close={close} merged={merged} />
      )}
    </Modal>
  );
}

const APART = new Set(["created_at", "updated_at", "kind"]);
const empty = (value: unknown): boolean => value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

interface SidesProps {
  entity: EntityDoc;
  first: RecordAnswer;
  second: RecordAnswer;
  close: () => void;
  merged: Props["merged"];
}

function Sides({ entity, first, second, close, merged }: SidesProps) {
  const { t } = useTranslation();
  const [turned, turn] = useState(false);
  const [taken, take] = useState<Record<string, boolean>>({});
  const [busy, problem, run] = useBusy();
  const [stays, goes] = turned ? [second, first] : [first, second];
  const differing = entity.fields.filter((field) => !APART.has(field.name) && JSON.stringify(stays.record[field.name]) !== JSON.stringify(goes.record[field.name]) && !(empty(stays.record[field.name]) && empty(goes.record[field.name])));
  const theirs = (field: FieldDoc): boolean => empty(stays.record[field.name]) || (taken[field.name] ?? false);
  const send = (): void =>
    run(() => call<{ merge_id: string; survivor_id: string }>("POST", "/parties/merges", {
      survivor_id: stays.record.id, merged_id: goes.record.id, take: differing.filter((field) => taken[field.name] && !empty(goes.record[field.name])).map(({ name }) => name),
    }).then((answer) => merged(answer.merge_id, answer.survivor_id)));
  return (
    <>
      <p className="soft small">{t("customers.merge_text")}</p>
      <div className="merge-grid scroll" role="table" aria-label={t("customers.merge_title")}>
        <div role="row" className="merge-row head">
          <span role="columnheader" />
          <span role="columnheader" className="strong"><Icon name="check" size={15} /> {t("customers.stays")}</span>
          <span role="columnheader" className="soft">{t("customers.goes")} <Button small look="quiet" icon="undo" onPress={() => { turn(!turned); take({}); }} data-testid="merge-turn">{t("customers.turn")}</Button></span>
        </div>
        {differing.map((field) => (
          <Row key={field.name} field={field} stays={stays} goes={goes} theirs={theirs(field)} choose={(value) => take((now) => ({ ...now, [field.name]: value }))} />
        ))}
        {differing.length === 0 && <p className="faint small">{t("customers.no_difference")}</p>}
      </div>
      <Wrong problem={problem} />
      <div className="dialog-foot">
        <Button look="quiet" onPress={close}>{t("records.leave")}</Button>
        <Button look="primary" icon="users" isDisabled={busy} onPress={send} data-testid="merge-do">{t("customers.merge_do", { name: String(goes.record["name"]) })}</Button>
      </div>
    </>
  );
}

interface RowProps {
  field: FieldDoc;
  stays: RecordAnswer;
  goes: RecordAnswer;
  theirs: boolean;
  choose: (theirs: boolean) => void;
}

function Row({ field, stays, goes, theirs, choose }: RowProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const label = field.label[language];
  const cell = (from: RecordAnswer, chosen: boolean, value: boolean) => {
    const text = textOf(field, from.record[field.name], from.named, { t, language });
    return (
      <label role="cell" className={chosen ? "merge-cell chosen" : "merge-cell"}>
        <input type="radio" name={`merge-${field.name}`} checked={chosen} disabled={!text} onChange={() => choose(value)} aria-label={`${label}: ${text || t("records.nothing")}`} />
        <span dir="auto" className="grow">{text || <span className="faint">{t("records.nothing")}</span>}</span>
      </label>
    );
  };
  return <div role="row" className="merge-row"><span role="rowheader" className="soft small">{label}</span>{cell(stays, !theirs, false)}{cell(goes, theirs, true)}</div>;
}
