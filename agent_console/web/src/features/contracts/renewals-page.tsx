import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { ContractDoc, Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { usePages } from "../../store/pages";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure } from "../../ui/panes";
import { recordAddress, type Named, type RecordPage, type RecordRow } from "../records/entities";
import { day } from "../records/values";
import { LimitMark, StateMark } from "./contract-marks";
import { Kept } from "./kept";
import { readStanding } from "./standing";

const DUE = JSON.stringify({ field: "state", is: "eq", value: "renewal_due" });
const CONTRACTS = { collection: "service-contracts" };

function page(cursor: string | null): Promise<{ items: { row: RecordRow; named: Named }[]; next_cursor: string | null }> {
  const query = new URLSearchParams({ filter: DUE, sort: "ends_on", limit: "20", ...(cursor === null ? {} : { cursor }) });
  return call<RecordPage>("GET", `/records/service-contracts?${query.toString()}`).then((found) => ({ next_cursor: found.next_cursor, items: found.items.map((row) => ({ row, named: found.named })) }));
}

/** Contracts that are up for renewal, with how promises were kept in their term. */
export default function RenewalsPage() {
  const { t } = useTranslation();
  const { items, problem, again, more } = usePages("renewals", page);
  return (
    <main className="renewals scroll" tabIndex={0} aria-label={t("contracts.renewals")} data-testid="renewals-page">
      <header className="renewals-head"><h1 className="page-title">{t("contracts.renewals")}</h1><p className="soft small">{t("contracts.renewals_text")}</p></header>
      {!items ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />) : items.length === 0 ? <Empty icon="check" title={t("contracts.no_renewals")} /> : (
        <ul className="panel">{items.map(({ row, named }) => <li key={row.id}><Renewal row={row} named={named} /></li>)}</ul>
      )}
      {more && <Button small look="quiet" onPress={more}>{t("records.more")}</Button>}
    </main>
  );
}

function Renewal({ row, named }: { row: RecordRow; named: Named }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const now = useNow();
  const standing = useResource(row.id, () => readStanding(row.id));
  const name = (entity: string, id: unknown): string => (typeof id === "string" ? (named[entity]?.[id] ?? "") : "");
  const over = typeof row.over_at === "number" ? row.over_at : now;
  return (
    <article className="renewal" data-testid="renewal">
      <div className="line-two">
        <Link to={recordAddress(CONTRACTS, row.id)} className="strong clip">{name("party", row.party_id) || String(row.number)}</Link>
        <span className="tiny faint num clip">{String(row.number)}{typeof row.name === "string" ? ` · ${row.name}` : ""}</span>
      </div>
      <div className="line-two"><span className="num small">{day(String(row.ends_on), language)}</span><span className="tiny faint">{t("contracts.days_left", { count: Math.max(0, Math.ceil((over - now) / 86_400)) })}</span></div>
      <div>{standing.data ? <Kept performance={standing.data.performance} /> : standing.problem ? <Failure problem={standing.problem} /> : <Bones lines={1} />}</div>
      <div className="row wrap">
        <StateMark state={row.state as ContractDoc["state"]} />
        {standing.data && <LimitMark contract={standing.data.contract} />}
        <span className="row small soft"><Icon name="user" size={15} />{name("user", row.owner_id) || "–"}</span>
      </div>
    </article>
  );
}
