/** What a form holds beside the record it began with (pure): changed fields alone, what the server found wrong, and where two people changed the same. */
import type { TFunction } from "i18next";
import type { Problem } from "../../net/api";
import type { EntityDoc, FieldDoc, RecordRow } from "./entities";

export type Values = Record<string, unknown>;

const same = (one: unknown, two: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(two ?? null);

/** A new record's values before anybody has typed. */
export function beginning(entity: EntityDoc, given: Values): Values {
  const defaults = entity.fields.filter((field) => field.writable && field.default !== null && field.default !== undefined);
  return { ...Object.fromEntries(defaults.map((field) => [field.name, field.default])), ...given };
}

/** The draft with a field changed; what is as it was before is no change. */
export function changed(draft: Values, base: Values, name: string, value: unknown): Values {
  const next = { ...draft, [name]: value };
  if (same(base[name], value)) delete next[name];
  return next;
}

/** What is left once `sent` is saved: what was changed again while it was on its way, and is not what the record says now. */
export function unsent(draft: Values, sent: Values, saved: Values): Values {
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => !(name in sent && same(sent[name], value)) && !same(saved[name], value)));
}

/** Whether a draft that began on `base` can go on as one on `newer`: nobody has touched what it changes. */
export const fits = (draft: Values, base: Values, newer: Values): boolean => Object.keys(draft).every((name) => same(base[name], newer[name]));

// What was written in the form of a new record while it was being made: the record's own page goes on with it.
const carried = new Map<string, Values>();

export const carry = (record: string, draft: Values): void => void carried.set(record, draft);

export function carriedTo(record: string): Values {
  const draft = carried.get(record) ?? {};
  carried.delete(record);
  return draft;
}

/** What is wrong, by field, in the reader's words. */
export function faults(problem: Problem | null, t: TFunction): Map<string, string> {
  const found = new Map<string, string>();
  for (const { pointer, code, params } of problem?.errors ?? []) {
    const name = pointer.split("/").filter(Boolean).at(-1);
    if (name && !found.has(name)) found.set(name, t(`problem.${code.replaceAll(".", "_")}`, { ...params, defaultValue: t("problem.unknown", { code }) }));
  }
  return found;
}

export interface Clash {
  field: FieldDoc;
  was: unknown;
  theirs: unknown;
  /** Undefined: only they have changed it. */
  mine: unknown;
  both: boolean;
}

/** What somebody else has changed meanwhile, field by field. */
export function clashes(entity: EntityDoc, base: RecordRow, theirs: RecordRow, draft: Values): Clash[] {
  return entity.fields
    .filter((field) => field.name !== "updated_at" && !same(base[field.name], theirs[field.name]))
    .map((field) => ({ field, was: base[field.name], theirs: theirs[field.name], mine: draft[field.name], both: field.name in draft && !same(draft[field.name], theirs[field.name]) }));
}

/** The draft once it is decided whose value counts where both changed one; what is equal to theirs is no change. */
export function settled(draft: Values, theirs: RecordRow, decided: Readonly<Record<string, "mine" | "theirs">>): Values {
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => decided[name] !== "theirs" && !same(theirs[name], value)));
}

export interface FormSection {
  name: string;
  /** Null: the catalogue's word for `name`. */
  label: EntityDoc["sections"][number]["label"] | null;
  fields: FieldDoc[];
}

const KEEPING = new Set(["owner_id", "team_id", "territory"]);
const STAMPS = new Set(["created_at", "updated_at"]);

/** The form's parts in their order: what belongs to none first, then the entity's own, what was added, and whose it is. */
export function sectionsOf(entity: EntityDoc, creating: boolean, only: readonly string[] | null = null, kind: unknown = null): FormSection[] {
  const has = ({ shown_for }: FieldDoc): boolean => shown_for.length === 0 || (typeof kind === "string" && shown_for.includes(kind));
  const fields = entity.fields.filter((field) => has(field) && !STAMPS.has(field.name) && (!creating || field.writable) && (only === null || only.includes(field.name)));
  const named = new Set(entity.sections.map(({ name }) => name));
  const place = (field: FieldDoc): string => {
    if (KEEPING.has(field.name)) return "keeping";
    if (named.has(field.section)) return field.section;
    return field.custom ? "further" : "main";
  };
  const order: FormSection[] = [
    { name: "main", label: null, fields: [] },
    ...entity.sections.map((section): FormSection => ({ ...section, fields: [] })),
    { name: "further", label: null, fields: [] },
    { name: "keeping", label: null, fields: [] },
  ];
  for (const field of fields) order.find(({ name }) => name === place(field))?.fields.push(field);
  return order.filter((section) => section.fields.length > 0);
}
