/** What a picker offers: rows of an entity, or users, found by what is typed. */
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { allows, titleOf, type EntityDoc, type RecordPage } from "./entities";

export interface Option {
  id: string;
  name: string;
  about: string;
}

interface UserName {
  id: string;
  name: string;
  login: string;
  role: string;
}

const OFFERED = "20";

export async function userOptions(text: string): Promise<Option[]> {
  const query = new URLSearchParams({ q: text, limit: OFFERED });
  const { items } = await call<{ items: UserName[] }>("GET", `/users/names?${query.toString()}`);
  return items.map(({ id, name, login }) => ({ id, name, about: login }));
}

export async function recordOptions(entity: EntityDoc, text: string, filter?: unknown): Promise<Option[]> {
  const query = new URLSearchParams({ limit: OFFERED, ...(text ? { q: text } : {}), ...(filter ? { filter: JSON.stringify(filter) } : {}) });
  const { items } = await call<RecordPage>("GET", `/records/${entity.collection}?${query.toString()}`);
  // one more thing that tells two of a name apart: the first listed text beside the title
  const beside = entity.fields.find((field) => field.listed && field.name !== entity.title && ["text", "email", "phone"].includes(field.kind));
  return items.map((row) => ({ id: row.id, name: titleOf(entity, row), about: beside && typeof row[beside.name] === "string" ? String(row[beside.name]) : "" }));
}

/** `entity` null: users. Nothing is asked before the picker is open. */
export function useOptions(entity: EntityDoc | null, users: boolean, open: boolean, text: string, filter?: unknown): { options: Option[] | null; loading: boolean } {
  const may = users || (entity !== null && allows(entity, "read"));
  const key = open && may ? `${entity?.name ?? "user"} ${text}` : null;
  const { data, loading } = useResource(key, () => (entity ? recordOptions(entity, text, filter) : userOptions(text)));
  return { options: data, loading };
}
