import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { moment, phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { CaseRow, Item, Language, Party, PartyDetail, PastInteraction } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure } from "../../ui/panes";
import { CasePill } from "../interaction/case-box";
import { Past, Tier } from "../interaction/brief";

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
      </TabList>
      <Panel id="profile"><Profile party={party} /></Panel>
      <Panel id="history"><History history={history.filter(({ id }) => id !== item.id)} />{retry}</Panel>
      <Panel id="cases"><Cases cases={cases} current={item.case?.id} />{retry}</Panel>
      <Panel id="notes"><Notes party={party} /></Panel>
    </Tabs>
  );
}

const Count = ({ n }: { n: number }) => (n > 0 ? <span className="count">{n}</span> : null);

function Panel({ id, children }: { id: string; children: ReactNode }) {
  return <TabPanel id={id} className="tabpanel scroll">{children}</TabPanel>;
}

export function Profile({ party }: { party: Pick<Party, "kind" | "name" | "organisation" | "title" | "department" | "tier" | "language" | "phones" | "emails"> }) {
  const { t } = useTranslation();
  const rows: [string, string | null | undefined][] = [
    [t("customer.organisation"), party.organisation],
    [t("customer.title"), [party.title, party.department].filter(Boolean).join(" · ")],
    [t("customer.language"), party.language ? t(`language.${party.language}`, { defaultValue: party.language }) : null],
  ];
  return (
    <div className="profile" lang={party.language ?? undefined}>
      <div className="profile-head">
        <span className="candidate-icon big"><Icon name={party.kind === "organisation" ? "building" : "user"} size={24} /></span>
        <div className="grow"><h2 className="clip">{party.name}</h2>{party.tier && <Tier tier={party.tier} />}</div>
      </div>
      <dl className="facts">
        {rows.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
        {party.phones.length > 0 && <div><dt>{t("customer.phones")}</dt><dd>{party.phones.map((each) => <span key={each} className="num block-line">{phoneNumber(each)}</span>)}</dd></div>}
        {party.emails.length > 0 && <div><dt>{t("customer.emails")}</dt><dd>{party.emails.map((each) => <span key={each} className="block-line breakable">{each}</span>)}</dd></div>}
      </dl>
    </div>
  );
}

export function History({ history }: { history: PastInteraction[] }) {
  const { t } = useTranslation();
  if (history.length === 0) return <Empty icon="clock" title={t("customer.no_history")} />;
  return <ul className="lines airy">{history.map((each) => <Past key={each.id} past={each} />)}</ul>;
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
