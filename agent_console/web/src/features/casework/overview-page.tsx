import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Bones, Failure } from "../../ui/panes";
import { span } from "../sla/sla-mark";
import { IssueTable } from "./issue-table";
import { Part } from "./work-page";
import type { Figure, Issue } from "./types";

const SHOWN = ["urgent", "late", "important", "all"] as const;
const DAYS = [1, 7, 30, 90];
const DAY_S = 86_400;

interface Figures {
  whole: Figure;
  by_channel: Figure[];
  by_queue: Figure[];
  /** Each with all below it, parents first; no key: what belongs to none. */
  by_department: (Figure & { depth: number })[];
  replies: number;
  canned: number;
  canned_share: number | null;
}

/** `/issues`: what is unfinished and matters, and how the house does. */
export default function OverviewPage() {
  const { t } = useTranslation();
  const [only, setOnly] = useState<(typeof SHOWN)[number]>("urgent");
  const [unowned, setUnowned] = useState(false);
  const [complaints, setComplaints] = useState(false);
  const address = `/cases/overview?only=${only}&unowned=${unowned}&complaints=${complaints}`;
  const { data, problem, again } = useResource(address, () => call<{ items: Issue[] }>("GET", address));
  return (
    <main className="work-page scroll" aria-label={t("page.issues")}>
      <header className="page-head"><h1 className="page-title grow"><Icon name="warn" /> {t("page.issues")}</h1></header>
      <div className="tools">
        <div className="row" role="group" aria-label={t("casework.show")}>{SHOWN.map((each) => <button key={each} type="button" className={`btn small ${only === each ? "on" : "plain"}`} aria-pressed={only === each} onClick={() => setOnly(each)} data-testid={`show-${each}`}>{t(`casework.show_${each}`)}</button>)}</div>
        <label className="tick small"><input type="checkbox" checked={unowned} onChange={(event) => setUnowned(event.target.checked)} />{t("casework.unowned")}</label>
        <label className="tick small"><input type="checkbox" checked={complaints} onChange={(event) => setComplaints(event.target.checked)} />{t("casework.only_complaints")}</label>
      </div>
      <div className="work-body">{!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />) : <IssueTable items={data.items} />}<FiguresPart /></div>
    </main>
  );
}

function FiguresPart() {
  const { t } = useTranslation();
  const [days, setDays] = useState(30);
  const { data, problem, again } = useResource(`figures/${days}`, () => call<Figures>("GET", `/cases/figures?since=${Math.floor(Date.now() / 1000) - days * DAY_S}`));
  return (
    <Part title={t("casework.figures")}>
      <select className="input auto" value={days} aria-label={t("casework.period")} onChange={(event) => setDays(Number(event.target.value))}>{DAYS.map((each) => <option key={each} value={each}>{t("casework.last_days", { count: each })}</option>)}</select>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />) : (
        <>
          <table className="issues figures" data-testid="figures">
            <thead><tr><th></th>{["opened", "complaints", "first_response", "solved", "handling", "backlog"].map((each) => <th key={each} className="figure">{t(`casework.figure_${each}`)}</th>)}</tr></thead>
            <tbody>
              <FigureRow name={t("casework.whole")} figure={data.whole} strong />
              {data.by_channel.map((each) => <FigureRow key={`c-${each.key}`} name={each.key ? t(`casework.channel_${each.key}`, { defaultValue: each.key }) : t("casework.channel_none")} figure={each} />)}
              {data.by_queue.map((each) => <FigureRow key={`q-${each.key}`} name={each.name || t("casework.no_queue")} figure={each} />)}
            </tbody>
            {data.by_department.length > 0 && (
              <tbody data-testid="figures-departments">
                <tr><th scope="rowgroup" colSpan={7} className="figures-part">{t("departments.by_department")}</th></tr>
                {data.by_department.map((each) => <FigureRow key={`d-${each.key}`} name={each.name || t("departments.without")} figure={each} depth={each.depth} />)}
              </tbody>
            )}
          </table>
          {data.canned_share !== null && <p className="small soft">{t("casework.canned", { share: Math.round(data.canned_share * 100), canned: data.canned, replies: data.replies })}</p>}
        </>
      )}
    </Part>
  );
}

function FigureRow({ name, figure, strong, depth = 0 }: { name: string; figure: Figure; strong?: boolean; depth?: number }) {
  const { t } = useTranslation();
  const time = (seconds: number | null): string => (seconds === null ? "–" : span(t, seconds));
  return <tr className={strong ? "strong" : ""}><th scope="row" style={{ paddingLeft: 10 + depth * 18 }}>{name}</th>{[figure.opened, figure.complaints, time(figure.first_response_mean_s), figure.solved, time(figure.handling_mean_s), figure.backlog].map((each, place) => <td key={place} className="figure num">{each}</td>)}</tr>;
}
