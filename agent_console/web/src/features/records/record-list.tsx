import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../ui/panes";
import { iconNamed } from "../../ui/icon";
import type { EntityDoc } from "./entities";
import type { Filter } from "./filters";
import { RecordGrid } from "./list";
import { columnsOf, PLAIN } from "./list-state";
import { useRows } from "./use-rows";

interface Props {
  entity: EntityDoc;
  /** Only rows that fit this. */
  filter?: Filter;
  columns?: readonly string[];
  sort?: string;
  /** Shown in place of rows when there are none. */
  empty?: ReactNode;
}

/** Rows of an entity within another page: a customer's cases, a case's tasks. */
export function RecordList({ entity, filter, columns, sort, empty }: Props) {
  const { t } = useTranslation();
  const [order, setOrder] = useState(sort ?? "");
  const state = { ...PLAIN, sort: order };
  const rows = useRows(entity, state, filter ?? null);
  return (
    <RecordGrid entity={entity} rows={rows} state={state} sort={setOrder} columns={columnsOf(entity, columns ?? null)} selection={null}
      empty={empty ?? <Empty icon={iconNamed(entity.icon)} title={t("records.none")} />} />
  );
}
