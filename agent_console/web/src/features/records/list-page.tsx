import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { go } from "../../route";
import { Button } from "../../ui/button";
import { Icon, iconNamed } from "../../ui/icon";
import { Empty } from "../../ui/panes";
import { useTyped } from "../../ui/typed";
import { useShortcut } from "../desk/shortcuts";
import { useHere } from "../shell/here";
import { BulkBar } from "./bulk";
import { ColumnsMenu } from "./columns-menu";
import { allows, listAddress, useEntities, type EntityDoc, type RecordRow } from "./entities";
import { FilterBar } from "./filter-bar";
import { RecordGrid } from "./list";
import { columnsOf, fromSearch, rememberColumns, resolved, toSearch, type Said } from "./list-state";
import { Notice } from "./notice";
import { TakeOut } from "./take-out";
import { useRows } from "./use-rows";
import { MINE, useViews, ViewTabs, type View } from "./views";

/** `/records/<collection>`: an entity's rows. */
export default function ListPage({ params }: PageProps) {
  const { t } = useTranslation();
  const { entities } = useEntities();
  const entity = entities?.find(({ collection }) => collection === params["collection"]);
  if (!entity) return <main><Empty icon="question" title={t("page.missing")}><p>{t("page.missing_text")}</p></Empty></main>;
  return <EntityList key={entity.name} entity={entity} />;
}

const MOST_COUNTED = 10_000;

function EntityList({ entity }: { entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const { place, shown } = useHere();
  const views = useViews(entity);
  const said = fromSearch(place.search);
  const view = views.views.find(({ id }) => id === said.view) ?? null;
  const state = resolved(said, view);
  const set = (next: Partial<Said>): void => void go(listAddress(entity) + toSearch({ ...said, ...next }), { replace: true, from: place.path });
  const rows = useRows(entity, state, null);
  const columns = useColumns(entity, view);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const asked = JSON.stringify(state);
  useEffect(() => choose(new Set()), [asked]);
  useAgainWhenShown(shown, rows.again);
  const creates = allows(entity, "create");
  const make = (): void => void go(`${listAddress(entity)}/new`);
  useShortcut("create", shown && creates ? make : null);
  const narrowed = state.filter !== null || state.words !== "";
  return (
    <main className="records-page" data-testid={`list-${entity.collection}`}>
      <header className="page-head">
        <h1 className="page-title row"><Icon name={iconNamed(entity.icon)} size={20} />{entity.plural[i18n.language as Language]}</h1>
        <span className="count-plain num" role="status" aria-label={t("records.count_label")} data-testid="records-count">{countText(rows.count, i18n.language)}</span>
        <span className="grow" />
        <TakeOut entity={entity} state={state} />
        {creates && <Button look="primary" icon="plus" onPress={make} data-testid="record-new">{t("records.new")}</Button>}
      </header>
      <ViewTabs entity={entity} views={views} state={state} columns={columns.shown} differs={differs(state, view, columns.changed)}
        choose={(id) => { columns.forget(); void go(listAddress(entity) + toSearch({ filter: undefined, sort: undefined, words: "", deleted: false, view: id }), { replace: true, from: place.path }); }}
        removed={(deleted) => void go(listAddress(entity) + toSearch({ filter: undefined, sort: undefined, words: "", deleted, view: "" }), { replace: true, from: place.path })} />
      <div className="tools">
        <Words value={state.words} change={(words) => set({ words })} label={entity.plural[i18n.language as Language]} />
        <FilterBar entity={entity} filter={state.filter} named={rows.named} change={(filter) => set({ filter })} />
        <span className="grow" />
        <ColumnsMenu entity={entity} columns={columns.shown} change={columns.change} />
      </div>
      <Notice entity={entity} of={null} version={versionOf(rows.items)} />
      <RecordGrid entity={entity} rows={rows} state={state} sort={(sort) => set({ sort })} columns={columns.shown} selection={chosen} select={choose}
        empty={narrowed ? <Empty icon="filter" title={t("records.nothing_fits")}><p>{t("records.nothing_fits_text")}</p><Button small onPress={() => set({ filter: null, words: "" })}>{t("records.filter_clear")}</Button></Empty>
          : <Empty icon={iconNamed(entity.icon)} title={t(state.deleted ? "records.none_removed" : "records.none")}>{creates && !state.deleted && <Button small icon="plus" onPress={make}>{t("records.new")}</Button>}</Empty>} />
      {chosen.size > 0 && <BulkBar entity={entity} chosen={chosen} rows={rows.items ?? []} deleted={state.deleted} clear={() => choose(new Set())} done={rows.again} />}
    </main>
  );
}

/** Another one when rows have changed. */
const versionOf = (rows: readonly RecordRow[] | null): string => (rows ?? []).map(({ id, row_version: version }) => `${id}/${version}`).join();

/** Words beyond 10,000 rows would cost more than they say. */
function countText(count: number | null, language: string): string {
  if (count === null) return "";
  return count > MOST_COUNTED ? `${MOST_COUNTED.toLocaleString(language)}+` : count.toLocaleString(language);
}

function differs(state: ReturnType<typeof resolved>, view: View | null, columnsChanged: boolean): boolean {
  if (!view) return state.filter !== null || state.sort !== "" || columnsChanged;
  return JSON.stringify(view.filter) !== JSON.stringify(state.filter) || view.sort !== state.sort || columnsChanged;
}

/** The columns of the list or of the view: chosen ones are remembered here, a view's own until it is saved. */
function useColumns(entity: EntityDoc, view: View | null) {
  const saved = view && view.id !== MINE ? view : null;
  const [mine, setMine] = useState<{ of: string; columns: readonly string[] | null } | null>(null);
  const own = mine?.of === (saved?.id ?? "") ? mine : null;
  return {
    shown: columnsOf(entity, own?.columns ?? saved?.columns ?? null),
    changed: own !== null && saved !== null,
    change: (columns: readonly string[] | null): void => {
      setMine({ of: saved?.id ?? "", columns });
      if (!saved) rememberColumns(entity, columns);
    },
    forget: (): void => setMine(null),
  };
}

/** Coming back to a list that waited: what happened meanwhile is in it. */
function useAgainWhenShown(shown: boolean, again: () => void): void {
  const [was, setWas] = useState(shown);
  useEffect(() => {
    if (shown && !was) again();
    setWas(shown);
  }, [shown, was, again]);
}

function Words({ value, change, label }: { value: string; change: (words: string) => void; label: string }) {
  const { t } = useTranslation();
  const typed = useTyped();
  const { settled, set } = typed;
  useEffect(() => set(value), [value, set]);
  useEffect(() => {
    if (settled !== value) change(settled);
    // only what has settled is asked for
  }, [settled]);
  return (
    <div className="search-box" role="search">
      <Icon name="search" size={16} />
      <input className="input" type="search" {...typed.bind} aria-label={t("records.words_in", { label })} placeholder={t("records.words")} data-testid="records-words" />
    </div>
  );
}
