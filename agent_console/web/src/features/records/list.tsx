import { useMemo, type ReactNode } from "react";
import {
  Cell, Checkbox, Collection, Column, ColumnResizer, ResizableTableContainer, Row, Table, TableBody, TableHeader, TableLayout, TableLoadMoreItem, Virtualizer,
  type Selection, type SortDescriptor,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { go } from "../../route";
import { useDesk } from "../../store/hooks";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Failure, Pill } from "../../ui/panes";
import { fieldOf, recordAddress, titleOf, useEntities, type EntityDoc, type FieldDoc, type Named, type RecordRow } from "./entities";
import { firstSort, type ListState } from "./list-state";
import type { Rows } from "./use-rows";
import { isFigure, nameOf, textOf } from "./values";

interface Props {
  entity: EntityDoc;
  rows: Rows;
  state: ListState;
  sort: (order: string) => void;
  columns: readonly string[];
  /** Null: rows cannot be chosen. */
  selection: ReadonlySet<string> | null;
  select?: (chosen: ReadonlySet<string>) => void;
  empty: ReactNode;
}

const ROW_PX = { comfortable: 40, compact: 30 } as const;
const WIDTHS: Partial<Record<FieldDoc["kind"], number>> = { boolean: 90, date: 120, moment: 165, integer: 110, number: 110, amount: 130, choice: 130, code: 140, tags: 180, long_text: 260 };

/** Rows in a grid: arrows move, Space chooses, Enter opens, headings sort; only what is seen is drawn. */
export function RecordGrid({ entity, rows, state, sort, columns, selection, select, empty }: Props) {
  const { t, i18n } = useTranslation();
  const { session } = useDesk();
  const language = i18n.language as Language;
  const shown = columns.map((name) => fieldOf(entity, name)).filter((field) => field !== undefined);
  const order = firstSort(state, entity);
  const layout = useMemo(() => new TableLayout(), []);
  const options = useMemo(() => ({ rowHeight: ROW_PX[session.user.density], headingHeight: ROW_PX[session.user.density] - 2, loaderHeight: 44 }), [session.user.density]);
  const main = shown.some(({ name }) => name === entity.title) ? entity.title : shown[0]?.name;
  if (!rows.items) return rows.problem ? <Failure problem={rows.problem} retry={rows.again} /> : <div className="page-bones"><Bones lines={8} /></div>;
  if (rows.items.length === 0) return <>{rows.problem ? <Failure problem={rows.problem} retry={rows.again} /> : empty}</>;
  const sorted: SortDescriptor = { column: order.field, direction: order.falling ? "descending" : "ascending" };
  const chosen = (keys: Selection): void => select?.(keys === "all" ? new Set(rows.items?.map(({ id }) => id)) : new Set([...keys].map(String)));
  return (
    <ResizableTableContainer className="grid-frame scroll" data-loading={rows.loading}>
      <Virtualizer layout={layout} layoutOptions={options}>
        <Table className="grid" aria-label={entity.plural[language]} selectionMode={selection ? "multiple" : "none"} selectionBehavior="toggle" selectedKeys={selection ?? new Set()} onSelectionChange={chosen}
          sortDescriptor={sorted} onSortChange={({ column, direction }) => sort(direction === "descending" ? `-${String(column)}` : String(column))}
          onRowAction={(key) => void go(recordAddress(entity, String(key)))} data-testid="records">
          <TableHeader>
            {selection && <Column width={44} minWidth={44} className="grid-head choose"><GridCheck label={t("records.choose_all")} /></Column>}
            <Collection items={shown.map((field) => ({ id: field.name, field }))} dependencies={[language, order.field, order.falling, main]}>
              {({ field }) => (
                <Column id={field.name} allowsSorting={field.sortable} isRowHeader={field.name === main} defaultWidth={field.name === main ? "2fr" : (WIDTHS[field.kind] ?? "1fr")} minWidth={field.name === main ? 180 : 90}
                  className={`grid-head${isFigure(field) ? " figure" : ""}`}>
                  <span className="row grid-title" tabIndex={-1}>
                    <span className="clip">{field.label[language]}</span>
                    {order.field === field.name && <Icon name={order.falling ? "down" : "up"} size={14} />}
                  </span>
                  <ColumnResizer className="grid-resizer" />
                </Column>
              )}
            </Collection>
          </TableHeader>
          <TableBody>
            <Collection items={rows.items} dependencies={[columns.join(), rows.named, language, selection !== null, main]}>
              {(row) => (
                <Row id={row.id} className="grid-row" textValue={titleOf(entity, row)}>
                  {selection && <Cell className="grid-cell choose"><GridCheck label={titleOf(entity, row)} /></Cell>}
                  <Collection items={shown.map((field) => ({ id: field.name, field }))}>
                    {({ field }) => (
                      <Cell className={`grid-cell${isFigure(field) ? " figure" : ""}`} textValue={textOf(field, row[field.name], rows.named, { t, language })}>
                        {field.name === main ? <Link to={recordAddress(entity, row.id)} className="grid-main clip" dir="auto" tabIndex={-1}>{textOf(field, row[field.name], rows.named, { t, language }) || titleOf(entity, row)}</Link>
                          : <Value field={field} row={row} named={rows.named} />}
                      </Cell>
                    )}
                  </Collection>
                </Row>
              )}
            </Collection>
            <TableLoadMoreItem className="grid-more" isLoading={rows.loading && rows.items.length > 0} {...(rows.more ? { onLoadMore: rows.more } : {})}>{t("common.loading")}</TableLoadMoreItem>
          </TableBody>
        </Table>
      </Virtualizer>
    </ResizableTableContainer>
  );
}

function GridCheck({ label }: { label: string }) {
  return <Checkbox slot="selection" className="grid-check" aria-label={label}>{({ isSelected, isIndeterminate }) => <span className="grid-box" data-on={isSelected || isIndeterminate}>{isIndeterminate ? "–" : isSelected ? <Icon name="check" size={14} /> : null}</span>}</Checkbox>;
}

/** A cell: codes as labels, references as links, the rest as text. */
function Value({ field, row, named }: { field: FieldDoc; row: RecordRow; named: Named }) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const value = row[field.name];
  const text = textOf(field, value, named, { t, language: i18n.language as Language });
  if (!text) return <span className="faint">—</span>;
  if (field.kind === "choice" || field.kind === "code") return <Pill tone="mute">{text}</Pill>;
  if (field.kind === "reference") {
    const entity = entities?.find(({ name }) => name === field.refers);
    if (entity && nameOf(field, String(value), named) !== null) return <Link to={recordAddress(entity, String(value))} className="grid-link clip" dir="auto" tabIndex={-1}>{text}</Link>;
  }
  if (field.kind === "tags" && Array.isArray(value)) return <span className="row clip">{value.map((word) => <Pill key={String(word)} tone="mute">{String(word)}</Pill>)}</span>;
  return <span className={`clip${isFigure(field) || field.kind === "moment" || field.kind === "date" ? " num" : ""}`} dir="auto" title={text.length > 30 ? text : undefined}>{text}</span>;
}
