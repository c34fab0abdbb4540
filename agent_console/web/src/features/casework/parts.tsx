/** Small parts that the editors of structures share. */
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useAsTyped } from "../../ui/as-typed";
import { Button, IconButton } from "../../ui/button";
import type { FieldDoc, Labels } from "../records/entities";
import { FieldInput } from "../records/fields";
import { textOf } from "../records/values";

interface LineProps {
  label: string;
  value: string;
  change: (value: string) => void;
  writable?: boolean;
  placeholder?: string;
  type?: string;
  mode?: "decimal";
  narrow?: boolean;
  testid?: string;
}

/** A small labelled input in a row of an editor. */
export function Cell({ label, value, change, writable = true, placeholder, type = "text", mode, narrow, testid }: LineProps) {
  return (
    <label className={`cell${narrow ? " narrow" : ""}`}>
      <span className="tiny soft">{label}</span>
      <input className="input" type={type} inputMode={mode} value={value} disabled={!writable} placeholder={placeholder} onChange={(event) => change(event.target.value)} data-testid={testid} />
    </label>
  );
}

interface ReadProps<T> extends Omit<LineProps, "value" | "change"> {
  value: T;
  read: (text: string) => T;
  write: (value: T) => string;
  change: (value: T) => void;
}

/** A cell whose text is read: a list, hours, a share. */
export function ReadCell<T>({ value, read, write, change, ...cell }: ReadProps<T>) {
  const [text, take] = useAsTyped(value, read, write);
  return <Cell {...cell} value={text} change={(typed) => change(take(typed))} />;
}

type ListProps = Omit<ReadProps<string[]>, "read" | "write">;

/** Words, parted by commas. */
export const ListCell = (props: ListProps) => <ReadCell {...props} read={listed} write={(words) => words.join(", ")} />;

export const listed = (text: string): string[] => text.split(/[,，、]/).map((word) => word.trim()).filter((word) => word !== "");

type FigureProps = Omit<ReadProps<number | null>, "read" | "write" | "type" | "mode" | "narrow"> & {
  /** How many of what is kept make one of what is shown. */
  unit: number;
};

/** Null while it is no number: an input of the browser's own kind for numbers would take "12." away. */
function figure(text: string, of: (n: number) => number): number | null {
  const n = Number(text.replaceAll(",", ""));
  return text.trim() === "" || !Number.isFinite(n) ? null : of(n);
}

/** Hours or days of a time that is kept in seconds. */
export const TimeCell = ({ unit, ...cell }: FigureProps) => (
  <ReadCell {...cell} narrow mode="decimal" read={(text) => figure(text, (n) => Math.round(n * unit))} write={(value) => (value === null ? "" : String(Number((value / unit).toFixed(4))))} />
);

/** Per cent of a share: 7 is 0.07, and 0.07 is 7. */
export const PercentCell = (props: Omit<FigureProps, "unit">) => (
  <ReadCell {...props} narrow mode="decimal" read={(text) => figure(text, (n) => n / 100)} write={(value) => (value === null ? "" : String(Number((value * 100).toPrecision(12))))} />
);

interface ValueProps {
  label: string;
  field: FieldDoc;
  value: unknown;
  change: (value: unknown) => void;
  writable: boolean;
}

/** A value of a record's field, by the field's kind. */
export function ValueCell({ label, field, value, change, writable }: ValueProps) {
  const id = useId();
  return (
    <div className="cell">
      <label className="tiny soft" htmlFor={id}>{label}</label>
      {writable ? <FieldInput field={{ ...field, writable: true }} value={value ?? null} named={{}} change={(next) => change(next)} id={id} /> : <ValueText field={field} value={value} id={id} />}
    </div>
  );
}

function ValueText({ field, value, id }: { field: FieldDoc; value: unknown; id: string }) {
  const { t, i18n } = useTranslation();
  return <output id={id} className="form-text" dir="auto">{textOf(field, value, {}, { t, language: i18n.language as Language }) || t("records.nothing")}</output>;
}

interface PickProps {
  label: string;
  value: string;
  change: (value: string) => void;
  options: readonly (readonly [string, string])[];
  writable?: boolean;
  empty?: string;
  testid?: string;
}

export function Pick({ label, value, change, options, writable = true, empty, testid }: PickProps) {
  return (
    <label className="cell">
      <span className="tiny soft">{label}</span>
      <select className="input" value={value} disabled={!writable} onChange={(event) => change(event.target.value)} data-testid={testid}>
        {empty !== undefined && <option value="">{empty}</option>}
        {options.map(([code, words]) => <option key={code} value={code}>{words}</option>)}
      </select>
    </label>
  );
}

export function Tick({ label, value, change, writable = true }: { label: string; value: boolean; change: (value: boolean) => void; writable?: boolean }) {
  return (
    <label className="tick small">
      <input type="checkbox" checked={value} disabled={!writable} onChange={(event) => change(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface RowsProps<T> {
  items: readonly T[];
  change: (items: T[]) => void;
  fresh: () => T;
  add: string;
  writable: boolean;
  name: (item: T, place: number) => string;
  children: (item: T, set: (item: T) => void, place: number) => ReactNode;
}

/** A list of rows: each is edited, moved, taken away; one is added below. */
export function Rows<T>({ items, change, fresh, add, writable, name, children }: RowsProps<T>) {
  const { t } = useTranslation();
  const swap = (place: number): void => {
    const next = [...items];
    const [above, here] = [next[place - 1], next[place]];
    if (above === undefined || here === undefined) return;
    next[place - 1] = here;
    next[place] = above;
    change(next);
  };
  return (
    <div className="editor-rows">
      {items.map((item, place) => (
        <div key={place} className="editor-row" role="group" aria-label={name(item, place)}>
          <div className="editor-cells">{children(item, (one) => change(items.map((each, at) => (at === place ? one : each))), place)}</div>
          {writable && (
            <span className="row editor-tools">
              <IconButton small icon="up" label={t("casework.higher")} isDisabled={place === 0} onPress={() => swap(place)} />
              <IconButton small icon="cross" label={t("casework.take_out")} onPress={() => change(items.filter((_, at) => at !== place))} />
            </span>
          )}
        </div>
      ))}
      {writable && <Button small look="quiet" icon="plus" onPress={() => change([...items, fresh()])}>{add}</Button>}
    </div>
  );
}

export type Words = Partial<Labels>;
const LANGUAGES: readonly [Language, string][] = [["en", "English"], ["zh-TW", "繁體中文"], ["zh-CN", "简体中文"]];

/** A name in the three languages. */
export function NameIn({ value, change, writable }: { value: Words | undefined; change: (value: Words) => void; writable: boolean }) {
  return <>{LANGUAGES.map(([code, name]) => <Cell key={code} label={name} value={value?.[code] ?? ""} writable={writable} change={(words) => change({ ...value, [code]: words })} />)}</>;
}

export const inLanguage = (labels: Words | undefined, language: Language, otherwise: string): string => labels?.[language] || labels?.en || otherwise;
