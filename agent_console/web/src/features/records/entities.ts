/** What kinds of records there are, as `GET /records` tells it for whoever is signed in. */
import { useSyncExternalStore } from "react";
import { call, Problem } from "../../net/api";
import type { Language } from "../../net/types";

export type Labels = Record<Language, string>;
export type Scope = "none" | "own" | "team" | "territory" | "all";
export type Action = "read" | "create" | "update" | "delete" | "export" | "import";
export type FieldKind =
  | "text" | "long_text" | "integer" | "number" | "amount" | "boolean" | "date" | "moment" | "choice" | "code" | "reference" | "user"
  | "email" | "phone" | "url" | "tags" | "json";
export type Operator = "eq" | "ne" | "in" | "lt" | "le" | "gt" | "ge" | "has" | "begins" | "empty" | "filled";

export interface CodeWord {
  code: string;
  label: Labels;
  retired: boolean;
}

export interface FieldDoc {
  name: string;
  kind: FieldKind;
  label: Labels;
  hint: Labels | null;
  required: boolean;
  writable: boolean;
  default: unknown;
  codes: string;
  choices: CodeWord[];
  refers: string;
  least: number | null;
  most: number | null;
  listed: boolean;
  sortable: boolean;
  operators: Operator[];
  section: string;
  /** Only rows whose `told_by` field has one of these values have it; none: all. */
  shown_for: string[];
  custom: boolean;
  /** While it has the focus nothing of the agent's talk is recorded. */
  pauses_recording: boolean;
}

export interface EntityDoc {
  name: string;
  collection: string;
  label: Labels;
  plural: Labels;
  title: string;
  module: string;
  icon: string;
  sort: string;
  searched: boolean;
  scoped: boolean;
  /** The field that says which other fields a row has; empty: all rows have all. */
  told_by: string;
  scopes: Record<Action, Scope>;
  sections: { name: string; label: Labels }[];
  fields: FieldDoc[];
}

/** A row: its id and version, then its fields by name. */
export interface RecordRow {
  id: string;
  row_version: number;
  deleted_at: number | null;
  [field: string]: unknown;
}

/** Names of what rows refer to, by entity and id. */
export type Named = Record<string, Record<string, string>>;

export interface RecordAnswer {
  record: RecordRow;
  named: Named;
}

export interface RecordPage {
  items: RecordRow[];
  named: Named;
  next_cursor: string | null;
  count: number | null;
}

export interface Known {
  entities: readonly EntityDoc[] | null;
  problem: Problem | null;
}

let known: Known = { entities: null, problem: null };
let asking: Promise<void> | null = null;
const listeners = new Set<() => void>();

function change(next: Known): void {
  known = next;
  for (const listener of listeners) listener();
}

/** Ask anew: after fields, codes or roles were changed. */
export function askEntities(): Promise<void> {
  asking ??= call<{ items: EntityDoc[] }>("GET", "/records")
    .then(
      ({ items }) => change({ entities: items, problem: null }),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        change({ entities: known.entities, problem: error });
      },
    )
    .finally(() => {
      asking = null;
    });
  return asking;
}

/** Somebody else signs in: their rights are others. */
export function forgetEntities(): void {
  change({ entities: null, problem: null });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useEntities = (): Known => useSyncExternalStore(subscribe, () => known);

export function useEntity(name: string): EntityDoc | null {
  return useEntities().entities?.find((entity) => entity.name === name) ?? null;
}

export const allows = (entity: EntityDoc, action: Action): boolean => entity.scopes[action] !== "none";

export const fieldOf = (entity: EntityDoc, name: string): FieldDoc | undefined => entity.fields.find((field) => field.name === name);

export const listAddress = (entity: { collection: string }): string => `/records/${entity.collection}`;
export const recordAddress = (entity: { collection: string }, id: string): string => `/records/${entity.collection}/${encodeURIComponent(id)}`;

/** What a row is called: its title, else its number or id. */
export function titleOf(entity: EntityDoc, row: RecordRow): string {
  const title = row[entity.title];
  return typeof title === "string" && title !== "" ? title : row.id;
}
