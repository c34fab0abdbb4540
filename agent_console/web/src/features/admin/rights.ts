/** Rights as a role keeps them: what it changes of the built-in role that it is based on (pure). */
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import type { Action, EntityDoc, Scope } from "../records/entities";

export const ACTIONS: readonly Action[] = ["read", "create", "update", "delete", "export", "import"];
export const SCOPES: readonly Scope[] = ["none", "own", "team", "territory", "all"];

export type Changed<T extends string> = Record<string, Record<string, T>>;
export type BuiltIn = Record<string, Record<string, Partial<Record<Action, Scope>>>>;

/** What is in the field, or nothing when it is something else. */
export function changedOf<T extends string>(value: unknown): Changed<T> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Changed<T>) : {};
}

/** One word set or, with null, taken back to what the built-in role says; empty parts go. */
export function withWord<T extends string>(all: Changed<T>, of: string, name: string, word: T | null): Changed<T> {
  const inner = { ...all[of] };
  if (word === null) delete inner[name];
  else inner[name] = word;
  const next = { ...all, [of]: inner };
  if (Object.keys(inner).length === 0) delete next[of];
  return next;
}

/** Rows without owners reach all or none: in between there is nothing. */
export const scopesFor = (entity: EntityDoc, action: Action): readonly Scope[] =>
  entity.scoped && action !== "create" && action !== "import" ? SCOPES : ["none", "all"];

export function useBuiltIn(): BuiltIn | null {
  return useResource("built-in", () => call<{ roles: BuiltIn }>("GET", "/roles/built-in")).data?.roles ?? null;
}

export function byModule(entities: readonly EntityDoc[]): [string, EntityDoc[]][] {
  const found = new Map<string, EntityDoc[]>();
  for (const entity of entities) found.set(entity.module, [...(found.get(entity.module) ?? []), entity]);
  return [...found];
}
