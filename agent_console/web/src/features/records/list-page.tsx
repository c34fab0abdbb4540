import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { go } from "../../route";
import { Button } from "../../ui/button";
import { Icon, iconNamed } from "../../ui/icon";
import { Empty } from "../../ui/panes";
import { useShortcut } from "../desk/shortcuts";
import { useHere } from "../shell/here";
import { allows, listAddress, useEntities, type EntityDoc } from "./entities";
import { RecordGrid } from "./list";
import { columnsOf, fromSearch, toSearch, type ListState } from "./list-state";
import { TakeOut } from "./take-out";
import { useRows } from "./use-rows";

/** `/records/<collection>`: an entity's rows. */
export default function ListPage({ params }: PageProps) {
  const { t } = useTranslation();
  const { entities } = useEntities();
  const entity = entities?.find(({ collection }) => collection === params["collection"]);
  if (!entity) return <main><Empty icon="question" title={t("page.missing")}><p>{t("page.missing_text")}</p></Empty></main>;
  return <EntityList key={entity.name} entity={entity} />;
}

function EntityList({ entity }: { entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const { place, shown } = useHere();
  const state = fromSearch(place.search);
  const set = (next: Partial<ListState>): void => void go(listAddress(entity) + toSearch({ ...state, ...next }), { replace: true });
  const rows = useRows(entity, state, null);
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const creates = allows(entity, "create");
  const make = (): void => void go(`${listAddress(entity)}/new`);
  useShortcut("create", shown && creates ? make : null);
  return (
    <main className="records-page" data-testid={`list-${entity.collection}`}>
      <header className="page-head">
        <h1 className="page-title row"><Icon name={iconNamed(entity.icon)} size={20} />{entity.plural[i18n.language as Language]}</h1>
        <span className="count-plain num" data-testid="records-count">{rows.count}</span>
        <span className="grow" />
        <TakeOut entity={entity} state={state} />
        {creates && <Button look="primary" icon="plus" onPress={make} data-testid="record-new">{t("records.new")}</Button>}
      </header>
      <RecordGrid entity={entity} rows={rows} state={state} sort={(sort) => set({ sort })} columns={columnsOf(entity, null)} selection={chosen} select={choose}
        empty={<Empty icon={iconNamed(entity.icon)} title={t("records.none")} />} />
    </main>
  );
}
