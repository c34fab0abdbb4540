/** A flow drawn: cards with a row for each way out, lines between them; arrow keys move, Enter edits. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { exits, KINDS } from "./kinds";
import { exitWords, kindName, stepTitle, summary, told, useKnown } from "./known";
import { CARD, laidOut, moved, portOf, type Layout } from "./layout";
import { percent } from "../../format";
import type { Flow, StepFigures } from "./types";

export interface Marks {
  errors: number;
  warnings: number;
}

interface Props {
  flow: Flow;
  selected: string | null;
  /** Where the keyboard is asked to go as well: into the form. */
  select: (step: string | null, edit?: boolean) => void;
  marks: ReadonlyMap<string, Marks>;
  /** Steps of a way that is tried, with the slots that were taken; the last is where the caller is. */
  lit: Lit | null;
  figures: ReadonlyMap<string, StepFigures> | null;
}

export interface Lit {
  steps: ReadonlySet<string>;
  /** `<step><slot>` */
  ways: ReadonlySet<string>;
  here: string | null;
}

const ZOOMS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const SMALLEST = 0.4;
/** A flow is opened no smaller than this, and scrolled where it is larger. */
const READABLE = 0.8;
const MARGIN = 14;

export function Graph({ flow, selected, select, marks, lit, figures }: Props) {
  const { t } = useTranslation();
  const layout = useMemo(() => laidOut(flow), [flow]);
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [at, setAt] = useState<string | null>(null); // where the keyboard is
  const focusable = [at, selected, flow.start, Object.keys(flow.steps)[0]].find((name) => name && layout.nodes.has(name));
  const shown = lit?.here ?? selected;
  useEffect(() => into(frame.current, shown), [shown, layout]);
  const press = (event: KeyboardEvent, name: string): void => {
    const next = moved(layout, name, event.key);
    if (event.key === "Enter") select(name, true);
    else if (event.key === "Escape") select(null);
    else if (next) {
      setAt(next);
      frame.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next)}"]`)?.focus();
    } else return;
    event.preventDefault();
  };
  const fit = (least: number): void => {
    const room = frame.current;
    if (!room || room.clientWidth === 0) return;
    const wanted = Math.min((room.clientWidth - 2 * MARGIN) / layout.width, (room.clientHeight - 2 * MARGIN) / layout.height);
    setZoom(Math.max(least, [...ZOOMS].reverse().find((each) => each <= wanted) ?? 0));
  };
  useLayoutEffect(() => fit(READABLE), []);
  const step = (by: number): void => setZoom(ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(zoom) + by))] ?? 1);
  return (
    <div className="flow-stage">
      <div className="flow-graph" ref={frame} data-testid="flow-graph" role="group" aria-label={t("flows.diagram")} tabIndex={-1}>
        <div style={{ width: layout.width * zoom, height: layout.height * zoom }}>
          <div className="flow-canvas" style={{ width: layout.width, height: layout.height, transform: `scale(${zoom})` }}>
            <Lines layout={layout} selected={selected} lit={lit} />
            {[...layout.nodes.values()].map((node) => (
              <button key={node.name} type="button" className={look(flow, node.name, node.reached, selected, lit)} style={{ left: node.x, top: node.y, width: CARD, height: node.height }}
                tabIndex={node.name === focusable ? 0 : -1} aria-pressed={node.name === selected} onFocus={() => setAt(node.name)} onClick={() => select(node.name)} onKeyDown={(event) => press(event, node.name)} data-step={node.name} data-testid={`step-${node.name}`}>
                <Card flow={flow} name={node.name} marks={marks.get(node.name)} figures={figures ? (figures.get(node.name) ?? null) : undefined} all={figures?.get(flow.start)?.visits ?? 0} />
              </button>
            ))}
          </div>
        </div>
      </div>
      <div className="flow-zoom row">
        <IconButton small icon="minus" label={t("flows.zoom_out")} isDisabled={zoom === SMALLEST} onPress={() => step(-1)} />
        <button type="button" className="btn quiet small num" onClick={() => fit(SMALLEST)} data-testid="flow-fit">{t("flows.fit")} · {percent(zoom)}</button>
        <IconButton small icon="plus" label={t("flows.zoom_in")} isDisabled={zoom === 1} onPress={() => step(1)} />
      </div>
    </div>
  );
}

