import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { allows, useEntity, type EntityDoc, type Named, type RecordPage, type RecordRow } from "../records/entities";
import { RecordForm } from "../records/form";

interface Props {
  /** The entity whose rows belong to the customer, and the field that says to whom. */
  of: string;
  by: string;
  party: string;
  /** Fields of the small form, in the entity's order. */
  fields: readonly string[];
  /** Fields that only a row that is there has. */
  later?: readonly string[];
  sort: string;
  line: (row: RecordRow, entity: EntityDoc, named: Named) => ReactNode;
  empty: string;
  add: string;
  /** A history: rows are added and stay as they are. */
  kept?: boolean;
  changed?: () => void;
}

/** Rows that belong to a customer, listed, added, changed and removed in place. */
export function Belonging({ of, by, party, fields, later = [], sort, line, empty, add, kept = false, changed }: Props) {
  const { t, i18n } = useTranslation();
  const entity = useEntity(of);
  const [open, setOpen] = useState<string | null>(null);
  const [busy, problem, run] = useBusy();
  const filter = encodeURIComponent(JSON.stringify({ field: by, is: "eq", value: party }));
  const address = entity ? `/records/${entity.collection}?limit=200&sort=${sort}&filter=${filter}` : null;
  const { data, problem: unread, again } = useResource(address, () => call<RecordPage>("GET", address ?? ""));
  if (!entity) return null;
  if (!data) return unread ? <Failure problem={unread} retry={again} /> : <Bones lines={3} />;
  const saved = (): void => {
    setOpen(null);
    again();
    changed?.();
  };
  const remove = (row: RecordRow): void =>
    run(() => call("DELETE", `/records/${entity.collection}/${segment(row.id)}`, undefined, { "If-Match": `"${row.row_version}"` }).then(saved));
  const may = (action: "create" | "update" | "delete"): boolean => allows(entity, action) && !(kept && action !== "create");
  return (
    <section className="belonging" aria-label={entity.plural[i18n.language as Language]}>
      <Wrong problem={problem} />
      {data.items.length === 0 && open !== "new" && <p className="faint small">{t(empty)}</p>}
      <ul className="lines airy">
        {data.items.map((row) => (
          <li key={row.id} className="belonging-row" data-testid={`${of}-row`}>
            {open === row.id ? (
              <RecordForm entity={entity} record={row} named={data.named} only={[...fields, ...later]} saved={saved} leave={() => setOpen(null)} />
            ) : line(row, entity, data.named)}
            <span className="row belonging-do">
              {may("update") && <IconButton small icon={open === row.id ? "cross" : "pen"} label={t(open === row.id ? "records.leave" : "customers.edit")} onPress={() => setOpen(open === row.id ? null : row.id)} />}
              {may("delete") && open === row.id && <IconButton small icon="trash" label={t("records.remove")} isDisabled={busy} onPress={() => remove(row)} />}
            </span>
          </li>
        ))}
      </ul>
      {may("create") && (open === "new" ? (
        <RecordForm entity={entity} record={null} named={{ party: {} }} initial={{ [by]: party }} only={fields} saved={saved} leave={() => setOpen(null)} />
      ) : <Button small icon="plus" onPress={() => setOpen("new")} data-testid={`${of}-add`}>{t(add)}</Button>)}
    </section>
  );
}
