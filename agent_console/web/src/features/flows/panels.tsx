/** What stands beside a flow: its problems, its versions, how many came through it; and the list of its steps. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment, percent } from "../../format";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { exits, KINDS } from "./kinds";
import { exitWords, kindName, languageName, stepTitle, summary, useKnown } from "./known";
import { laidOut } from "./layout";
import { Fault, useProblemWords } from "./parts";
import { placeOf } from "./document";
import type { EndKind, Flow, FlowFigures, FlowProblem, VersionBrief, VersionDoc } from "./types";

export function ProblemsPanel({ flow, problems, open }: { flow: Flow; problems: readonly FlowProblem[]; open: (step: string) => void }) {
  const { t } = useTranslation();
  const words = useProblemWords();
  if (problems.length === 0) return <Empty icon="check" title={t("flows.no_problems")}><p>{t("flows.no_problems_text")}</p></Empty>;
  return (
    <ul className="flow-problems" data-testid="flow-problems">
      {problems.map((problem, place) => {
        const step = placeOf(problem.pointer)?.step ?? null;
        return (
          <li key={place}>
            {step !== null && step in flow.steps ? <button type="button" className="flow-problem" onClick={() => open(step)}><span className="small strong clip" dir="auto">{stepTitle(t, flow, step)}</span><Fault problem={problem} words={words(flow, problem)} /></button> : <span className="flow-problem"><Fault problem={problem} words={words(flow, problem)} /></span>}
          </li>
        );
      })}
    </ul>
  );
}

interface VersionsProps {
  id: string;
  published: number | null;
  shown: number | null;
  show: (version: VersionDoc | null) => void;
}

export function VersionsPanel({ id, published, shown, show }: VersionsProps) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const path = `/flows/${segment(id)}/versions`;
  const { data, problem, again } = useResource(path, () => call<{ items: VersionBrief[] }>("GET", path), String(published));
  const [wrong, setWrong] = useState<number | null>(null);
  const look = (version: number): void => {
    setWrong(null);
    call<VersionDoc>("GET", `${path}/${version}`).then(show, () => setWrong(version));
  };
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  if (data.items.length === 0) return <Empty icon="history" title={t("flows.no_versions")}><p>{t("flows.no_versions_text")}</p></Empty>;
  return (
    <ol className="flow-versions" data-testid="flow-versions">
      {data.items.map((each) => (
        <li key={each.version}>
          <button type="button" className="flow-version" aria-pressed={shown === each.version} onClick={() => (shown === each.version ? show(null) : look(each.version))} data-testid={`version-${each.version}`}>
            <span className="strong num">{t("flows.version", { version: each.version })}</span>
            <span className="grow line-two"><span className="small clip" dir="auto">{each.note || t("flows.no_note")}</span><span className="tiny faint clip">{each.by ?? "–"} · <span className="num">{moment(each.published_at, now, i18n.language as Language)}</span></span></span>
            {published === each.version && <Pill tone="go" icon="check">{t("flows.live")}</Pill>}
          </button>
          {wrong === each.version && <p className="wrong small" role="alert">{t("flows.version_failed")}</p>}
        </li>
      ))}
    </ol>
  );
}

const SPANS = [1, 7, 30, 90] as const;
export type Span = (typeof SPANS)[number];
const DAY_S = 86_400;

/** Of a span that ends now; asked anew when another is chosen. */
export function useFigures(id: string, span: Span | null) {
  return useResource(span === null ? null : `figures ${id} ${span}`, () => call<FlowFigures>("GET", `/flows/${segment(id)}/figures?since=${Math.floor(serverNow() - (span ?? 1) * DAY_S)}`));
}

const ENDS: readonly EndKind[] = ["queue", "callback", "voicemail", "fax", "transfer", "hangup", "left", "failed"];

