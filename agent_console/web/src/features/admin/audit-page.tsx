import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { go } from "../../route";
import { usePages } from "../../store/pages";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { useHere } from "../shell/here";
import { fieldOf, recordAddress, useEntities, type EntityDoc, type Named } from "../records/entities";
import { RecordPicker } from "../records/picker";
import { momentText, textOf } from "../records/values";
import { apiFilter, dayOf, fromAuditSearch, midnight, nextMidnight, toAuditSearch, type AuditFilter } from "./audit-filter";

interface Told {
  seq: number;
  at: number;
  actor: string;
  via: string;
  action: string;
  entity: string;
  object_id: string | null;
  detail: Record<string, unknown> | null;
}

interface Verdict {
  events: number;
  broken_at: number | null;
}

const ACTIONS = ["created", "changed", "deleted", "put_back", "read", "listed", "exported", "imported", "merged", "erased", "copied", "sent_unwanted", "signed_in", "verified"] as const;

/** Who did what, when and to what: the whole chain, narrowed as one likes, verified by one press. */
export default function AuditPage() {
  const { t } = useTranslation();
  const { place } = useHere();
  const filter = fromAuditSearch(place.search);
  const query = apiFilter(filter);
  const { items, problem, again, more } = usePages(`audit ${query}`, (cursor) =>
    call<{ items: Told[]; named: Named; next_cursor: string | null }>("GET", `/audit?${query}${cursor === null ? "" : `&cursor=${cursor}`}`).then((page) => ({ next_cursor: page.next_cursor, items: page.items.map((told) => ({ told, named: page.named })) })));
  return (
    <main className="records-page" data-testid="audit">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="shield" size={20} />{t("page.audit")}</h1>
        <span className="grow" />
        <a className="btn" href={`/api/v1/audit/export?${query}`} download data-testid="audit-export"><Icon name="arrowOut" />{t("audit.export")}</a>
        <Verify />
      </header>
      <AuditTools filter={filter} />
      {!items ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>)
        : items.length === 0 ? <Empty icon="filter" title={t("records.nothing_fits")} /> : (
          <div className="audit-frame scroll" tabIndex={0} role="region" aria-label={t("page.audit")}>
            <table className="audit">
              <thead><tr>{["at", "actor", "action", "object", "detail"].map((name) => <th key={name} scope="col">{t(`audit.${name}`)}</th>)}</tr></thead>
              <tbody>{items.map(({ told, named }) => <Event key={told.seq} told={told} named={named} />)}</tbody>
            </table>
            {more && <Button look="quiet" onPress={more}>{t("records.more")}</Button>}
          </div>
        )}
    </main>
  );
}

function Verify() {
  const { t, i18n } = useTranslation();
  const [busy, problem, run] = useBusy();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  return (
    <>
      <Wrong problem={problem} />
      {verdict && (
        <Banner tone={verdict.broken_at === null ? "accent" : "stop"} icon={verdict.broken_at === null ? "check" : "warn"}>
          <span data-testid="audit-verdict">{verdict.broken_at === null ? t("audit.whole", { count: verdict.events, shown: verdict.events.toLocaleString(i18n.language) }) : t("audit.broken", { place: verdict.broken_at })}</span>
        </Banner>
      )}
      <Button look="primary" icon="shield" isDisabled={busy} onPress={() => run(() => call<Verdict>("POST", "/audit/verify").then(setVerdict))} data-testid="audit-verify">{t(busy ? "audit.verifying" : "audit.verify")}</Button>
    </>
  );
}

