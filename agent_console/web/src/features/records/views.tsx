import { useState } from "react";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { useEntity, type EntityDoc, type RecordAnswer, type RecordPage, type RecordRow } from "./entities";
import { fromFilter, toFilter, type Filter } from "./filters";
import type { ListState } from "./list-state";

export interface View {
  id: string;
  name: string;
  filter: Filter | null;
  sort: string;
  columns: string[] | null;
  shared: boolean;
  mine: boolean;
  version: number;
}

export const MINE = "mine";

function viewOf(row: RecordRow, user: string): View {
  const group = fromFilter(row["filter"]);
  const columns = row["columns"];
  return {
    id: row.id, name: String(row["name"] ?? ""), filter: group && toFilter(group), sort: String(row["sort"] ?? ""),
    columns: Array.isArray(columns) && columns.length > 0 ? columns.map(String) : null,
    shared: row["shared"] === true, mine: row["owner_id"] === user, version: row.row_version,
  };
}

export interface Views {
  views: View[];
  again: () => void;
}

/** The saved views of an entity that are one's own or shared, and the one that every scoped entity has: one's own rows. */
export function useViews(entity: EntityDoc): Views {
  const { session } = useDesk();
  const { t } = useTranslation();
  const keeps = useEntity("saved_view") !== null;
  const filter = JSON.stringify({ field: "entity", is: "eq", value: entity.name });
  const query = new URLSearchParams({ filter, sort: "name", limit: "200" });
  const { data, again } = useResource(keeps ? `views ${entity.name}` : null, () => call<RecordPage>("GET", `/records/views?${query.toString()}`));
  const mine: View[] = entity.scoped
    ? [{ id: MINE, name: t("records.mine_rows"), filter: { field: "owner_id", is: "eq", value: session.user.id }, sort: "", columns: null, shared: false, mine: false, version: 0 }]
    : [];
  return { views: [...mine, ...(data?.items ?? []).map((row) => viewOf(row, session.user.id))], again };
}

interface Props {
  entity: EntityDoc;
  views: Views;
  state: ListState;
  columns: readonly string[];
  /** Whether what is shown is not what the view says. */
  differs: boolean;
  choose: (view: string) => void;
  removed: (shown: boolean) => void;
}

/** Views as tabs: all, mine, and those that were saved; what is on the screen becomes one with a name. */
export function ViewTabs({ entity, views, state, columns, differs, choose, removed }: Props) {
  const { t } = useTranslation();
  const saves = useEntity("saved_view");
  const current = views.views.find(({ id }) => id === state.view) ?? null;
  const keeps = saves !== null && saves.scopes.create !== "none";
  const mayShare = saves?.scopes.update === "all";
  return (
    <div className="views" role="group" aria-label={t("records.views")}>
      <Tab id="" name={t("records.all_rows")} here={!state.view && !state.deleted} choose={() => choose("")} />
      {views.views.map((view) => <Tab key={view.id} id={view.id} name={view.name} shared={view.shared} here={view.id === state.view && !state.deleted} choose={() => choose(view.id)} />)}
      {entity.scopes.delete !== "none" && <Tab id="removed" name={t("records.removed_rows")} here={state.deleted} choose={() => removed(true)} />}
      <span className="grow" />
      {current && current.id !== MINE && (current.mine || mayShare) && <ViewMenu view={current} mayShare={mayShare} done={views.again} gone={() => choose("")} />}
      {keeps && differs && !state.deleted && (
        <DialogTrigger>
          <Button small look="quiet" icon="star" data-testid="view-save">{t("records.view_save")}</Button>
          <Popover placement="bottom end" className="pop view-pop">
            <Dialog className="dialog" aria-label={t("records.view_save")}>
              {({ close }) => <SaveView entity={entity} state={state} columns={columns} current={current && current.id !== MINE && (current.mine || mayShare) ? current : null} mayShare={mayShare} done={(id) => { close(); views.again(); choose(id); }} />}
            </Dialog>
          </Popover>
        </DialogTrigger>
      )}
    </div>
  );
}

function Tab({ id, name, shared, here, choose }: { id: string; name: string; shared?: boolean; here: boolean; choose: () => void }) {
  const { t } = useTranslation();
  return <button type="button" className="view-tab" aria-pressed={here} onClick={choose} data-testid={`view-${id || "all"}`}>{shared && <><Icon name="users" size={14} /><span className="vh">{t("records.view_shared")}</span></>}<span dir="auto">{name}</span></button>;
}

interface SaveProps {
  entity: EntityDoc;
  state: ListState;
  columns: readonly string[];
  current: View | null;
  mayShare: boolean;
  done: (id: string) => void;
}

function SaveView({ entity, state, columns, current, mayShare, done }: SaveProps) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [busy, problem, run] = useBusy();
  const kept = { filter: state.filter, sort: state.sort || null, columns };
  const change = (view: View): void => run(() => call<RecordAnswer>("PATCH", `/records/views/${segment(view.id)}`, kept).then(() => { tell("records.view_saved"); done(view.id); }));
  const make = (): void => run(() => call<RecordAnswer>("POST", "/records/views", { entity: entity.name, name: name.trim(), shared, ...kept }).then(({ record }) => { tell("records.view_saved"); done(record.id); }));
  return (
    <form className="col view-form" onSubmit={(event) => { event.preventDefault(); if (name.trim()) make(); }}>
      {current && <><Button icon="check" isDisabled={busy} onPress={() => change(current)}>{t("records.view_change", { name: current.name })}</Button><hr className="menu-sep" /></>}
      <label className="field"><span className="label">{t("records.view_name")}</span><input className="input" value={name} maxLength={100} autoFocus onChange={(event) => setName(event.target.value)} data-testid="view-name" /></label>
      {mayShare && <label className="row check"><input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} data-testid="view-shared" />{t("records.view_share")}</label>}
      <Wrong problem={problem} />
      <Button type="submit" look="primary" icon="star" isDisabled={busy || !name.trim()} data-testid="view-make">{t("records.view_make")}</Button>
    </form>
  );
}

function ViewMenu({ view, mayShare, done, gone }: { view: View; mayShare: boolean; done: () => void; gone: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(view.name);
  const [busy, problem, run] = useBusy();
  const address = `/records/views/${segment(view.id)}`;
  const change = (values: object, close: () => void): void => run(() => call("PATCH", address, values).then(() => { done(); close(); }));
  return (
    <DialogTrigger>
      <IconButton small icon="more" label={t("records.view_more")} data-testid="view-more" />
      <Popover placement="bottom end" className="pop view-pop">
        <Dialog className="dialog" aria-label={view.name}>
          {({ close }) => (
            <form className="col view-form" onSubmit={(event) => { event.preventDefault(); if (name.trim()) change({ name: name.trim() }, close); }}>
              <label className="field"><span className="label">{t("records.view_name")}</span><input className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} /></label>
              <Button type="submit" icon="check" isDisabled={busy || !name.trim() || name.trim() === view.name}>{t("records.view_rename")}</Button>
              {mayShare && <Button icon="users" isDisabled={busy} onPress={() => change({ shared: !view.shared }, close)}>{t(view.shared ? "records.view_unshare" : "records.view_share")}</Button>}
              <Wrong problem={problem} />
              <Button look="quiet" icon="trash" isDisabled={busy} onPress={() => run(() => call("DELETE", address).then(() => { close(); gone(); done(); }))} data-testid="view-remove">{t("records.view_remove")}</Button>
            </form>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
