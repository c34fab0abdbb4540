import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem } from "../../net/api";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { problemText } from "../../i18n";
import { allows, fieldOf, type EntityDoc, type Named, type RecordRow, titleOf } from "./entities";
import { FieldInput } from "./fields";
import { RecordPicker } from "./picker";

interface Outcome {
  id: string;
  outcome: "done" | "refused";
  code: string | null;
  errors: { pointer: string; code: string; params?: Record<string, unknown> }[];
}

interface Change {
  action: "change" | "remove" | "put_back";
  change?: Record<string, unknown>;
}

const AT_ONCE = 100;

/** In parts, so that no request takes long; `said` hears how many are done. */
async function changeAll(entity: EntityDoc, ids: readonly string[], change: Change, said: (done: number) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const part = await call<{ items: Outcome[] }>("POST", `/records/${entity.collection}/bulk`, { ids: ids.slice(from, from + AT_ONCE), ...change });
    outcomes.push(...part.items);
    said(outcomes.length);
  }
  return outcomes;
}

interface Props {
  entity: EntityDoc;
  chosen: ReadonlySet<string>;
  rows: readonly RecordRow[];
  deleted: boolean;
  clear: () => void;
  done: () => void;
}

type Asking = "change" | "owner" | "remove" | "put_back" | null;

/** What can be done to the rows that are chosen. */
export function BulkBar({ entity, chosen, rows, deleted, clear, done }: Props) {
  const { t } = useTranslation();
  const [asking, ask] = useState<Asking>(null);
  const changes = allows(entity, "update");
  const owner = fieldOf(entity, "owner_id");
  return (
    <>
      <div className="bulk" role="region" aria-label={t("records.chosen_n", { count: chosen.size })} data-testid="bulk">
        <span className="strong num">{t("records.chosen_n", { count: chosen.size })}</span>
        {!deleted && changes && <Button small icon="pen" onPress={() => ask("change")} data-testid="bulk-change">{t("records.bulk_change")}</Button>}
        {!deleted && changes && owner?.writable && <Button small icon="user" onPress={() => ask("owner")} data-testid="bulk-owner">{t("records.bulk_owner")}</Button>}
        {!deleted && allows(entity, "delete") && <Button small icon="trash" onPress={() => ask("remove")} data-testid="bulk-remove">{t("records.remove")}</Button>}
        {deleted && allows(entity, "delete") && <Button small icon="undo" onPress={() => ask("put_back")} data-testid="bulk-put-back">{t("records.put_back")}</Button>}
        <Button small look="quiet" icon="cross" onPress={clear}>{t("records.choose_none")}</Button>
      </div>
      {asking && <BulkDialog entity={entity} asking={asking} ids={[...chosen]} rows={rows} close={() => ask(null)} done={() => { clear(); done(); }} />}
    </>
  );
}

interface DialogProps {
  entity: EntityDoc;
  asking: Exclude<Asking, null>;
  ids: readonly string[];
  rows: readonly RecordRow[];
  close: () => void;
  done: () => void;
}

