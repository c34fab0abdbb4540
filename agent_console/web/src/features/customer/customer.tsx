import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { CaseRow, Item, Language, KnownPart, Party, PartyDetail, PastInteraction, PointDoc } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { CallNumber } from "../dialling/call-number";
import { Timeline } from "../customers/timeline";
import { partyAddress, type Relation } from "../customers/types";
import { CasePill } from "../interaction/case-box";
import { Past, Tier } from "../interaction/brief";
import { Wishes } from "../wishes/lines";

/** The customer beside the work: who they are, what was, what is open, what was noted. */
export function Customer({ item }: { item: Item | null }) {
  const { t } = useTranslation();
  if (!item) return <Empty icon="user" title={t("customer.nobody")}><p>{t("customer.nobody_text")}</p></Empty>;
  if (item.match.strength === "pending") return <div className="tabpanel"><Bones lines={5} /></div>;
  const party = item.match.strength === "one" ? item.match.parties[0] : undefined;
  if (!party) return <Empty icon="unknown" title={t("customer.not_linked")}><p>{t("customer.not_linked_text")}</p></Empty>;
  return <Known party={party} item={item} />;
}

function Known({ party, item }: { party: Party; item: Item }) {
  const { t } = useTranslation();
  const detail = useResource(party.id, () => call<PartyDetail>("GET", `/parties/${segment(party.id)}`), String(item.version));
  const cases = detail.data?.cases ?? party.cases;
  const history = detail.data?.interactions ?? party.interactions;
  const retry = detail.problem && !detail.data ? <Failure problem={detail.problem} retry={detail.again} /> : null;
  return (
    <Tabs className="tabs">
      <TabList className="tablist" aria-label={t("desk.customer")}>
        <Tab id="profile" className="tab">{t("customer.profile")}</Tab>
        <Tab id="history" className="tab">{t("customer.history")}<Count n={history.length} /></Tab>
        <Tab id="cases" className="tab">{t("customer.cases")}<Count n={cases.length} /></Tab>
        <Tab id="notes" className="tab">{t("customer.notes")}</Tab>
        <Tab id="timeline" className="tab">{t("customers.timeline")}</Tab>
        <Tab id="relations" className="tab">{t("customers.relations")}</Tab>
      </TabList>
      <Panel id="profile"><Script party={party} /><Profile party={party} version={String(item.version)} /></Panel>
      <Panel id="history"><History history={history.filter(({ id }) => id !== item.id)} again={party.phones[0]} party={party.id} />{retry}</Panel>
      <Panel id="cases"><Cases cases={cases} current={item.case?.id} />{retry}</Panel>
      <Panel id="notes"><Notes party={party} /></Panel>
      <Panel id="timeline"><Timeline party={party.id} version={String(item.version)} /></Panel>
      <Panel id="relations"><Related party={party.id} /></Panel>
    </Tabs>
  );
}

const Count = ({ n }: { n: number }) => (n > 0 ? <span className="count">{n}</span> : null);

function Panel({ id, children }: { id: string; children: ReactNode }) {
  return <TabPanel id={id} className="tabpanel scroll">{children}</TabPanel>;
}

