import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Bones, Empty, Failure } from "../../ui/panes";
import { fieldOf, useEntity } from "../records/entities";
import { JobStrip } from "./job-strip";
import type { Job } from "./types";

interface Sums {
  of: number;
  filled: number;
  wrong: number;
}

interface Report {
  fields: Record<string, Sums>;
  customers: number;
  alike: number;
  alike_by: Record<string, number>;
}

const POINTS: Record<string, string> = { "contact:phone": "lacks_phone", "contact:email": "lacks_email", "contact:postal": "lacks_postal" };

/** How complete and how right the data are, field by field, and how many customers look like another. */
export default function QualityPage() {
  const { t } = useTranslation();
  const [round, setRound] = useState(0);
  const { data, problem, again } = useResource(`quality#${round}`, () => call<{ items: Job[] }>("GET", "/parties/work"));
  const latest = data?.items.find((job) => job.kind === "quality_report" && job.state === "done");
  return (
    <main className="work-page" aria-label={t("page.quality")} data-testid="quality-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.quality")}</h1><JobStrip kind="quality_report" finished={() => setRound((now) => now + 1)} /></header>
      <div className="work-body scroll" tabIndex={0} aria-label={t("page.quality")}>
        {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />) : !latest ? <Empty icon="chart" title={t("customers.no_report")}><p>{t("customers.no_report_text")}</p></Empty> : <Told report={latest.result as unknown as Report} />}
      </div>
    </main>
  );
}

const share = (part: number, whole: number): string => (whole === 0 ? "–" : `${Math.round((part / whole) * 1000) / 10} %`);

function Told({ report }: { report: Report }) {
  const { t, i18n } = useTranslation();
  const party = useEntity("party");
  const label = (name: string): string => (POINTS[name] ? t(`customers.${POINTS[name]}`) : ((party && fieldOf(party, name)?.label[i18n.language as Language]) ?? name));
  const rows = Object.entries(report.fields).filter(([, sums]) => sums.of > 0).sort(([, one], [, two]) => two.filled / two.of - one.filled / one.of);
  return (
    <>
      <dl className="figures">
        <div><dt>{t("customers.figure_customers")}</dt><dd className="num">{report.customers.toLocaleString()}</dd></div>
        <div><dt>{t("customers.figure_alike")}</dt><dd className="num">{share(report.alike, report.customers)}</dd></div>
        {Object.entries(report.alike_by).map(([rule, pairs]) => <div key={rule}><dt>{t("customers.pairs_by", { rule: t(`customers.why_${rule}`) })}</dt><dd className="num">{pairs.toLocaleString()}</dd></div>)}
      </dl>
      <table className="plain-table">
        <thead><tr><th scope="col">{t("customers.field")}</th><th scope="col" className="figure">{t("customers.could")}</th><th scope="col" className="figure">{t("customers.complete")}</th><th scope="col">{t("customers.share")}</th><th scope="col" className="figure">{t("customers.wrong")}</th></tr></thead>
        <tbody>
          {rows.map(([name, sums]) => (
            <tr key={name}>
              <th scope="row">{label(name)}</th>
              <td className="figure num">{sums.of.toLocaleString()}</td>
              <td className="figure num">{share(sums.filled, sums.of)}</td>
              <td><span className="share-bar" aria-hidden="true"><span style={{ width: `${(sums.filled / sums.of) * 100}%` }} /></span></td>
              <td className={sums.wrong > 0 ? "figure num wrong-figure" : "figure num"}>{sums.wrong > 0 ? share(sums.wrong, sums.filled) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
