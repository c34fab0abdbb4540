/** Names of what a filter or a structure refers to: a link, a view, a procedure hold ids alone. */
import { useEffect, useState } from "react";
import { call, Problem, segment } from "../../net/api";
import { useResource } from "../../store/resource";
import { titleOf, useEntities, type EntityDoc, type Named, type RecordAnswer } from "./entities";
import { isGroup, type Group, type Part } from "./filters";

/** The ids in a filter, by what they refer to. */
function referred(entity: EntityDoc, group: Group): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const visit = (part: Part): void => {
    if (isGroup(part)) return part.parts.forEach(visit);
    const field = entity.fields.find(({ name }) => name === part.field);
    if (!field || (field.kind !== "reference" && field.kind !== "user")) return;
    const ids = found.get(field.refers) ?? new Set<string>();
    for (const id of Array.isArray(part.value) ? part.value : [part.value]) if (typeof id === "string") ids.add(id);
    found.set(field.refers, ids);
  };
  visit(group);
  return found;
}

async function ask(of: string, ids: string[], entities: readonly EntityDoc[]): Promise<Record<string, string>> {
  if (of === "user") {
    const { items } = await call<{ items: { id: string; name: string }[] }>("GET", `/users/names?ids=${ids.map(encodeURIComponent).join(",")}`);
    return Object.fromEntries(items.map(({ id, name }) => [id, name]));
  }
  const entity = entities.find(({ name }) => name === of);
  if (!entity) return {};
  const rows = await Promise.allSettled(ids.map((id) => call<RecordAnswer>("GET", `/records/${entity.collection}/${segment(id)}`)));
  return Object.fromEntries(rows.flatMap((row, place) => (row.status === "fulfilled" ? [[ids[place] ?? "", titleOf(entity, row.value.record)]] : [])));
}

/** What one row or person is called; asked for where nobody has told it. */
export function useName(of: string, id: string | null, known: string | null): string | null {
  const { entities } = useEntities();
  const unknown = id !== null && known === null && (of === "user" || entities !== null);
  const { data } = useResource(unknown ? `${of}/${id}` : null, async () => (await ask(of, [id ?? ""], entities ?? []))[id ?? ""] ?? "");
  return known ?? (data || null);
}

const MOST = 30;

export function useNames(entity: EntityDoc, group: Group, known: Named, entities: readonly EntityDoc[]): Named {
  const [asked, setAsked] = useState<Named>({});
  const missing = [...referred(entity, group)].map(([of, ids]) => [of, [...ids].filter((id) => !known[of]?.[id] && asked[of]?.[id] === undefined).slice(0, MOST)] as const).filter(([, ids]) => ids.length > 0);
  const key = JSON.stringify(missing);
  useEffect(() => {
    for (const [of, ids] of JSON.parse(key) as [string, string[]][]) {
      // an id that has no name for us is not asked for again
      ask(of, ids, entities).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        return {} as Record<string, string>;
      }).then((names) => setAsked((now) => ({ ...now, [of]: { ...now[of], ...Object.fromEntries(ids.map((id) => [id, names[id] ?? ""])) } })));
    }
  }, [key, entities]);
  const whole: Named = { ...known };
  for (const [of, names] of Object.entries(asked)) whole[of] = { ...Object.fromEntries(Object.entries(names).filter(([, name]) => name)), ...whole[of] };
  return whole;
}
