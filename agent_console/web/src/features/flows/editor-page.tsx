import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Button as RacButton, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import type { PageProps } from "../../pages";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Unsaved, useHold } from "../../ui/unsaved";
import { askEntities } from "../records/entities";
import { useHere } from "../shell/here";
import { ConflictDialog, PublishDialog } from "./dialogs";
import { added, doubled, placeOf, put, same, without } from "./document";
import { FlowState } from "./flow-state";
import { Graph, type Marks } from "./graph";
import { useWritten } from "./history";
import { GROUPS, KINDS, kindsOf } from "./kinds";
import { kindName, KnownContext, useFetchedKnown } from "./known";
import { FiguresPanel, ProblemsPanel, StepList, useFigures, VersionsPanel, type Span } from "./panels";
import { StepForm } from "./step-form";
import { TryPanel } from "./try-panel";
import { litBy } from "./trying";
import type { Flow, FlowDoc, FlowProblem, Kind, VersionDoc, Way } from "./types";
import "../../styles/flows.css";

type Panel = "step" | "problems" | "try" | "versions" | "figures";

/** `/admin/flows/:id`: one flow, drawn; the step that is chosen, what is wrong, how it goes, beside it. */
export default function EditorPage({ params }: PageProps) {
  const { t } = useTranslation();
  const { place } = useHere();
  const id = params["id"] ?? "";
  const { data, problem, again } = useResource(`flow ${id}`, () => call<FlowDoc>("GET", `/flows/${segment(id)}`));
  const known = useFetchedKnown();
  return (
    <main className="flow-page" aria-label={data?.name ?? t("page.flow")} data-testid="flow-page">
      <KnownContext.Provider value={known}>
        {data ? <Unsaved path={place.path}><Editor key={data.id} first={data} /></Unsaved> : problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={6} /></div>}
      </KnownContext.Provider>
    </main>
  );
}

const CHECKED_AFTER_MS = 400;