function AuditTools({ filter }: { filter: AuditFilter }) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const [user, setUser] = useState("");
  const set = (change: Partial<AuditFilter>): void => void go(`/admin/audit${toAuditSearch({ ...filter, ...change })}`, { replace: true });
  return (
    <div className="tools audit-tools">
      <div className="audit-user"><RecordPicker refers="user" value={filter.user || null} name={user || null} label={t("audit.actor")} placeholder={t("audit.any_user")} linked={false} testid="audit-user" change={(id, name) => { setUser(id === null ? "" : name); set({ user: id ?? "" }); }} /></div>
      <select className="input slim" aria-label={t("audit.action")} value={filter.action} onChange={(event) => set({ action: event.target.value })} data-testid="audit-action">
        <option value="">{t("audit.any_action")}</option>
        {[...new Set([...ACTIONS, ...(filter.action ? [filter.action] : [])])].map((action) => <option key={action} value={action}>{t(`audit.action_${action}`, { defaultValue: action })}</option>)}
      </select>
      <select className="input slim" aria-label={t("admin.records")} value={filter.entity} onChange={(event) => set({ entity: event.target.value })} data-testid="audit-entity">
        <option value="">{t("audit.any_entity")}</option>
        {(entities ?? []).map(({ name, plural }) => <option key={name} value={name}>{plural[i18n.language as Language]}</option>)}
        <option value="audit">{t("page.audit")}</option>
      </select>
      <input className="input slim audit-object" value={filter.object} aria-label={t("audit.object")} placeholder={t("audit.any_object")} onChange={(event) => set({ object: event.target.value.trim() })} />
      <label className="row small soft">{t("audit.since")}<input className="input slim" type="date" value={dayOf(filter.since)} onChange={(event) => set({ since: midnight(event.target.value) })} data-testid="audit-since" /></label>
      <label className="row small soft">{t("audit.until")}<input className="input slim" type="date" value={dayOf(filter.until === null ? null : filter.until - 1)} onChange={(event) => set({ until: nextMidnight(event.target.value) })} data-testid="audit-until" /></label>
      {toAuditSearch(filter) && <button type="button" className="link-button" onClick={() => void go("/admin/audit", { replace: true })}>{t("records.filter_clear")}</button>}
    </div>
  );
}

function Event({ told, named }: { told: Told; named: Named }) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  const entity = entities?.find(({ name }) => name === told.entity);
  return (
    <tr data-testid={`event-${told.seq}`}>
      <td className="num">{momentText(told.at, i18n.language as Language)}<span className="tiny faint block-line">#{told.seq}</span></td>
      <td><span className="strong">{told.actor}</span><span className="tiny faint block-line">{t(`audit.via_${told.via}`, { defaultValue: told.via })}</span></td>
      <td>{t(`audit.action_${told.action}`, { defaultValue: told.action })}</td>
      <td>{entity ? entity.label[i18n.language as Language] : told.entity}{told.object_id && <span className="tiny block-line breakable">{entity ? <Link to={recordAddress(entity, told.object_id)}>{told.object_id}</Link> : told.object_id}</span>}</td>
      <td><Detail told={told} entity={entity ?? null} named={named} /></td>
    </tr>
  );
}

const AT_A_GLANCE = 4;

function Detail({ told, entity, named }: { told: Told; entity: EntityDoc | null; named: Named }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [whole, setWhole] = useState(false);
  if (told.detail === null) return <span className="faint">{t("audit.erased")}</span>;
  const changes = Object.entries((told.detail["changes"] ?? {}) as Record<string, [unknown, unknown]>).map(([name, [before, after]]) => {
    const field = entity ? fieldOf(entity, name) : undefined;
    const text = (value: unknown): string => (field ? textOf(field, value, named, { t, language }) : value === null ? "" : plain(value));
    return { name, label: field ? field.label[language] : name, before: text(before), after: text(after) || t("records.nothing") };
  });
  const rest = Object.entries(told.detail).filter(([name, value]) => !["changes", "request_id"].includes(name) && value !== null && value !== "")
    .map(([name, value]) => ({ name, label: t(`audit.detail_${name}`, { defaultValue: name }), before: "", after: plain(value) }));
  const all = [...changes, ...rest];
  const shown = whole || all.length <= AT_A_GLANCE ? all : all.slice(0, AT_A_GLANCE - 1);
  return (
    <>
      <dl className="past-changes">
        {shown.map(({ name, label, before, after }) => <div key={name}><dt>{label}</dt><dd dir="auto" className="breakable">{before && <><del>{before}</del> <span aria-hidden="true">→</span> </>}<ins>{after}</ins></dd></div>)}
      </dl>
      {shown.length < all.length && <button type="button" className="link-button" onClick={() => setWhole(true)}>{t("audit.rest", { count: all.length - shown.length })}</button>}
    </>
  );
}

const plain = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
