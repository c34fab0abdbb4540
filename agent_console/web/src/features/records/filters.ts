/** Conditions of a list as the builder edits them, to and from what the API says (pure). */
import type { FieldDoc, Operator } from "./entities";

export interface Leaf {
  field: string;
  is: Operator;
  value?: unknown;
}

/** `none` is `not any`. */
export interface Group {
  mode: "all" | "any" | "none";
  parts: Part[];
}

export type Part = Leaf | Group;

export type Filter = { field: string; is: string; value?: unknown } | { all: Filter[] } | { any: Filter[] } | { not: Filter };

export const isGroup = (part: Part): part is Group => "mode" in part;

export const nothing = (): Group => ({ mode: "all", parts: [] });

const VALUELESS: ReadonlySet<Operator> = new Set(["empty", "filled"]);

export const needsValue = (is: Operator): boolean => !VALUELESS.has(is);

/** Whether a condition says something already: half of one asks nothing. */
export function isWhole(leaf: Leaf): boolean {
  if (!needsValue(leaf.is)) return true;
  if (leaf.is === "in") return Array.isArray(leaf.value) && leaf.value.length > 0;
  return leaf.value !== undefined && leaf.value !== null && leaf.value !== "";
}

/** What the API is asked; null: everything. */
export function toFilter(group: Group): Filter | null {
  const parts = group.parts.flatMap((part): Filter[] => {
    if (isGroup(part)) {
      const inner = toFilter(part);
      return inner ? [inner] : [];
    }
    if (!isWhole(part)) return [];
    return [needsValue(part.is) ? { field: part.field, is: part.is, value: part.value } : { field: part.field, is: part.is }];
  });
  if (parts.length === 0) return null;
  const only = parts.length === 1 ? parts[0] : undefined;
  if (group.mode === "none") return { not: only ?? { any: parts } };
  return only ?? (group.mode === "all" ? { all: parts } : { any: parts });
}

/** The builder's view of a filter; null when it is not one. */
export function fromFilter(given: unknown): Group | null {
  if (given === null || given === undefined) return nothing();
  const part = partOf(given);
  if (!part) return null;
  return isGroup(part) ? part : { mode: "all", parts: [part] };
}

function partOf(given: unknown): Part | null {
  if (typeof given !== "object" || given === null) return null;
  if ("not" in given) return denied(given.not);
  if ("all" in given) return groupOf("all", given.all);
  if ("any" in given) return groupOf("any", given.any);
  if ("field" in given && "is" in given && typeof given.field === "string" && typeof given.is === "string") {
    return { field: given.field, is: given.is as Operator, ...("value" in given ? { value: given.value } : {}) };
  }
  return null;
}

function denied(inner: unknown): Group | null {
  const part = partOf(inner);
  if (!part) return null;
  return isGroup(part) && part.mode === "any" ? { mode: "none", parts: part.parts } : { mode: "none", parts: [part] };
}

function groupOf(mode: "all" | "any", parts: unknown): Group | null {
  if (!Array.isArray(parts)) return null;
  const read = parts.map(partOf);
  return read.every((part) => part !== null) ? { mode, parts: read } : null;
}

const FIRST: Partial<Record<FieldDoc["kind"], Operator[]>> = { choice: ["in"], code: ["in"], date: ["ge"], moment: ["ge"] };

/** What is put first when a field is chosen: for words what is in them, for codes which of them, for times since when, else what it is. */
export function firstOperator(field: FieldDoc): Operator {
  const wanted = FIRST[field.kind] ?? ["has", "eq"];
  return wanted.find((is) => field.operators.includes(is)) ?? field.operators[0] ?? "filled";
}

/** A condition with another operator: the value stays where it still makes sense. */
export function withOperator(leaf: Leaf, is: Operator): Leaf {
  if (!needsValue(is)) return { field: leaf.field, is };
  const was = leaf.value;
  if (is === "in") return { field: leaf.field, is, value: Array.isArray(was) ? was : was === undefined || was === "" || was === null ? [] : [was] };
  return { field: leaf.field, is, value: Array.isArray(was) ? was[0] : was };
}

export const countOf = (group: Group): number => group.parts.reduce((sum, part) => sum + (isGroup(part) ? countOf(part) : Number(isWhole(part))), 0);
