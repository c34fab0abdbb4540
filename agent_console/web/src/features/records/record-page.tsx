import { Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import type { PageProps } from "../../pages";
import { go } from "../../route";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Boundary } from "../../ui/boundary";
import { Button } from "../../ui/button";
import { Icon, iconNamed } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { SideTabs } from "../../ui/side-tabs";
import { Unsaved } from "../../ui/unsaved";
import { useHere } from "../shell/here";
import { allows, listAddress, recordAddress, titleOf, useEntities, type EntityDoc, type RecordAnswer } from "./entities";
import { RecordForm } from "./form";
import { Notice } from "./notice";
import { panelsOf } from "./panels";
import { momentText } from "./values";

/** `/records/<collection>/<id>`: one record; `new` in place of the id makes one. */
export default function RecordPage({ params }: PageProps) {
  const { t } = useTranslation();
  const { entities } = useEntities();
  const entity = entities?.find(({ collection }) => collection === params["collection"]);
  const id = params["id"] ?? "";
  if (!entity) return <main><Empty icon="question" title={t("page.missing")}><p>{t("page.missing_text")}</p></Empty></main>;
  return id === "new" ? <NewRecord entity={entity} /> : <Kept entity={entity} id={id} />;
}

/** Values that a link gives a new record: `?party_id=...`. */
function given(entity: EntityDoc, search: string): Record<string, unknown> {
  const query = new URLSearchParams(search);
  return Object.fromEntries(entity.fields.filter((field) => field.writable && query.has(field.name)).map((field) => [field.name, query.get(field.name)]));
}

function NewRecord({ entity }: { entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const { place } = useHere();
  const label = entity.label[i18n.language as Language];
  const saved = ({ record }: RecordAnswer): void => void go(recordAddress(entity, record.id), { replace: true, force: true, from: place.path });
  return (
    <Unsaved path={place.path}><main className="record-page" aria-label={t("records.new_of", { label })}>
      <Head entity={entity} title={t("records.new_of", { label })} />
      <div className="record-body alone"><div className="record-main scroll"><RecordForm entity={entity} record={null} named={{}} initial={given(entity, place.search)} saved={saved} leave={() => void go(listAddress(entity))} /></div></div>
    </main></Unsaved>
  );
}

function Kept({ entity, id }: { entity: EntityDoc; id: string }) {
  const { t } = useTranslation();
  const { place } = useHere();
  const address = `/records/${entity.collection}/${segment(id)}`;
  // a removed record is shown to those who may put it back
  const query = allows(entity, "delete") ? "?deleted=true" : "";
  const { data, problem, again } = useResource(address, () => call<RecordAnswer>("GET", address + query));
  const [newer, setNewer] = useState<RecordAnswer | null>(null);
  if (!data) return <main className="record-page"><Head entity={entity} title="" />{problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>}</main>;
  const { record, named } = newer && newer.record.row_version >= data.record.row_version ? newer : data;
  const removed = record.deleted_at !== null;
  return (
    <Unsaved path={place.path}><main className="record-page" aria-label={titleOf(entity, record)} data-testid="record-page">
      <Head entity={entity} title={titleOf(entity, record)}><Actions entity={entity} answer={{ record, named }} changed={again} /></Head>
      {removed && <Banner tone="ring" icon="trash"><span>{t("records.is_removed")}</span></Banner>}
      {!removed && <Notice entity={entity} of={record.id} version={String(record.row_version)} />}
      <div className="record-body">
        <div className="record-main scroll">
          <RecordForm key={removed ? "removed" : "there"} entity={removed ? { ...entity, scopes: { ...entity.scopes, update: "none" } } : entity} record={record} named={named} saved={setNewer} />
          <Stamps record={record} />
        </div>
        <Panels entity={entity} record={record} refresh={again} />
      </div>
    </main></Unsaved>
  );
}

function Head({ entity, title, children }: { entity: EntityDoc; title: string; children?: ReactNode }) {
  const { i18n } = useTranslation();
  return (
    <header className="page-head record-head">
      <span className="record-icon"><Icon name={iconNamed(entity.icon)} size={20} /></span>
      <div className="grow">
        <Link to={listAddress(entity)} className="crumb">{entity.plural[i18n.language as Language]}</Link>
        <h1 className="page-title clip" dir="auto" data-testid="record-title">{title}</h1>
      </div>
      {children}
    </header>
  );
}

function Actions({ entity, answer, changed }: { entity: EntityDoc; answer: RecordAnswer; changed: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const [asks, ask] = useState(false);
  const { record } = answer;
  const address = `/records/${entity.collection}/${segment(record.id)}`;
  if (!allows(entity, "delete")) return null;
  if (record.deleted_at !== null) {
    return <><Wrong problem={problem} /><Button icon="undo" isDisabled={busy} onPress={() => run(() => call("POST", `${address}/put-back`).then(changed))} data-testid="record-put-back">{t("records.put_back")}</Button></>;
  }
  const remove = (): void => run(() => call("DELETE", address, undefined, { "If-Match": `"${record.row_version}"` }).then(() => { ask(false); changed(); }));
  return (
    <>
      <Wrong problem={problem} />
      {asks ? (
        <span className="row" role="group" aria-label={t("records.remove_sure")}>
          <span className="small">{t("records.remove_sure")}</span>
          <Button look="stop" icon="trash" autoFocus isDisabled={busy} onPress={remove} data-testid="record-remove-sure">{t("records.remove")}</Button>
          <Button look="quiet" onPress={() => ask(false)}>{t("records.leave")}</Button>
        </span>
      ) : <Button look="quiet" icon="trash" onPress={() => ask(true)} data-testid="record-remove">{t("records.remove")}</Button>}
    </>
  );
}

function Stamps({ record }: { record: RecordAnswer["record"] }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const at = (name: string): string => (typeof record[name] === "number" ? momentText(record[name], language) : "");
  return <p className="stamps tiny faint num">{t("records.stamps", { created: at("created_at"), changed: at("updated_at"), version: record.row_version })}</p>;
}

function Panels({ entity, record, refresh }: { entity: EntityDoc; record: RecordAnswer["record"]; refresh: () => void }) {
  const { t } = useTranslation();
  const panels = panelsOf(entity.name);
  return (
    <aside className="record-side" aria-label={t("records.beside")}>
      <SideTabs label={t("records.beside")} panels={panels.map((panel) => ({
        id: panel.id, title: t(panel.title), testid: `panel-${panel.id}`,
        content: <Boundary><Suspense fallback={<Bones lines={3} />}><panel.component record={record} entity={entity} refresh={refresh} /></Suspense></Boundary>,
      }))} />
    </aside>
  );
}
