/** One field of a form, by its kind. */
import { lazy, Suspense, useId, useState, type ComponentType, type KeyboardEvent, type LazyExoticComponent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useAsTyped } from "../../ui/as-typed";
import { Icon } from "../../ui/icon";
import { Bones } from "../../ui/panes";
import { composing } from "../../ui/ime";
import type { FieldDoc, Named } from "./entities";
import { ContactTimes } from "../customers/contact-times";
import { RecordPicker } from "./picker";
import { fromLocalInput, localInput, nameOf, textOf } from "./values";

export interface InputProps {
  field: FieldDoc;
  value: unknown;
  named: Named;
  /** The name of the entity whose field it is. */
  of?: string;
  /** The other values of the form, for fields that depend on them. */
  others?: Readonly<Record<string, unknown>>;
  /** `name`: what a reference that was chosen is called. */
  change: (value: unknown, name?: string) => void;
  id: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  autoFocus?: boolean;
}

/** Fields that deserve better than what their kind gives them, by entity and name. */
const SPECIAL: Readonly<Record<string, LazyExoticComponent<ComponentType<InputProps>>>> = {
  "role.scopes": lazy(() => import("../admin/role-scopes")),
  "role.fields": lazy(() => import("../admin/role-fields")),
  "custom_field.entity": lazy(() => import("../admin/entity-choice")),
  "custom_field.refers": lazy(() => import("../admin/entity-choice")),
  "custom_field.codes": lazy(() => import("../admin/code-list-choice")),
};

interface FieldRowProps extends Omit<InputProps, "id" | "describedBy" | "invalid"> {
  wrong?: string | null;
}

const TALL = new Set(["long_text", "json", "tags"]);

/** Label, input, what is wrong with it. What one may not change is shown as text. */
export function FieldRow({ field, value, named, change, wrong, autoFocus, of, others }: FieldRowProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const id = useId();
  const label = field.label[language];
  const hint = field.hint?.[language];
  const special = of !== undefined && field.kind === "json" && `${of}.${field.name}` in SPECIAL;
  const notes = [wrong && `${id}-wrong`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={`form-field${TALL.has(field.kind) ? " tall" : ""}${special ? " special" : ""}${wrong ? " faulty" : ""}`} data-testid={`field-${field.name}`}>
      <label htmlFor={id} className="form-label">
        {label}
        {field.required && field.writable && <span className="must" title={t("records.required")}><span aria-hidden="true">*</span><span className="vh">{t("records.required")}</span></span>}
      </label>
      <div className="form-value">
        {field.writable || special ? (
          <FieldInput {...(of === undefined ? {} : { of })} {...(others === undefined ? {} : { others })} field={field} value={value} named={named} change={change} id={id} describedBy={notes} invalid={Boolean(wrong)} autoFocus={autoFocus ?? false} />
        ) : (
          <output id={id} className="form-text" dir="auto">{textOf(field, value, named, { t, language }) || <span className="faint">{t("records.nothing")}</span>}</output>
        )}
        {hint && <span id={`${id}-hint`} className="tiny faint">{hint}</span>}
        {wrong && <span id={`${id}-wrong`} className="wrong tiny" role="alert"><Icon name="warn" size={14} />{wrong}</span>}
      </div>
    </div>
  );
}

/** A structure with an editor of its own below its label. */
export function EditorRow({ field, wrong, children }: { field: FieldDoc; wrong: string | null; children: ReactNode }) {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  return (
    <div className={`form-field ${TALL.has(field.kind) ? "tall structured" : ""}${wrong ? " faulty" : ""}`} role="group" aria-label={field.label[language]} data-testid={`field-${field.name}`}>
      <span className="form-label">{field.label[language]}</span>
      <div className="form-value">
        <Suspense fallback={<Bones lines={2} />}>{children}</Suspense>
        {field.hint && <span className="tiny faint">{field.hint[language]}</span>}
        {wrong && <span className="wrong tiny" role="alert"><Icon name="warn" size={14} />{wrong}</span>}
      </div>
    </div>
  );
}

