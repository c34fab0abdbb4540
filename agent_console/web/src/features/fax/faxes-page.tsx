import "../../styles/fax.css";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure } from "../../ui/panes";
import { recordAddress } from "../records/entities";
import { momentText } from "../records/values";
import { FaxActs, FaxFacts, FaxStatePill } from "./fax-list";
import type { Fax } from "./fax";

interface All {
  items: Fax[];
  today: Record<string, number>;
  next_before: number | null;
}

const CASES = { collection: "cases" };
const SHOWN = ["in_received", "in_failed", "out_sent", "out_waiting", "out_failed", "out_unknown"] as const;
const FILTERS = { all: "", came: "direction=in", went: "direction=out", wrong: "state=failed&state=unknown" } as const;
type Filter = keyof typeof FILTERS;

/** `/admin/faxes`: every transmission, also those in which no page came and that are in no case. */
export default function FaxesPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>("all");
  const path = `/faxes?${FILTERS[filter]}`;
  const { data, problem, again } = useResource(path, () => call<All>("GET", path));
  return (
    <main className="records-page scroll" tabIndex={0} aria-label={t("page.faxes")} data-testid="faxes">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="fax" size={20} />{t("page.faxes")}</h1>
        <span className="grow" />
        <Button look="quiet" icon="again" onPress={again}>{t("fax.look_again")}</Button>
      </header>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>) : (
        <div className="faxes-page">
          <h2 className="label">{t("fax.today")}</h2>
          <dl className="fax-figures" aria-label={t("fax.today")}>
            {SHOWN.map((each) => <div key={each} className={`fax-figure ${(data.today[each] ?? 0) > 0 ? each : ""}`} data-testid={`fax-figure-${each}`}><dt className="small soft">{t(`fax.figure_${each}`)}</dt><dd className="num">{data.today[each] ?? 0}</dd></div>)}
          </dl>
          <div className="row wrap" role="group" aria-label={t("fax.filter")}>
            {(Object.keys(FILTERS) as Filter[]).map((each) => <Button key={each} small look={filter === each ? "on" : "plain"} aria-pressed={filter === each} onPress={() => setFilter(each)} data-testid={`fax-filter-${each}`}>{t(`fax.filter_${each}`)}</Button>)}
          </div>
          {data.items.length === 0 ? <Empty icon="fax" title={t("fax.none")} /> : <Table faxes={data.items} changed={again} />}
        </div>
      )}
    </main>
  );
}

function Table({ faxes, changed }: { faxes: readonly Fax[]; changed: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="fax-frame scroll" tabIndex={0} role="region" aria-label={t("page.faxes")}>
      <table className="audit fax-table">
        <thead><tr>{["when", "way", "number", "pages", "state", "about"].map((each) => <th key={each} scope="col">{t(`fax.column_${each}`)}</th>)}</tr></thead>
        <tbody>
          {faxes.map((fax) => (
            <tr key={fax.id} data-testid="fax-row" data-state={fax.state}>
              <td className="num">{momentText(fax.at, i18n.language as Language)}</td>
              <td><span className="row"><Icon name={fax.direction === "out" ? "arrowOut" : "arrowIn"} size={15} />{t(`fax.way_${fax.direction}`)}</span></td>
              <td className="num">{phoneNumber(fax.number) || fax.station || t("fax.no_number")}{fax.queue && <span className="block-line tiny faint">{fax.queue}</span>}</td>
              <td className="num">{fax.direction === "out" && fax.confirmed !== fax.pages ? t("fax.of", { confirmed: fax.confirmed, pages: fax.pages }) : fax.pages}</td>
              <td><FaxStatePill fax={fax} /><FaxFacts fax={fax} tries={Math.max(1, fax.attempts)} /><FaxActs fax={fax} changed={changed} /></td>
              <td>{fax.case_id ? <Link to={recordAddress(CASES, fax.case_id)}>{fax.subject || t("fax.case")}</Link> : <span className="faint">{fax.subject}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
