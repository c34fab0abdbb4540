/** One field of a form, by its kind or with an editor of its own. */
import { Suspense, useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useAsTyped } from "../../ui/as-typed";
import { useTalk, useWatchedFocus } from "../recordings/sensitive";
import { Icon } from "../../ui/icon";
import { Bones } from "../../ui/panes";
import { composing } from "../../ui/ime";
import type { Editor, EditorProps } from "./editors";
import type { FieldDoc, Named } from "./entities";
import { RecordPicker } from "./picker";
import { fromLocalInput, localInput, nameOf, textOf } from "./values";

export interface InputProps {
  field: FieldDoc;
  value: unknown;
  named: Named;
  /** `name`: what a reference that was chosen is called. */
  change: (value: unknown, name?: string) => void;
  id: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  autoFocus?: boolean;
}

interface FrameProps {
  field: FieldDoc;
  id: string;
  wrong: string | null;
  /** A structure of many parts: a group with the whole width, and no input that its label could name. */
  whole?: boolean;
  tall?: boolean;
  children: (describedBy: string | undefined) => ReactNode;
}

/** Label, what is said about it, what is wrong with it. */
function Frame({ field, id, wrong, whole = false, tall = false, children }: FrameProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const hint = field.hint?.[language];
  const secret = field.pauses_recording && field.writable;
  const watched = useWatchedFocus(secret);
  const notes = [wrong && `${id}-wrong`, hint && `${id}-hint`, secret && `${id}-secret`].filter(Boolean).join(" ") || undefined;
  const words = <>{field.label[language]}{field.required && field.writable && <span className="must" title={t("records.required")}><span aria-hidden="true">*</span><span className="vh">{t("records.required")}</span></span>}</>;
  const className = `form-field${tall ? " tall" : ""}${whole ? " structured" : ""}${wrong ? " faulty" : ""}`;
  return (
    <div className={className} role={whole ? "group" : undefined} aria-labelledby={whole ? `${id}-label` : undefined} {...watched} data-testid={`field-${field.name}`}>
      {whole ? <span id={`${id}-label`} className="form-label">{words}</span> : <label id={`${id}-label`} htmlFor={id} className="form-label">{words}</label>}
      <div className="form-value">
        {children(notes)}
        {hint && <span id={`${id}-hint`} className="tiny faint">{hint}</span>}
        {secret && <Unrecorded id={`${id}-secret`} />}
        {wrong && <span id={`${id}-wrong`} className="wrong tiny" role="alert"><Icon name="warn" size={14} />{wrong}</span>}
      </div>
    </div>
  );
}

/** What becomes of the recording while such a field has the focus. */
function Unrecorded({ id }: { id: string }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const look = talk === "off" ? "off" : talk === "unsure" ? "unsure" : "faint";
  return (
    <span id={id} className={`tiny row field-tape ${look}`} role="status" data-state={talk}>
      <Icon name={talk === "off" ? "pause" : talk === "unsure" ? "warn" : "record"} size={14} />{t(talk === "off" ? "tape.off_by_hand" : talk === "unsure" ? "tape.unsure" : "tape.field")}
    </span>
  );
}

interface FieldRowProps extends Omit<InputProps, "id" | "describedBy" | "invalid"> {
  wrong?: string | null;
}

const TALL = new Set(["long_text", "json", "tags"]);

/** A field by its kind. What one may not change is shown as text. */
export function FieldRow({ field, value, named, change, wrong = null, autoFocus = false }: FieldRowProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  return (
    <Frame field={field} id={id} wrong={wrong} tall={TALL.has(field.kind)}>
      {(notes) => field.writable ? (
        <FieldInput field={field} value={value} named={named} change={change} id={id} describedBy={notes} invalid={Boolean(wrong)} autoFocus={autoFocus} />
      ) : (
        <output id={id} className="form-text" dir="auto">{textOf(field, value, named, { t, language: i18n.language as Language }) || <span className="faint">{t("records.nothing")}</span>}</output>
      )}
    </Frame>
  );
}

type EditorRowProps = Omit<EditorProps, "id" | "describedBy" | "invalid"> & { editor: Editor };

/** A field with an editor of its own. */
export function EditorRow({ editor, ...props }: EditorRowProps) {
  const id = useId();
  const wrong = props.wrong.get(props.field.name) ?? null;
  return (
    <Frame field={props.field} id={id} wrong={wrong} whole={editor.whole} tall={TALL.has(props.field.kind)}>
      {(notes) => <Suspense fallback={editor.whole ? <Bones lines={2} /> : null}><editor.component {...props} id={id} describedBy={notes} invalid={wrong !== null} /></Suspense>}
    </Frame>
  );
}

export function FieldInput(props: InputProps): ReactNode {
  switch (props.field.kind) {
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
      return <Structure {...props} />;
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
