import { Suspense, useEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { sends } from "../../ui/ime";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { useHold } from "../../ui/unsaved";
import { newKey } from "../interaction/drafts";
import { Conflict } from "./conflict";
import { beginning, carriedTo, carry, changed, faults, fits, sectionsOf, settled, unsent, type FormSection, type Values } from "./draft";
import type { EntityDoc, Named, RecordAnswer, RecordRow } from "./entities";
import { editorOf } from "./editors";
import { EditorRow, FieldRow } from "./fields";
import { warningOf } from "./panels";

export interface RecordFormProps {
  entity: EntityDoc;
  /** Null: a new one. */
  record: RecordRow | null;
  named: Named;
  /** What a new one begins with. */
  initial?: Values;
  /** Only these fields; else all. */
  only?: readonly string[];
  saved: (answer: RecordAnswer) => void;
  /** Leave without saving; without it there is no such button on a form where nothing has changed. */
  leave?: () => void;
}

/** A record's fields to read and to change: only what was changed is sent, errors stand at their fields, and whoever was quicker is not overwritten unseen. */
export function RecordForm({ entity, record, named, initial, only, saved, leave }: RecordFormProps) {
  const { t } = useTranslation();
  const form = useForm(entity, record, named, initial, saved);
  const { draft, busy, problem } = form;
  const touched = Object.keys(draft).length > 0;
  const Beside = record === null ? warningOf(entity.name) : undefined;
  useHold(touched);
  const wrong = faults(problem, t);
  const root = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // the first field that is wrong, once the server has said so
    if (problem) root.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);
  const press = (event: KeyboardEvent): void => {
    // Enter never sends: the browser's own way of submitting by Enter is for search boxes
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && !sends(event)) event.preventDefault();
    if (!sends(event) && !((event.ctrlKey || event.metaKey) && event.key === "s")) return;
    event.preventDefault();
    if (touched || !record) form.save();
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    form.save();
  };
  const editable = record === null || entity.scopes.update !== "none";
  const elsewhere = problem && (problem.errors.length === 0 || problem.errors.some(({ pointer }) => !wrong.size || !pointer));
  return (
    <form ref={root} className={`record-form${record ? "" : " new"}`} onSubmit={submit} onKeyDown={press} noValidate data-testid="record-form">
      {sectionsOf(entity, record === null, only ?? null, entity.told_by ? form.value(entity.told_by) : null).map((section, place) => (
        <Section key={section.name} entity={entity} section={section} form={form} wrong={wrong} editable={editable} first={place === 0 && record === null} alone={only !== undefined} />
      ))}
      {Beside && <Suspense fallback={null}><Beside values={form.values} /></Suspense>}
      {(touched || !record) && (
        <div className="save-bar" role="region" aria-label={t("records.unsaved")}>
          <span className="grow">
            {elsewhere ? <Wrong problem={problem} /> : wrong.size > 0 ? <span className="wrong" role="alert">{t("records.please_look", { count: wrong.size })}</span> : record && <span className="soft small">{t("records.changed_n", { count: Object.keys(draft).length })}</span>}
          </span>
          {record ? <Button look="quiet" isDisabled={busy} onPress={form.discard} data-testid="record-discard">{t("records.discard")}</Button> : leave && <Button look="quiet" isDisabled={busy} onPress={leave}>{t("records.leave")}</Button>}
          <Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="record-save">{t(record ? "records.save" : "records.create")}</Button>
        </div>
      )}
      {form.theirs && record && <Conflict entity={entity} base={form.begun ?? record} theirs={form.theirs} draft={draft} names={form.names} settle={form.settle} takeTheirs={form.takeTheirs} close={form.later} />}
    </form>
  );
}

interface SectionProps {
  entity: EntityDoc;
  section: FormSection;
  form: Form;
  wrong: Map<string, string>;
  editable: boolean;
  first: boolean;
  alone: boolean;
}

function Section({ entity, section, form, wrong, editable, first, alone }: SectionProps) {
  const { t, i18n } = useTranslation();
  const title = section.label ? section.label[i18n.language as Language] : t(`records.section_${section.name}`);
  const start = first ? section.fields.find((field) => field.writable)?.name : undefined;
  return (
    <section className="form-section" aria-label={title}>
      {!alone && section.name !== "main" && <h2 className="form-title">{title}</h2>}
      <div className="form-grid">
        {section.fields.map((field) => {
          const editor = editorOf(entity.name, field.name);
          const given = { field: editable ? field : { ...field, writable: false }, value: form.value(field.name) };
          return editor
            ? <EditorRow key={field.name} {...given} editor={editor} change={(value) => form.set(field, value)} read={form.value} writable={given.field.writable} wrong={wrong} />
            : <FieldRow key={field.name} {...given} named={form.names} change={(value, name) => form.set(field, value, name)} wrong={wrong.get(field.name) ?? null} autoFocus={field.name === start} />;
        })}
      </div>
    </section>
  );
}

type Form = ReturnType<typeof useForm>;