function BulkDialog({ entity, asking, ids, rows, close, done }: DialogProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState<Record<string, unknown>>({});
  const [at, setAt] = useState(0);
  const [refused, setRefused] = useState<Outcome[] | null>(null);
  const [busy, problem, run] = useBusy();
  const ready = asking === "remove" || asking === "put_back" || Object.keys(value).length > 0;
  const change: Change = asking === "remove" || asking === "put_back" ? { action: asking } : { action: "change", change: value };
  const start = (): void => run(async () => {
    const outcomes = await changeAll(entity, ids, change, setAt);
    const wrong = outcomes.filter(({ outcome }) => outcome === "refused");
    if (wrong.length > 0) return setRefused(wrong);
    tell("records.bulk_done");
    close();
    done();
  });
  const end = (): void => {
    close();
    if (refused || at > 0) done();
  };
  return (
    <Modal title={t(`records.bulk_title_${asking}`, { count: ids.length })} close={() => !busy && end()} size="small" testid="bulk-dialog">
      {refused ? <Refusals entity={entity} refused={refused} rows={rows} all={ids.length} /> : (
        <>
          {asking === "change" && <ChangeField entity={entity} set={setValue} />}
          {asking === "owner" && <NewOwner set={setValue} />}
          {asking === "remove" && <p className="soft">{t("records.bulk_remove_text")}</p>}
          {busy && <progress className="bulk-progress" max={ids.length} value={at} aria-label={t("records.bulk_progress")} />}
          <Wrong problem={problem} />
        </>
      )}
      <div className="row dialog-end">
        <span className="grow" />
        <Button look="quiet" isDisabled={busy} onPress={end} data-testid="bulk-close">{t(refused ? "common.close" : "records.leave")}</Button>
        {!refused && <Button look={asking === "remove" ? "stop" : "primary"} icon={asking === "remove" ? "trash" : "check"} isDisabled={busy || !ready} onPress={start} data-testid="bulk-start">{t(`records.bulk_go_${asking}`)}</Button>}
      </div>
    </Modal>
  );
}

function ChangeField({ entity, set }: { entity: EntityDoc; set: (change: Record<string, unknown>) => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const fields = entity.fields.filter((field) => field.writable && field.kind !== "json");
  const [name, setName] = useState("");
  const [value, setValue] = useState<unknown>(null);
  const [named, setNamed] = useState<Named>({});
  const id = useId();
  const field = fieldOf(entity, name);
  const choose = (next: string): void => {
    setName(next);
    setValue(null);
    const kind = fieldOf(entity, next)?.kind;
    set(next ? { [next]: kind === "boolean" ? false : null } : {});
  };
  return (
    <div className="col view-form">
      <label className="field"><span className="label">{t("records.field")}</span>
        <select className="input" value={name} onChange={(event) => choose(event.target.value)} data-testid="bulk-field">
          <option value="">{t("records.bulk_which")}</option>
          {fields.map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}
        </select>
      </label>
      {field && (
        <div className="field"><label className="label" htmlFor={id}>{t("records.bulk_value")}</label>
          <FieldInput key={name} field={{ ...field, required: false }} value={value} named={named} id={id} change={(next, called) => {
            setValue(next);
            set({ [name]: next });
            if (called !== undefined && typeof next === "string") setNamed({ [field.refers]: { [next]: called } });
          }} />
          <span className="tiny faint">{t("records.bulk_empty")}</span>
        </div>
      )}
    </div>
  );
}

function NewOwner({ set }: { set: (change: Record<string, unknown>) => void }) {
  const { t } = useTranslation();
  const [owner, setOwner] = useState<{ id: string | null; name: string }>({ id: null, name: "" });
  return (
    <div className="field"><span className="label">{t("records.bulk_new_owner")}</span>
      <RecordPicker refers="user" value={owner.id} name={owner.name} label={t("records.bulk_new_owner")} autoFocus testid="bulk-owner-name" change={(id, name) => {
        setOwner({ id, name });
        set(id === null ? {} : { owner_id: id });
      }} />
    </div>
  );
}

function Refusals({ entity, refused, rows, all }: { entity: EntityDoc; refused: Outcome[]; rows: readonly RecordRow[]; all: number }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="soft" role="status">{t("records.bulk_partly", { done: all - refused.length, refused: refused.length })}</p>
      <ul className="bulk-refused scroll" tabIndex={0}>
        {refused.map(({ id, code, errors }) => {
          const row = rows.find((each) => each.id === id);
          return <li key={id}><span className="strong" dir="auto">{row ? titleOf(entity, row) : id}</span> <span className="wrong">{problemText(t, new Problem(code ?? "", 0, {}, errors))}</span></li>;
        })}
      </ul>
    </>
  );
}