export function FiguresPanel({ figures: { data, problem, again }, span, choose }: { figures: ReturnType<typeof useFigures>; span: Span; choose: (span: Span) => void }) {
  const { t } = useTranslation();
  return (
    <div className="col flow-figures" data-testid="figures-panel">
      <div className="segmented" role="radiogroup" aria-label={t("flows.span")}>
        {SPANS.map((each) => <label key={each} data-on={span === each}><input className="vh" type="radio" name="flow-span" checked={span === each} onChange={() => choose(each)} data-testid={`span-${each}`} />{t(`flows.span_${each}`)}</label>)}
      </div>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />) : data.visits === 0 ? <Empty icon="chart" title={t("flows.nobody_came")} /> : (
        <>
          <p><strong className="flow-sum num" data-testid="figures-visits">{data.visits.toLocaleString()}</strong> <span className="soft">{t("flows.callers")}</span></p>
          <Bars title={t("flows.how_it_ended")} all={data.visits} rows={ENDS.map((kind) => [t(`flows.end.${kind}`), data.outcomes[kind] ?? 0, kind === "left" || kind === "failed"] as const)} />
          <Bars title={t("flows.in_language")} all={data.visits} rows={Object.entries(data.languages).map(([code, count]) => [languageName(code), count, false] as const)} />
          <p className="tiny faint">{t("flows.figures_text")}</p>
        </>
      )}
    </div>
  );
}

function Bars({ title, all, rows }: { title: string; all: number; rows: readonly (readonly [string, number, boolean])[] }) {
  return (
    <section className="col">
      <h3 className="label">{title}</h3>
      <ul className="flow-bars">
        {rows.filter(([, count]) => count > 0).map(([name, count, bad]) => (
          <li key={name}>
            <span className="small clip">{name}</span><span className="small num">{count.toLocaleString()}</span><span className="tiny faint num">{percent(count / all)}</span>
            <span className="flow-bar" aria-hidden="true"><span className={bad ? "bad" : ""} style={{ width: `${(100 * count) / all}%` }} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The same as the diagram, to be read from top to bottom. */
export function StepList({ flow, selected, select }: { flow: Flow; selected: string | null; select: (step: string) => void }) {
  const { t, i18n } = useTranslation();
  const known = useKnown();
  const nodes = [...laidOut(flow).nodes.values()].sort((one, two) => Number(two.reached) - Number(one.reached) || one.layer - two.layer || one.y - two.y);
  return (
    <ol className="flow-list scroll" data-testid="flow-list" aria-label={t("flows.steps")} tabIndex={0}>
      {nodes.map(({ name, reached }, place) => {
        const step = flow.steps[name];
        if (!step) return null;
        const about = summary(t, known, step, i18n.language as Language);
        return (
          <li key={name} className={name === selected ? "selected" : ""}>
            <button type="button" className="flow-list-open" onClick={() => select(name)} aria-pressed={name === selected}>
              <span className="tiny faint num">{place + 1}</span>
              <span className={`flow-icon ${KINDS[step.kind].tone}`}><Icon name={KINDS[step.kind].icon} size={16} /></span>
              <span className="line-two"><span className="strong clip" dir="auto">{stepTitle(t, flow, name)}</span><span className="tiny faint clip" dir="auto">{[step.label && kindName(t, step.kind), about].filter(Boolean).join(" · ")}</span></span>
              {flow.start === name && <Pill tone="go" icon="phone">{t("flows.start")}</Pill>}
              {!reached && <Pill tone="ring" icon="info">{t("flows.unreached")}</Pill>}
            </button>
            <ul className="flow-list-ways">
              {exits(step).map((exit) => (
                <li key={exit.slot} className="small"><span className="soft">{exit.key && <span className="flow-keycap num">{exit.key}</span>} {exit.key ? exit.label : exitWords(t, exit)}</span> <Icon name="right" size={13} /> {exit.target in flow.steps ? <Button small look="quiet" onPress={() => select(exit.target)}>{stepTitle(t, flow, exit.target)}</Button> : <span className="wrong tiny">{t("flows.nowhere")}</span>}</li>
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}