/** What the server finds wrong with what is written; what was found last stays until it has answered. */
function useProblems(id: string, flow: Flow, first: FlowDoc): readonly FlowProblem[] {
  const [found, setFound] = useState<{ of: Flow; problems: readonly FlowProblem[] }>({ of: first.document, problems: first.problems });
  useEffect(() => {
    if (found.of === flow) return;
    let current = true;
    const timer = setTimeout(() => {
      call<{ problems: FlowProblem[] }>("POST", `/flows/${segment(id)}/validate`, { document: flow }).then(
        ({ problems }) => current && setFound({ of: flow, problems }),
        () => undefined, // saving tells what cannot be read, and the next change asks again
      );
    }, CHECKED_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id, flow, found.of]);
  return found.problems;
}

function marked(problems: readonly FlowProblem[]): Map<string, Marks> {
  const marks = new Map<string, Marks>();
  for (const { pointer, severity } of problems) {
    const step = placeOf(pointer)?.step;
    if (!step) continue;
    const { errors, warnings } = marks.get(step) ?? { errors: 0, warnings: 0 };
    marks.set(step, { errors: errors + Number(severity === "error"), warnings: warnings + Number(severity === "warning") });
  }
  return marks;
}

function Editor({ first }: { first: FlowDoc }) {
  const { t } = useTranslation();
  const writable = useDesk().session.user.role === "admin";
  const [kept, keep] = useState(first);
  const [name, setName] = useState(first.name);
  const { flow, change, begin, undo, redo } = useWritten(first.document);
  const [selected, setSelected] = useState<string | null>(null);
  const [panel, setPanel] = useState<Panel | null>(null);
  const [list, setList] = useState(false);
  const [old, setOld] = useState<VersionDoc | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const [span, setSpan] = useState<Span>(30);
  const [publishes, setPublishes] = useState(false);
  const [theirs, setTheirs] = useState<FlowDoc | null>(null);
  const [busy, problem, run] = useBusy();
  const side = useRef<HTMLElement>(null);
  const problems = useProblems(first.id, flow, kept);
  const marks = useMemo(() => marked(problems), [problems]);
  const figures = useFigures(first.id, panel === "figures" ? span : null);
  const dirty = name.trim() !== kept.name || !same(flow, kept.document);
  useHold(dirty && writable);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const shown = old?.document ?? flow;
  const counted = useMemo(() => (panel === "figures" && figures.data ? new Map(figures.data.steps.map((each) => [each.step, each])) : null), [panel, figures.data]);
  const lit = useMemo(() => (panel === "try" && way ? litBy(flow, way) : null), [panel, way, flow]);

  const select = (step: string | null, edit = false): void => {
    setSelected(step);
    setPanel(step === null ? null : "step");
    // the form is drawn first
    if (edit) setTimeout(() => side.current?.querySelector<HTMLElement>("[data-testid=step-form] :is(input, select):not(:disabled)")?.focus());
  };
  const took = (doc: FlowDoc): FlowDoc => {
    keep(doc);
    setName(doc.name);
    return doc;
  };
  const path = `/flows/${segment(first.id)}`;
  const write = (version: number): Promise<FlowDoc> => call<FlowDoc>("PUT", path, { name: name.trim(), document: flow }, { "If-Match": `"${version}"` }).then(took);
  const quicker = async (error: unknown): Promise<never> => {
    if (error instanceof Problem && error.status === 412) setTheirs(await call<FlowDoc>("GET", path));
    throw error;
  };
  const save = (): void => run(() => write(kept.row_version).then(() => tell("flows.saved")).catch(quicker));
  const publish = async (note: string): Promise<void> => {
    const saved = dirty ? await write(kept.row_version).catch(quicker) : kept;
    took(await call<FlowDoc>("POST", `${path}/publish`, { note }, { "If-Match": `"${saved.row_version}"` }));
    tell("flows.published_told");
    void askEntities(); // numbers can be given it from now on
  };
  const restore = (version: number): void => run(() => call<FlowDoc>("POST", `${path}/restore`, { version }, { "If-Match": `"${kept.row_version}"` }).then((doc) => {
    begin(took(doc).document);
    setOld(null);
    tell("flows.restored");
  }).catch(quicker));
  const takeTheirs = (): void => {
    if (!theirs) return;
    begin(took(theirs).document);
    setTheirs(null);
  };
  const keepMine = (): void => {
    if (!theirs) return;
    keep({ ...kept, row_version: theirs.row_version });
    setTheirs(null);
    run(() => write(theirs.row_version).then(() => tell("flows.saved")).catch(quicker));
  };
  const add = (kind: Kind, from: { step: string; slot: string } | null = null): void => {
    const [next, made] = added(flow, kind, from);
    change(next);
    select(made, true);
  };
  const remove = (step: string): void => {
    change(without(flow, step));
    select(null);
  };
  const keys = (event: KeyboardEvent): void => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key === "s" && writable) dirty && !old && save();
    else if (ctrl && !typing && event.key.toLowerCase() === "z" && !old) (event.shiftKey ? redo : undo)?.();
    else if (ctrl && !typing && event.key === "y" && !old) redo?.();
    else if (event.key === "Delete" && !typing && writable && !old && selected && event.target instanceof HTMLElement && event.target.dataset["step"] === selected) remove(selected);
    else return;
    event.preventDefault();
  };
  const open = (which: Panel): void => {
    if (which !== "versions") setOld(null);
    setPanel(panel === which ? null : which);
  };
  return (
    <div className="flow-editor" onKeyDown={keys} data-dirty={dirty}>
      <header className="flow-head">
        <Link to="/admin/flows" className="btn quiet icon" aria-label={t("flows.all")}><Icon name="back" /></Link>
        <input className="input flow-name" value={name} maxLength={100} readOnly={!writable} aria-label={t("flows.name")} onChange={(event) => setName(event.target.value)} data-testid="flow-name" />
        <FlowState flow={kept} dirty={dirty} />
        {kept.numbers.length > 0 && <span className="small soft clip num"><Icon name="phone" size={14} /> {kept.numbers.join(", ")}</span>}
        <span className="grow" />
        {writable && <Button icon="check" isDisabled={busy || !dirty || !name.trim() || old !== null} onPress={save} data-testid="flow-save">{t("flows.save")}</Button>}
        {writable && <Button look="primary" icon="send" isDisabled={busy || errors > 0 || old !== null || !name.trim() || (!dirty && !kept.changed)} onPress={() => setPublishes(true)} data-testid="flow-publish">{t("flows.publish")}</Button>}
      </header>
      <div className="flow-tools" role="toolbar" aria-label={t("flows.tools")}>
        {writable && <AddStep add={(kind) => add(kind)} disabled={old !== null} />}
        {writable && <IconButton small icon="undo" label={t("flows.undo")} isDisabled={!undo || old !== null} onPress={() => undo?.()} data-testid="flow-undo" />}
        {writable && <IconButton small icon="redo" label={t("flows.redo")} isDisabled={!redo || old !== null} onPress={() => redo?.()} />}
        <Button small look={list ? "on" : "quiet"} icon="list" aria-pressed={list} onPress={() => setList(!list)} data-testid="flow-as-list">{t("flows.as_list")}</Button>
        <span className="grow" />
        <Tool panel="problems" icon={errors > 0 ? "warn" : problems.length > 0 ? "info" : "check"} shown={panel} open={open} words={problems.length === 0 ? t("flows.no_problems_short") : t("flows.problems", { count: problems.length })} />
        <Tool panel="try" icon="keypad" shown={panel} open={open} words={t("flows.try")} />
        <Tool panel="figures" icon="chart" shown={panel} open={open} words={t("flows.figures")} />
        <Tool panel="versions" icon="history" shown={panel} open={open} words={t("flows.versions")} />
      </div>
      {old && <Banner tone="accent" icon="history"><span className="grow">{t("flows.looks_at", { version: old.version })}</span>{writable && <Button small icon="undo" isDisabled={busy} onPress={() => restore(old.version)} data-testid="flow-restore">{t("flows.restore")}</Button>}<Button small look="quiet" onPress={() => setOld(null)} data-testid="flow-back">{t("flows.back_to_draft")}</Button></Banner>}
      {problem && problem.status !== 412 && <div className="flow-wrong"><Wrong problem={problem} /></div>}
      <div className="flow-body" data-side={panel !== null}>
        {Object.keys(shown.steps).length === 0 ? <Empty icon="branch" title={t("flows.empty")}><p>{t("flows.empty_text")}</p></Empty>
          : list ? <StepList flow={shown} selected={selected} select={(step) => select(step)} />
          : <Graph flow={shown} selected={selected} select={select} marks={old ? new Map() : marks} lit={old ? null : lit} figures={counted} />}
        {panel && (
          <aside className="flow-side scroll" ref={side} tabIndex={-1} aria-label={t(`flows.panel.${panel}`)}>
            <div className="row flow-side-head"><h2 className="label grow">{t(`flows.panel.${panel}`)}</h2><IconButton small icon="cross" label={t("common.close")} onPress={() => { setPanel(null); setSelected(null); setOld(null); }} data-testid="flow-side-close" /></div>
            {panel === "step" && (selected !== null && selected in shown.steps ? (
              <StepForm key={selected} flow={shown} name={selected} writable={writable && !old} problems={old ? [] : problems} change={(step) => change(put(flow, selected, step), `step ${selected}`)}
                lead={(slot, kind) => add(kind, { step: selected, slot })} begin={() => change({ ...flow, start: selected })} double={() => { const [next, made] = doubled(flow, selected); change(next); select(made); }} remove={() => remove(selected)} />
            ) : <p className="small faint">{t("flows.choose_step")}</p>)}
            {panel === "problems" && <ProblemsPanel flow={flow} problems={problems} open={(step) => select(step)} />}
            {panel === "try" && <TryPanel id={first.id} flow={flow} seen={setWay} />}
            {panel === "versions" && <VersionsPanel id={first.id} published={kept.published} shown={old?.version ?? null} show={setOld} />}
            {panel === "figures" && <FiguresPanel figures={figures} span={span} choose={setSpan} />}
          </aside>
        )}
      </div>
      {publishes && <PublishDialog kept={kept} flow={flow} warnings={problems.length - errors} close={() => setPublishes(false)} publish={publish} />}
      {theirs && <ConflictDialog theirs={theirs} base={kept.document} takeTheirs={takeTheirs} keepMine={keepMine} close={() => setTheirs(null)} />}
    </div>
  );
}