export function FieldInput(props: InputProps): ReactNode {
  const { field, of } = props;
  const Special = of === undefined ? undefined : SPECIAL[`${of}.${field.name}`];
  if (Special) return <Suspense fallback={null}><Special {...props} /></Suspense>;
  switch (field.kind) {
    case "long_text":
      return <LongText {...props} />;
    case "boolean":
      return <YesNo {...props} />;
    case "choice":
    case "code":
      return <OneOf {...props} />;
    case "reference":
    case "user":
      return <Reference {...props} />;
    case "moment":
      return <Line {...props} type="datetime-local" read={fromLocalInput} write={(value) => localInput(typeof value === "number" ? value : null)} />;
    case "date":
      return <Line {...props} type="date" read={(text) => text || null} write={plain} />;
    case "integer":
    case "number":
      return <Figure {...props} />;
    case "amount":
      return <Line {...props} mode="decimal" read={(text) => text.replaceAll(",", "").trim() || null} write={(value) => plain(value).replace(/(\.\d\d\d*?)0+$/, "$1")} />;
    case "tags":
      return <Tags {...props} />;
    case "json":
      return field.name === "contact_times" ? <ContactTimes {...props} /> : <Structure {...props} />;
    case "email":
      return <Line {...props} type="text" mode="email" read={orNull} write={plain} lead={(value) => `mailto:${value}`} />;
    case "phone":
      return <Line {...props} type="text" mode="tel" read={orNull} write={plain} lead={(value) => `tel:${value.replace(/[^\d+]/g, "")}`} />;
    case "url":
      return <Line {...props} type="text" mode="url" read={orNull} write={plain} lead={(value) => (/^https?:\/\//i.test(value) ? value : null)} />;
    default:
      return <Line {...props} read={orNull} write={plain} />;
  }
}

const plain = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const orNull = (text: string): string | null => (text === "" ? null : text);

interface LineProps extends InputProps {
  type?: string;
  mode?: "decimal" | "numeric" | "email" | "tel" | "url";
  read: (text: string) => unknown;
  write: (value: unknown) => string;
  /** Where the value leads, for the small link beside it. */
  lead?: (value: string) => string | null;
}

function Line({ field, value, change, id, describedBy, invalid, autoFocus, type = "text", mode, read, write, lead }: LineProps) {
  const { t } = useTranslation();
  const [shown, take] = useAsTyped(value, read, write);
  const to = lead && shown ? lead(shown) : null;
  return (
    <span className="line-input">
      <input id={id} className="input" type={type} inputMode={mode} value={shown} data-empty={shown === "" || undefined} dir={type === "text" ? "auto" : undefined} aria-invalid={invalid} aria-describedby={describedBy} aria-required={field.required}
        autoFocus={autoFocus} autoComplete="off" onChange={(event) => change(take(event.target.value))} data-testid={`input-${field.name}`} />
      {to && <a className="picker-link" href={to} target={field.kind === "url" ? "_blank" : undefined} rel="noreferrer" aria-label={t("records.open_named", { name: shown })}><Icon name={field.kind === "phone" ? "phone" : field.kind === "email" ? "mail" : "arrowOut"} size={14} /></a>}
    </span>
  );
}

function figureOf(text: string): unknown {
  const number = Number(text.replaceAll(",", ""));
  return text.trim() === "" ? null : Number.isFinite(number) ? number : text;
}

/** What is typed stays as it is until it is a number; what never becomes one is sent as it is, and the server says so at the field. */
function Figure({ field, value, change, id, describedBy, invalid, autoFocus }: InputProps) {
  const [shown, take] = useAsTyped(value, figureOf, plain);
  return <input id={id} className="input" inputMode="decimal" value={shown} aria-invalid={invalid} aria-describedby={describedBy} aria-required={field.required} autoFocus={autoFocus} autoComplete="off" onChange={(event) => change(take(event.target.value))} data-testid={`input-${field.name}`} />;
}

function LongText({ field, value, change, id, describedBy, invalid, autoFocus }: InputProps) {
  return <textarea id={id} className="input growing" rows={3} value={plain(value)} dir="auto" aria-invalid={invalid} aria-describedby={describedBy} aria-required={field.required} autoFocus={autoFocus} onChange={(event) => change(event.target.value || null)} data-testid={`input-${field.name}`} />;
}

function YesNo({ field, value, change, id, describedBy, autoFocus }: InputProps) {
  const { t } = useTranslation();
  return (
    <label className="check row form-check">
      <input id={id} type="checkbox" checked={value === true} aria-describedby={describedBy} autoFocus={autoFocus} onChange={(event) => change(event.target.checked)} data-testid={`input-${field.name}`} />
      <span aria-hidden="true">{t(value === true ? "records.yes" : "records.no")}</span>
    </label>
  );
}

/** A retired word stays where it is and is offered no more. */
function OneOf({ field, value, change, id, describedBy, invalid, autoFocus }: InputProps) {
  const { i18n, t } = useTranslation();
  const language = i18n.language as Language;
  const offered = field.choices.filter((choice) => !choice.retired || choice.code === value);
  const strange = typeof value === "string" && value !== "" && !offered.some(({ code }) => code === value);
  return (
    <select id={id} className="input" value={plain(value)} aria-invalid={invalid} aria-describedby={describedBy} aria-required={field.required} autoFocus={autoFocus} onChange={(event) => change(event.target.value || null)} data-testid={`input-${field.name}`}>
      {(!field.required || value === null || value === undefined) && <option value="">{t("records.nothing")}</option>}
      {strange && <option value={value}>{value}</option>}
      {offered.map((choice) => <option key={choice.code} value={choice.code}>{choice.label[language]}</option>)}
    </select>
  );
}

function Reference({ field, value, named, change, id, describedBy, invalid, autoFocus }: InputProps) {
  const { i18n } = useTranslation();
  const chosen = typeof value === "string" && value !== "" ? value : null;
  return (
    <RecordPicker refers={field.refers} value={chosen} name={chosen && nameOf(field, chosen, named)} change={(next, name) => change(next, name)} label={field.label[i18n.language as Language]}
      id={id} describedBy={describedBy} invalid={invalid ?? false} required={field.required} autoFocus={autoFocus ?? false} testid={`input-${field.name}`} />
  );
}

/** Words as small labels: Enter or a comma adds one, Backspace in the empty box takes the last away. */
function Tags({ field, value, change, id, describedBy, invalid, autoFocus }: InputProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const words = Array.isArray(value) ? value.map(String) : [];
  const add = (): void => {
    const more = text.split(/[,，、]/).map((word) => word.trim()).filter((word) => word && !words.includes(word));
    if (more.length > 0) change([...words, ...more]);
    setText("");
  };
  const press = (event: KeyboardEvent): void => {
    if (composing(event)) return;
    if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey && text) || event.key === ",") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && words.length > 0) {
      change(words.slice(0, -1));
    }
  };
  return (
    <div className="tags input" data-invalid={invalid}>
      {words.map((word) => (
        <span key={word} className="tag-word">{word}<button type="button" aria-label={t("records.take_away", { name: word })} onClick={() => change(words.filter((each) => each !== word))}><Icon name="cross" size={12} /></button></span>
      ))}
      <input id={id} value={text} aria-describedby={describedBy} aria-invalid={invalid} autoFocus={autoFocus} placeholder={words.length === 0 ? t("records.tags_hint") : ""} onChange={(event) => setText(event.target.value)} onKeyDown={press} onBlur={add} data-testid={`input-${field.name}`} />
    </div>
  );
}

/** A structure for which there is no form: as text, checked as far as a browser can. */
function Structure({ field, value, change, id, describedBy, invalid }: InputProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value === null || value === undefined ? "" : JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState(false);
  const read = (typed: string): void => {
    setText(typed);
    try {
      change(typed.trim() === "" ? null : JSON.parse(typed));
      setBroken(false);
    } catch {
      setBroken(true); // not JSON yet: what was right last stays
    }
  };
  return (
    <>
      <textarea id={id} className="input code growing" rows={4} value={text} spellCheck={false} aria-invalid={Boolean(invalid) || broken} aria-describedby={describedBy} onChange={(event) => read(event.target.value)} data-testid={`input-${field.name}`} />
      {broken && <span className="wrong tiny">{t("problem.field_structure")}</span>}
    </>
  );
}
