/** Small parts that the editors of structures share. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button, IconButton } from "../../ui/button";
import type { Labels } from "../records/entities";

interface LineProps {
  label: string;
  value: string;
  change: (value: string) => void;
  writable?: boolean;
  placeholder?: string;
  type?: string;
  narrow?: boolean;
  testid?: string;
}

/** A small labelled input in a row of an editor. */
export function Cell({ label, value, change, writable = true, placeholder, type = "text", narrow, testid }: LineProps) {
  return (
    <label className={`cell${narrow ? " narrow" : ""}`}>
      <span className="tiny soft">{label}</span>
      <input className="input" type={type} value={value} disabled={!writable} placeholder={placeholder} onChange={(event) => change(event.target.value)} data-testid={testid} />
    </label>
  );
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