export function Profile({ party, version = "" }: { party: Omit<Party, "cases" | "interactions" | KnownPart>; version?: string }) {
  const { t } = useTranslation();
  const rows: [string, string | null | undefined][] = [
    [t("customer.organisation"), party.organisation],
    [t("customer.title"), [party.title, party.department].filter(Boolean).join(" · ")],
    [t("customers.superior"), party.superior],
    [t("customers.stage"), party.lifecycle && t(`lifecycle.${party.lifecycle}`, { defaultValue: party.lifecycle })],
    [t("customers.membership"), party.membership && [party.membership.number, party.membership.tier && t(`tier.${party.membership.tier}`, { defaultValue: party.membership.tier }), party.membership.until && t("customers.until", { day: party.membership.until })].filter(Boolean).join(" · ")],
  ];
  return (
    <div className="profile" lang={party.language ?? undefined}>
      <div className="profile-head">
        <span className="candidate-icon big"><Icon name={party.kind === "organisation" ? "building" : "user"} size={24} /></span>
        <div className="grow"><h2 className="clip"><Link to={partyAddress(party.id)} className="plain-link">{party.name}</Link></h2>{party.tier && <Tier tier={party.tier} />}</div>
      </div>
      <Wishes party={party.id} medium="phone" version={version} />
      <dl className="facts">
        {rows.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
        {party.traits.length > 0 && <div><dt>{t("customers.traits")}</dt><dd className="row wrap">{party.traits.map((trait) => <Pill key={trait} tone="accent">{trait}</Pill>)}</dd></div>}
        {party.points.length > 0 && <div><dt>{t("customers.points")}</dt><dd>{party.points.map((point) => <Point key={point.id} point={point} party={party.id} />)}</dd></div>}
      </dl>
    </div>
  );
}

const NUMBERS = new Set(["phone", "sms", "fax"]);

function Point({ point, party }: { point: PointDoc; party: string }) {
  const { t } = useTranslation();
  const why = point.invalid_since !== null ? point.invalid_reason || t("customers.invalid") : point.opted_out_at !== null ? t("customers.opted_out") : point.current ? "" : t("customers.expired");
  return (
    <span className="block-line">
      {point.kind === "phone" ? <CallNumber number={point.normal} party={party} className={point.current ? "num breakable" : "num breakable struck"} /> : <span className={point.current ? "num breakable" : "num breakable struck"} dir="auto">{NUMBERS.has(point.kind) ? phoneNumber(point.normal) : point.raw}</span>}
      {(point.label || why) && <span className="tiny faint"> {[point.label, why].filter(Boolean).join(" · ")}</span>}
    </span>
  );
}

/** What is said to this customer, where somebody has written it down. */
function Script({ party }: { party: Party }) {
  const { t } = useTranslation();
  if (!party.script) return null;
  return <section className="script" aria-label={t("customers.script")} data-testid="script"><h3 className="label">{t("customers.script")} · {party.script.name}</h3><p dir="auto">{party.script.text}</p></section>;
}

function Related({ party }: { party: string }) {
  const { t, i18n } = useTranslation();
  const address = `/parties/${segment(party)}/relations`;
  const { data, problem, again } = useResource(address, () => call<{ items: Relation[] }>("GET", address));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const open = data.items.filter((each) => each.open);
  if (open.length === 0) return <Empty icon="link" title={t("customers.no_relations")} />;
  return (
    <ul className="lines airy">
      {open.map((each) => <li key={`${each.id} ${each.outward}`} className="line"><span className="grow line-two"><span className="clip"><span className="soft">{each.label[i18n.language as Language]}</span> <Link to={partyAddress(each.other.id)} className="strong" dir="auto">{each.other.name}</Link></span>{(each.role || each.department) && <span className="tiny faint">{[each.role, each.department].filter(Boolean).join(" · ")}</span>}</span></li>)}
    </ul>
  );
}

export function History({ history, again, party = "" }: { history: PastInteraction[]; again?: string | undefined; party?: string }) {
  const { t } = useTranslation();
  if (history.length === 0) return <Empty icon="clock" title={t("customer.no_history")} />;
  return <ul className="lines airy">{history.map((each) => <Past key={each.id} past={each} again={again} party={party} />)}</ul>;
}

export function Cases({ cases, current }: { cases: CaseRow[]; current: string | undefined }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (cases.length === 0) return <Empty icon="case" title={t("customer.no_cases")} />;
  return (
    <ul className="lines airy">
      {cases.map((each) => (
        <li key={each.id} className="case-line" aria-current={each.id === current}>
          <span className="row"><span className="grow clip strong" dir="auto">{each.subject}</span><CasePill status={each.status} /></span>
          <span className="row tiny faint num"><span className="grow">{each.number}</span>{each.updated_at !== undefined && moment(each.updated_at, now, i18n.language as Language)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Notes({ party }: { party: Pick<Party, "note" | "language"> }) {
  const { t } = useTranslation();
  if (!party.note) return <Empty icon="note" title={t("customer.no_notes")}><p>{t("customer.no_notes_text")}</p></Empty>;
  return <p className="customer-note" lang={party.language ?? undefined}>{party.note}</p>;
}
