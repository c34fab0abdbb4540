import { useMemo, useState } from "react";
import { Button as RacButton, Tree, TreeItem, TreeItemContent, useDragAndDrop, type Key } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { Unsaved } from "../../ui/unsaved";
import { useTyped } from "../../ui/typed";
import { useHere } from "../shell/here";
import { allows, useEntity, type EntityDoc, type RecordAnswer, type RecordPage } from "../records/entities";
import { RecordForm } from "../records/form";
import { QueuesOf } from "./queues-panel";
import { grown, idsOf, lineOf, pruned, type Branch, type Unit } from "./tree";

const MOST = 5000;

async function allUnits(): Promise<Unit[]> {
  const units: Unit[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: "200", sort: "name", ...(cursor ? { cursor } : {}) });
    const page: RecordPage = await call<RecordPage>("GET", `/records/org-units?${query.toString()}`);
    units.push(...(page.items as unknown as Unit[]));
    cursor = page.next_cursor;
  } while (cursor !== null && units.length < MOST);
  return units;
}

/** The path is the program's own: the line above the form says it in names. */
const shownOf = (entity: EntityDoc): string[] => entity.fields.map(({ name }) => name).filter((name) => name !== "path");

type Chosen = { id: string } | { under: string | null } | null;

/** Departments as a tree: searched, unfolded, moved by dragging (or Enter, arrows, Enter) and by the form beside it. */
export default function UnitsPage() {
  const { t } = useTranslation();
  const { place } = useHere();
  const entity = useEntity("org_unit");
  const { data, problem, again } = useResource("units", allUnits);
  const [chosen, choose] = useState<Chosen>(null);
  if (!data || !entity) return <main className="records-page">{problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>}</main>;
  return (
    <Unsaved path={place.path}><main className="records-page two" data-testid="units">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="building" size={20} />{t("admin.units")}</h1>
        <span className="count-plain num" data-testid="units-count">{data.length}</span>
        <span className="grow" />
        {allows(entity, "create") && <Button look="primary" icon="plus" onPress={() => choose({ under: chosen && "id" in chosen ? chosen.id : null })} data-testid="unit-new">{t(chosen && "id" in chosen ? "admin.unit_new_below" : "records.new")}</Button>}
      </header>
      <div className="two-panes wide">
        <Units entity={entity} units={data} chosen={chosen && "id" in chosen ? chosen.id : null} choose={(id) => choose({ id })} moved={again} />
        <div className="pane-main scroll" tabIndex={-1}>
          {chosen === null ? <Empty icon="building" title={t("admin.unit_choose")}><p>{t("admin.unit_choose_text")}</p></Empty>
            : "id" in chosen ? <OneUnit key={chosen.id} entity={entity} id={chosen.id} units={data} saved={again} gone={() => { choose(null); again(); }} />
            : <RecordForm key={`new-${chosen.under}`} entity={entity} only={shownOf(entity)} record={null} named={chosen.under ? { org_unit: { [chosen.under]: data.find(({ id }) => id === chosen.under)?.name ?? "" } } : {}} initial={chosen.under ? { parent_id: chosen.under } : {}} saved={({ record }) => { again(); choose({ id: record.id }); }} leave={() => choose(null)} />}
        </div>
      </div>
    </main></Unsaved>
  );
}

interface UnitsProps {
  entity: EntityDoc;
  units: Unit[];
  chosen: string | null;
  choose: (id: string) => void;
  moved: () => void;
}