/** Bring a step into sight where it is not. */
function into(frame: HTMLElement | null, name: string | null): void {
  const card = name === null ? null : frame?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"]`);
  card?.scrollIntoView?.({ block: "nearest", inline: "nearest", behavior: "smooth" });
}

function look(flow: Flow, name: string, reached: boolean, selected: string | null, lit: Lit | null): string {
  const step = flow.steps[name];
  return ["flow-card", step && KINDS[step.kind].tone, name === selected && "selected", !reached && "unreached", lit && (lit.steps.has(name) ? "lit" : "dim"), lit?.here === name && "here"].filter(Boolean).join(" ");
}

function Lines({ layout, selected, lit }: { layout: Layout; selected: string | null; lit: Lit | null }) {
  const tone = (from: string, to: string, slot: string): string => {
    if (lit) return lit.ways.has(from + slot) ? " lit" : " dim";
    return selected !== null && (from === selected || to === selected) ? " near" : "";
  };
  return (
    <svg className="flow-lines" width={layout.width} height={layout.height} aria-hidden="true">
      <defs>{["", "near", "lit"].map((of) => <marker key={of} id={`flow-tip${of}`} viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0 8 4 0 8z" className={`flow-tip ${of}`} /></marker>)}</defs>
      {layout.edges.map(({ from, to, exit, path, back }) => {
        const of = tone(from, to, exit.slot);
        return <path key={from + exit.slot} d={path} className={`flow-line${back ? " back" : ""}${of}`} markerEnd={`url(#flow-tip${of === " dim" ? "" : of.trim()})`} />;
      })}
    </svg>
  );
}

interface CardProps {
  flow: Flow;
  name: string;
  marks: Marks | undefined;
  /** Undefined: figures are not shown; null: nobody came here. */
  figures: StepFigures | null | undefined;
  all: number;
}

function Card({ flow, name, marks, figures, all }: CardProps) {
  const { t, i18n } = useTranslation();
  const known = useKnown();
  const language = i18n.language as Language;
  const step = flow.steps[name];
  if (!step) return null;
  const { icon, tone } = KINDS[step.kind];
  const ways = exits(step);
  const about = summary(t, known, step, language);
  return (
    <>
      <span className="vh">{told(t, known, flow, name, language)}{flow.start === name ? `. ${t("flows.start")}` : ""}</span>
      <span className="flow-card-in" aria-hidden="true">
        <span className="flow-card-head">
          <span className={`flow-icon ${tone}`}><Icon name={icon} size={16} /></span>
          <span className="flow-card-name"><span className="clip strong" dir="auto">{stepTitle(t, flow, name)}</span><span className="clip tiny faint" dir="auto">{about || (step.label ? kindName(t, step.kind) : " ")}</span></span>
        </span>
        {ways.map((exit, at) => (
          <span key={exit.slot} className={`flow-port${exit.target in flow.steps ? "" : " open"}`} style={{ top: portOf(at) - 11 }}>
            {exit.key && <span className="flow-keycap num">{exit.key}</span>}
            <span className="clip" dir="auto">{exit.key ? exit.label : exitWords(t, exit)}</span>
          </span>
        ))}
      </span>
      {flow.start === name && <span className="flow-start" aria-hidden="true"><Icon name="phone" size={12} />{t("flows.start")}</span>}
      {marks && <span className={`flow-mark ${marks.errors > 0 ? "error" : "warning"}`}><Icon name={marks.errors > 0 ? "warn" : "info"} size={13} /><span className="vh">{t("flows.problems", { count: marks.errors + marks.warnings })}</span></span>}
      {figures !== undefined && <Came figures={figures} all={all} />}
    </>
  );
}

function Came({ figures, all }: { figures: StepFigures | null; all: number }) {
  const { t } = useTranslation();
  if (!figures) return <span className="flow-came none">0</span>;
  return (
    <span className="flow-came">
      <span className="num"><Icon name="phone" size={11} /> {figures.visits.toLocaleString()}<span className="vh"> {t("flows.callers")}</span>{all > 0 && <span className="faint"> {percent(figures.visits / all)}</span>}</span>
      {figures.left > 0 && <span className="num flow-left"><Icon name="hangup" size={12} />{t("flows.left_here", { count: figures.left })}</span>}
      {figures.failed > 0 && <span className="num flow-left"><Icon name="warn" size={12} />{t("flows.failed_here", { count: figures.failed })}</span>}
    </span>
  );
}