function useForm(entity: EntityDoc, record: RecordRow | null, named: Named, initial: Values | undefined, saved: (answer: RecordAnswer) => void) {
  const [draft, setDraft] = useState<Values>(() => (record ? carriedTo(record.id) : {}));
  const [added, setAdded] = useState<Named>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [theirs, setTheirs] = useState<RecordAnswer | null>(null);
  const blank = useRef<Values | null>(null);
  blank.current ??= beginning(entity, initial ?? {});
  const base: Values = record ?? blank.current;
  // The record that the draft was begun on. A newer one takes its place only where nobody has touched what is being changed here: else saving has to find the conflict.
  const begun = useRef(record);
  if (record && (!begun.current || (record.row_version > begun.current.row_version && fits(draft, begun.current, record)))) begun.current = record;
  const latest = useRef(draft);
  latest.current = draft;
  const key = useKey();
  const names = merge(named, theirs?.named ?? {}, added);

  const finish = (answer: RecordAnswer, sent: Values): void => {
    const left = unsent(latest.current, sent, answer.record);
    if (!record && Object.keys(left).length > 0) carry(answer.record.id, left);
    begun.current = record && answer.record;
    setDraft(left);
    setProblem(null);
    setTheirs(null);
    saved(answer);
  };
  const send = async (values: Values, version: number): Promise<RecordAnswer> => {
    if (record) return call<RecordAnswer>("PATCH", `/records/${entity.collection}/${segment(record.id)}`, values, { "If-Match": `"${version}"` });
    // what is required is sent also when it is empty, so that the server tells all that is wrong at once
    const empty = Object.fromEntries(entity.fields.filter((field) => field.required && field.writable).map(({ name }) => [name, null]));
    const whole = ofKind(entity, { ...empty, ...base, ...values });
    return call<RecordAnswer>("POST", `/records/${entity.collection}`, whole, { "Idempotency-Key": key(whole) });
  };
  /** `settles`: the part of the draft that is dealt with once these values are saved. */
  const attempt = (values: Values, version: number, settles: Values = values): void => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    send(values, version)
      .then((answer) => {
        finish(answer, settles);
        tell(record ? "records.saved" : "records.created");
      })
      .catch(failed)
      .finally(() => setBusy(false));
  };
  const failed = async (error: unknown): Promise<void> => {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 412 && record) {
      try {
        setTheirs(await call<RecordAnswer>("GET", `/records/${entity.collection}/${segment(record.id)}`));
        return;
      } catch (second) {
        if (!(second instanceof Problem)) throw second; // it was removed meanwhile: the first answer says enough
      }
    }
    setProblem(error);
  };
  return {
    draft,
    begun: begun.current,
    names,
    problem,
    busy,
    theirs,
    values: { ...base, ...draft },
    value: (name: string): unknown => (name in draft ? draft[name] : base[name]),
    set: (field: { name: string; refers: string }, value: unknown, name?: string): void => {
      setDraft((now) => changed(now, base, field.name, value));
      setProblem((now) => (now ? without(now, field.name) : now));
      if (name !== undefined && typeof value === "string") setAdded((now) => merge(now, { [field.refers]: { [value]: name } }));
    },
    save: (): void => attempt(draft, begun.current?.row_version ?? 0),
    discard: (): void => {
      setDraft({});
      setProblem(null);
    },
    settle: (decided: Record<string, "mine" | "theirs">): void => {
      if (!theirs) return;
      const left = settled(draft, theirs.record, decided);
      if (Object.keys(left).length === 0) finish(theirs, draft);
      else attempt(left, theirs.record.row_version, draft);
    },
    takeTheirs: (): void => {
      if (theirs) finish(theirs, draft);
    },
    later: (): void => setTheirs(null),
  };
}

/** Without the fields that rows of this kind do not have. */
function ofKind(entity: EntityDoc, values: Values): Values {
  const kind = entity.told_by ? values[entity.told_by] : null;
  const gone = new Set(entity.fields.filter(({ shown_for }) => shown_for.length > 0 && !shown_for.includes(String(kind))).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !gone.has(name)));
}

/** The problem once a field was changed: what is typed anew is not wrong yet. */
function without(problem: Problem, name: string): Problem | null {
  const left = problem.errors.filter(({ pointer }) => !pointer.endsWith(`/${name}`));
  if (left.length === problem.errors.length) return problem;
  return left.length === 0 ? null : new Problem(problem.code, problem.status, problem.params, left, problem.requestId);
}

function merge(...all: Named[]): Named {
  const whole: Named = {};
  for (const one of all) for (const [of, names] of Object.entries(one)) whole[of] = { ...whole[of], ...names };
  return whole;
}

/** A key for what is sent: the same contents keep theirs, so that a second try never makes a second record. */
function useKey(): (contents: Values) => string {
  const last = useRef({ contents: "", key: "" });
  return (contents) => {
    const text = JSON.stringify(contents);
    if (last.current.contents !== text) last.current = { contents: text, key: newKey() };
    return last.current.key;
  };
}