function Units({ entity, units, chosen, choose, moved }: UnitsProps) {
  const { t } = useTranslation();
  const typed = useTyped();
  const whole = useMemo(() => grown(units), [units]);
  const shown = useMemo(() => pruned(whole, typed.settled), [whole, typed.settled]);
  const [open, setOpen] = useState<Set<Key>>(() => new Set(whole.map(({ unit }) => unit.id)));
  const expanded = typed.settled ? new Set<Key>(idsOf(shown)) : chosen ? new Set<Key>([...open, ...lineOf(units, chosen).slice(1)]) : open;
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ "text/plain": units.find(({ id }) => id === key)?.name ?? "", "trunkline-unit": String(key) })),
    acceptedDragTypes: ["trunkline-unit"],
    getDropOperation: (target) => (target.type === "item" && target.dropPosition === "on" ? "move" : "cancel"),
    onItemDrop: async ({ items, target }) => {
      const under = String(target.key);
      for (const item of items) {
        if (item.kind !== "text") continue;
        const id = await item.getText("trunkline-unit");
        attempt(call("PATCH", `/records/org-units/${segment(id)}`, { parent_id: under }).then(() => { setOpen((now) => new Set([...now, under])); moved(); }));
      }
    },
    isDisabled: !allows(entity, "update"),
  });
  return (
    <div className="pane-list units">
      <div className="search-box"><Icon name="search" size={16} /><input className="input" type="search" {...typed.bind} aria-label={t("admin.unit_search")} placeholder={t("admin.unit_search")} data-testid="unit-search" /></div>
      <Tree className="unit-tree scroll" aria-label={t("admin.units")} selectionMode="single" selectionBehavior="replace" selectedKeys={chosen ? [chosen] : []} expandedKeys={expanded} onExpandedChange={setOpen}
        onSelectionChange={(keys) => { const [key] = keys === "all" ? [] : keys; if (key !== undefined) choose(String(key)); }} dragAndDropHooks={dragAndDropHooks} renderEmptyState={() => <p className="faint small picker-none">{t("records.none_found")}</p>}>
        {shown.map((branch) => <UnitItem key={branch.unit.id} branch={branch} />)}
      </Tree>
    </div>
  );
}

function UnitItem({ branch }: { branch: Branch }) {
  const { t } = useTranslation();
  return (
    <TreeItem id={branch.unit.id} textValue={branch.unit.name} className="unit" data-testid={`unit-${branch.unit.code ?? branch.unit.id}`}>
      <TreeItemContent>
        {({ isExpanded, hasChildItems, level, allowsDragging }) => (
          <span className="unit-line" style={{ paddingLeft: (level - 1) * 18 }}>
            {hasChildItems ? <RacButton slot="chevron" className="unit-fold"><Icon name={isExpanded ? "down" : "right"} size={14} /></RacButton> : <span className="unit-fold" />}
            {allowsDragging && <RacButton slot="drag" className="unit-grip" aria-label={t("admin.unit_move", { name: branch.unit.name })}><Icon name="grip" size={14} /></RacButton>}
            <span className="grow clip" dir="auto">{branch.unit.name}</span>
            {branch.unit.code && <span className="tiny faint">{branch.unit.code}</span>}
            {branch.below > 0 && <span className="count-plain tiny num">{branch.below}</span>}
          </span>
        )}
      </TreeItemContent>
      {branch.children.map((child) => <UnitItem key={child.unit.id} branch={child} />)}
    </TreeItem>
  );
}

function OneUnit({ entity, id, units, saved, gone }: { entity: EntityDoc; id: string; units: Unit[]; saved: () => void; gone: () => void }) {
  const { t } = useTranslation();
  const unit = units.find((each) => each.id === id);
  const { data, problem, again } = useResource(`unit ${id}`, () => call<RecordAnswer>("GET", `/records/org-units/${segment(id)}`), unit?.parent_id ?? "");
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const path = lineOf(units, id).reverse().map((each) => units.find((one) => one.id === each)?.name ?? "");
  return (
    <>
      <div className="row unit-head"><p className="soft small grow">{path.join(" › ")}</p>
        {allows(entity, "delete") && <Button small look="quiet" icon="trash" onPress={() => attempt(call("DELETE", `/records/org-units/${segment(id)}`, undefined, { "If-Match": `"${data.record.row_version}"` }).then(gone))} data-testid="unit-remove">{t("records.remove")}</Button>}
      </div>
      <RecordForm entity={entity} only={shownOf(entity)} record={data.record} named={data.named} saved={() => { again(); saved(); }} />
      <section className="unit-queues" aria-labelledby="unit-queues"><h2 className="label" id="unit-queues">{t("departments.queues")}</h2><QueuesOf entity={entity} id={id} /></section>
    </>
  );
}
