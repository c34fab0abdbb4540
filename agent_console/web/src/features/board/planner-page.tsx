import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { duration, percent } from "../../format";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Bones, Empty, Failure } from "../../ui/panes";
import { asked, START, type Figures, type Plan, type UsualWork } from "./planner";

/** How many agents it takes: from what comes and how long it takes, and what fewer or more would give. */
export default function PlannerPage() {
  const { t } = useTranslation();
  const [figures, set] = useState<Figures>(START);
  const usual = useResource("usual", () => call<{ items: UsualWork[] }>("GET", "/forecast/queues"));
  const query = asked(figures);
  const plan = useResource(query && `plan ${query}`, () => call<Plan>("GET", `/forecast?${query ?? ""}`));
  const take = (id: string): void => {
    const queue = usual.data?.items.find(({ queue_id }) => queue_id === id);
    if (queue) set({ ...figures, handling: String(Math.round(queue.handling_s)), patience: queue.patience_s === null ? "" : String(Math.round(queue.patience_s)) });
  };
  const change = (name: keyof Figures) => (text: string): void => set({ ...figures, [name]: text });
  return (
    <main className="work-page" aria-label={t("page.planner")} data-testid="planner-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.planner")}</h1></header>
      <div className="work-body planner">
        <section className="planner-figures" aria-label={t("planner.given")}>
          <Field label={t("planner.per_hour")} value={figures.perHour} change={change("perHour")} testid="planner-per-hour" />
          <Field label={t("planner.handling")} value={figures.handling} change={change("handling")} />
          <Field label={t("planner.patience")} hint={t("planner.patience_hint")} value={figures.patience} change={change("patience")} />
          <Field label={t("planner.share")} value={figures.share} change={change("share")} />
          <Field label={t("planner.within")} value={figures.within} change={change("within")} />
          <Field label={t("planner.occupancy")} value={figures.occupancy} change={change("occupancy")} />
          {usual.data && usual.data.items.length > 0 && (
            <select className="input" value="" aria-label={t("planner.as_queue")} onChange={(event) => take(event.target.value)} data-testid="planner-queue">
              <option value="">{t("planner.as_queue")}</option>
              {usual.data.items.map(({ queue_id, name }) => <option key={queue_id} value={queue_id}>{name}</option>)}
            </select>
          )}
        </section>
        <section aria-label={t("planner.result")} aria-live="polite">
          {query === null ? <Empty icon="chart" title={t("planner.incomplete")} /> : plan.problem ? <Failure problem={plan.problem} retry={plan.again} /> : !plan.data ? <Bones lines={5} /> : <Result plan={plan.data} within={figures.within} />}
        </section>
      </div>
    </main>
  );
}

function Field({ label, hint, value, change, testid }: { label: string; hint?: string; value: string; change: (text: string) => void; testid?: string }) {
  const id = useId();
  return (
    <div className="planner-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" inputMode="decimal" value={value} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => change(event.target.value)} data-testid={testid} />
      {hint && <p id={`${id}-hint`} className="tiny faint">{hint}</p>}
    </div>
  );
}

function Result({ plan, within }: { plan: Plan; within: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="planner-least"><strong className="num" data-testid="planner-least">{plan.least}</strong> {t("planner.agents")}</p>
      <p className="small soft">{t("planner.erlangs", { erlangs: plan.erlangs.toFixed(1) })}</p>
      <table className="plain-table">
        <thead><tr><th scope="col" className="figure">{t("planner.column_agents")}</th><th scope="col" className="figure">{t("board.sl", { seconds: within })}</th><th scope="col" className="figure">{t("planner.wait")}</th><th scope="col" className="figure">{t("board.abandoned")}</th><th scope="col" className="figure">{t("planner.busy")}</th></tr></thead>
        <tbody>
          {plan.rows.map((row) => (
            <tr key={row.agents} aria-current={row.agents === plan.least || undefined}>
              <th scope="row" className="figure num">{row.agents}</th>
              <td className="figure num">{percent(row.service_level)}</td>
              <td className="figure num">{row.asa_s === null ? t("planner.endless") : duration(row.asa_s)}</td>
              <td className="figure num">{percent(row.abandoned)}</td>
              <td className="figure num">{percent(row.occupancy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="tiny faint">{t("planner.method")}</p>
    </>
  );
}
