import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { fieldOf, type EntityDoc, type FieldDoc, type Named, type Operator } from "./entities";
import { FieldInput } from "./fields";
import { firstOperator, isGroup, needsValue, withOperator, type Group, type Leaf, type Part } from "./filters";
import { RecordPicker } from "./picker";
import { nameOf } from "./values";

interface Props {
  entity: EntityDoc;
  group: Group;
  named: Named;
  change: (group: Group) => void;
  /** What a reference that was chosen is called. */
  learn: (of: string, id: string, name: string) => void;
  depth?: number;
}

const DEEPEST = 3;

/** Conditions, line by line: a field, how it is asked, and what for; groups within groups. */
export function FilterBuilder({ entity, group, named, change, learn, depth = 0 }: Props) {
  const { t } = useTranslation();
  const set = (place: number, part: Part | null): void => change({ ...group, parts: group.parts.flatMap((each, at) => (at === place ? (part ? [part] : []) : [each])) });
  const fields = entity.fields.filter((field) => field.operators.length > 0);
  const first = fields.find(({ name }) => name === entity.title) ?? fields[0];
  const fresh = (): Leaf[] => (first ? [{ field: first.name, is: firstOperator(first) }] : []);
  return (
    <fieldset className={`filter-group${depth > 0 ? " inner" : ""}`}>
      <legend className="vh">{t("records.filter")}</legend>
      <div className="row small">
        <span className="soft">{t("records.filter_rows")}</span>
        <select className="input slim" value={group.mode} aria-label={t("records.filter_mode")} onChange={(event) => change({ ...group, mode: event.target.value as Group["mode"] })} data-testid={`filter-mode-${depth}`}>
          {(["all", "any", "none"] as const).map((mode) => <option key={mode} value={mode}>{t(`records.mode_${mode}`)}</option>)}
        </select>
        <span className="soft">{t("records.filter_fit")}</span>
      </div>
      {group.parts.map((part, place) =>
        isGroup(part) ? (
          <div key={place} className="row filter-inner">
            <FilterBuilder entity={entity} group={part} named={named} change={(next) => set(place, next)} learn={learn} depth={depth + 1} />
            <IconButton small icon="cross" label={t("records.filter_off")} onPress={() => set(place, null)} />
          </div>
        ) : (
          <Condition key={place} entity={entity} fields={fields} leaf={part} named={named} change={(next) => set(place, next)} learn={learn} last={place === group.parts.length - 1} />
        ),
      )}
      <div className="row">
        <Button small look="quiet" icon="plus" onPress={() => change({ ...group, parts: [...group.parts, ...fresh()] })} data-testid="filter-add">{t("records.filter_add")}</Button>
        {depth < DEEPEST && <Button small look="quiet" icon="plus" onPress={() => change({ ...group, parts: [...group.parts, { mode: "any", parts: fresh() }] })}>{t("records.filter_add_group")}</Button>}
      </div>
    </fieldset>
  );
}

interface ConditionProps {
  entity: EntityDoc;
  fields: FieldDoc[];
  leaf: Leaf;
  named: Named;
  change: (leaf: Leaf | null) => void;
  learn: (of: string, id: string, name: string) => void;
  last: boolean;
}

function Condition({ entity, fields, leaf, named, change, learn }: ConditionProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const field = fieldOf(entity, leaf.field);
  const choose = (name: string): void => {
    const next = fieldOf(entity, name);
    if (next) change({ field: name, is: firstOperator(next) });
  };
  return (
    <div className="row filter-line" data-testid={`filter-${leaf.field}`}>
      <select className="input slim filter-field" value={leaf.field} aria-label={t("records.field")} onChange={(event) => choose(event.target.value)} data-testid="filter-field">
        {!field && <option value={leaf.field}>{leaf.field}</option>}
        {fields.map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}
      </select>
      <select className="input slim filter-is" value={leaf.is} aria-label={t("records.filter_how")} onChange={(event) => change(withOperator(leaf, event.target.value as Operator))} data-testid="filter-is">
        {(field?.operators ?? [leaf.is]).map((is) => <option key={is} value={is}>{t(operatorKey(field, is))}</option>)}
      </select>
      <div className="filter-value">{field && needsValue(leaf.is) && <Value key={leaf.field} field={field} leaf={leaf} named={named} change={change} learn={learn} />}</div>
      <IconButton small icon="cross" label={t("records.filter_off")} onPress={() => change(null)} />
    </div>
  );
}

/** Dates are before and after, figures below and above. */
export function operatorKey(field: FieldDoc | undefined, is: Operator): string {
  const timely = field?.kind === "date" || field?.kind === "moment";
  return timely && ["lt", "le", "gt", "ge"].includes(is) ? `records.is_${is}_time` : `records.is_${is}`;
}

function Value({ field, leaf, named, change, learn }: Omit<ConditionProps, "entity" | "fields" | "last"> & { field: FieldDoc }) {
  const { t } = useTranslation();
  const id = useId();
  if (leaf.is === "in") return <Several field={field} leaf={leaf} named={named} change={change} learn={learn} />;
  const words = leaf.is === "has" || leaf.is === "begins";
  // asked for, not written: no bounds, no lists of labels
  const asked: FieldDoc = { ...field, writable: true, required: false, ...(words ? { kind: "text" as const } : {}) };
  return (
    <>
      <label htmlFor={id} className="vh">{t("records.filter_value")}</label>
      <FieldInput field={asked} value={leaf.value ?? null} named={named} id={id} change={(value, name) => {
        if (name !== undefined && typeof value === "string") learn(field.refers, value, name);
        change({ ...leaf, value });
      }} />
    </>
  );
}

/** One of several: codes to tick, records to gather, words to list. */
function Several({ field, leaf, named, change, learn }: Omit<ConditionProps, "entity" | "fields" | "last"> & { field: FieldDoc }) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const values = Array.isArray(leaf.value) ? leaf.value : [];
  const toggle = (value: unknown): void => change({ ...leaf, value: values.includes(value) ? values.filter((each) => each !== value) : [...values, value] });
  if (field.kind === "choice" || field.kind === "code") {
    return (
      <div className="row wrap toggles" role="group" aria-label={t("records.filter_value")}>
        {field.choices.map((choice) => (
          <button key={choice.code} type="button" className="toggle" aria-pressed={values.includes(choice.code)} onClick={() => toggle(choice.code)} data-testid={`filter-choice-${choice.code}`}>
            {values.includes(choice.code) && <Icon name="check" size={14} />}{choice.label[i18n.language as Language]}
          </button>
        ))}
      </div>
    );
  }
  if (field.kind === "reference" || field.kind === "user") {
    return (
      <div className="row wrap toggles">
        {values.map((value) => <button key={String(value)} type="button" className="toggle" aria-pressed="true" onClick={() => toggle(value)}>{nameOf(field, String(value), named) ?? "…"}<Icon name="cross" size={13} /></button>)}
        <RecordPicker key={values.length} refers={field.refers} value={null} name={null} label={t("records.filter_value")} linked={false} change={(value, name) => {
          if (value === null) return;
          learn(field.refers, value, name);
          if (!values.includes(value)) toggle(value);
        }} />
      </div>
    );
  }
  const numeric = field.kind === "integer" || field.kind === "number";
  return <FieldInput field={{ ...field, kind: "tags", writable: true, required: false }} value={values.map(String)} named={named} id={id}
    change={(next) => change({ ...leaf, value: Array.isArray(next) && numeric ? next.map(Number).filter((each) => !Number.isNaN(each)) : next })} />;
}