function Tool({ panel, icon, shown, open, words }: { panel: Panel; icon: IconName; shown: Panel | null; open: (panel: Panel) => void; words: string }) {
  return <Button small look={shown === panel ? "on" : "quiet"} icon={icon} aria-pressed={shown === panel} onPress={() => open(panel)} data-testid={`tool-${panel}`}>{words}</Button>;
}

function AddStep({ add, disabled }: { add: (kind: Kind) => void; disabled: boolean }) {
  const { t } = useTranslation();
  return (
    <MenuTrigger>
      <RacButton className="btn small plain" isDisabled={disabled} data-testid="add-step"><Icon name="plus" size={16} />{t("flows.add_step")}</RacButton>
      <Popover placement="bottom start">
        <Menu className="pop menu" aria-label={t("flows.add_step")} onAction={(key) => add(key as Kind)}>
          {GROUPS.map((group) => (
            <MenuSection key={group}>
              <Header className="menu-head">{t(`flows.group.${group}`)}</Header>
              {kindsOf(group).map((kind) => <MenuItem key={kind} id={kind} className="menu-item" textValue={kindName(t, kind)} data-testid={`add-${kind}`}><span className={`flow-icon ${KINDS[kind].tone}`}><Icon name={KINDS[kind].icon} size={15} /></span>{kindName(t, kind)}</MenuItem>)}
            </MenuSection>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
