/** The form of one step: what is asked of it by its kind, and where its ways lead. */
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Cell, Pick, ReadCell, Rows, Tick } from "../casework/parts";
import { exits, KINDS, withTarget } from "./kinds";
import { collected, kindName, languageName, stepTitle, useKnown } from "./known";
import { EditingContext, Fault, Faults, Figure, Said, Spot, Target, useEditing, useProblemWords, type Editing } from "./parts";
import { KEYS, SPOKEN, type Callback, type Caller, type ChooseLanguage, type Collect, type Flow, type FlowProblem, type Hours, type Identify, type Kind, type Lookup, type LookupBy, type Menu, type SkillNeed, type Step, type ToQueue, type Transfer } from "./types";
import { placeOf } from "./document";

const COUNTS = [1, 2, 3, 4, 5];
const SECONDS = [2, 3, 4, 5, 6, 8, 10, 15, 20, 30];
const RINGS = [10, 15, 20, 30, 45, 60, 90, 120];
const DIGITS = Array.from({ length: 24 }, (_, at) => at + 1);
const LEVELS = Array.from({ length: 10 }, (_, at) => at + 1);
const ASKS: Identify["ask"][] = ["unknown", "untrusted", "always"];
const BYS: LookupBy[] = ["any", "case", "order", "contract", "asset", "membership", "identifier", "customer"];

interface Props {
  flow: Flow;
  name: string;
  writable: boolean;
  problems: readonly FlowProblem[];
  change: (step: Step) => void;
  /** A new step of that kind, to which the way in `slot` leads. */
  lead: (slot: string, kind: Kind) => void;
  begin: () => void;
  double: () => void;
  remove: () => void;
}

export function StepForm({ flow, name, writable, problems, change, lead, begin, double, remove }: Props) {
  const { t } = useTranslation();
  const step = flow.steps[name];
  const words = useProblemWords();
  const mine = useMemo(() => problems.flatMap((problem) => {
    const place = placeOf(problem.pointer);
    return place?.step === name ? [{ field: place.field, problem }] : [];
  }), [problems, name]);
  const editing = useMemo<Editing>(() => ({ flow, writable, problems: mine, lead }), [flow, writable, mine, lead]);
  if (!step) return null;
  const { icon, tone } = KINDS[step.kind];
  return (
    <EditingContext.Provider value={editing}>
      <div className="flow-step-form" data-testid="step-form" data-step={name}>
        <header className="row">
          <span className={`flow-icon ${tone}`}><Icon name={icon} size={18} /></span>
          <span className="grow line-two"><h2 className="clip" dir="auto">{stepTitle(t, flow, name)}</h2><span className="tiny faint clip">{kindName(t, step.kind)} · {name}</span></span>
        </header>
        <p className="small soft">{t(`flows.about.${step.kind}`)}</p>
        {mine.filter(({ field }) => field === "").map(({ problem }, place) => <Fault key={place} problem={problem} words={words(flow, problem)} />)}
        <Cell label={t("flows.label")} value={step.label} placeholder={kindName(t, step.kind)} writable={writable} change={(label) => change({ ...step, label: label.slice(0, 60) })} testid="step-label" />
        <Fields step={step} change={change} />
        {writable && (
          <footer className="row wrap flow-step-end">
            <Button small look="quiet" icon="copy" onPress={double} data-testid="step-double">{t("flows.double")}</Button>
            {flow.start !== name && <Button small look="quiet" icon="phone" onPress={begin} data-testid="step-begin">{t("flows.begin_here")}</Button>}
            <span className="grow" />
            <Button small look="quiet" icon="trash" onPress={remove} data-testid="step-remove">{t("flows.remove_step")}</Button>
          </footer>
        )}
      </div>
    </EditingContext.Provider>
  );
}

interface Of<S extends Step> {
  step: S;
  change: (step: S) => void;
}

function Fields({ step, change }: Of<Step>): ReactNode {
  const { t } = useTranslation();
  const { writable } = useEditing();
  switch (step.kind) {
    case "say": return (
      <>
        <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
        <Tick label={t("flows.interruptible")} value={step.interruptible} writable={writable} change={(interruptible) => change({ ...step, interruptible })} />
        <Ways step={step} change={change} />
      </>
    );
    case "language": return <LanguageFields step={step} change={change} />;
    case "menu": return <MenuFields step={step} change={change} />;
    case "hours": return <HoursFields step={step} change={change} />;
    case "collect": return <CollectFields step={step} change={change} />;
    case "identify": return (
      <>
        <Spot at="ask"><Pick label={t("flows.ask")} value={step.ask} options={ASKS.map((ask) => [ask, t(`flows.ask_${ask}`)] as const)} writable={writable} change={(ask) => change({ ...step, ask: ask as Identify["ask"] })} testid="identify-ask" /></Spot>
        <Ways step={step} change={change} />
      </>
    );
    case "lookup": return <LookupFields step={step} change={change} />;
    case "contract": return (
      <>
        <Tick label={t("flows.tell")} value={step.tell} writable={writable} change={(tell) => change({ ...step, tell })} />
        <Ways step={step} change={change} />
      </>
    );
    case "caller": return <CallerFields step={step} change={change} />;
    case "queue": return (
      <>
        <Queue value={step.queue_id} change={(queue_id) => change({ ...step, queue_id })} />
        <Said label={t("flows.announce")} field="announce" value={step.announce} none={t("flows.nothing_said")} change={(announce) => change({ ...step, announce })} />
        <Needs step={step} change={change} />
      </>
    );
    case "callback": return <CallbackFields step={step} change={change} />;
    case "voicemail": return (
      <>
        <Queue value={step.queue_id} change={(queue_id) => change({ ...step, queue_id })} />
        <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
      </>
    );
    case "fax": return (
      <>
        <Queue value={step.queue_id} change={(queue_id) => change({ ...step, queue_id })} />
        <Said label={t("flows.announce")} field="prompt" value={step.prompt} none={t("flows.nothing_said")} change={(prompt) => change({ ...step, prompt })} />
      </>
    );
    case "transfer": return <TransferFields step={step} change={change} />;
    case "hangup": return <Said label={t("flows.last_words")} field="prompt" value={step.prompt} none={t("flows.nothing_said")} change={(prompt) => change({ ...step, prompt })} />;
  }
}

/** All ways out that are no keys. */
function Ways<S extends Step>({ step, change }: Of<S>) {
  const { t } = useTranslation();
  const ways = exits(step).filter(({ word }) => word !== "");
  return (
    <fieldset className="flow-ways">
      <legend className="label">{t("flows.ways")}</legend>
      {ways.map(({ slot, target, word }) => <Target key={slot} label={t(`flows.exit.${word}`)} slot={slot} value={target} change={(to) => change(withTarget(step, slot, to))} />)}
    </fieldset>
  );
}

function Trying({ step, change }: Of<Menu | ChooseLanguage | Collect>) {
  const { t } = useTranslation();
  return (
    <div className="editor-cells">
      <Figure label={t("flows.tries")} field="tries" value={step.tries} of={COUNTS} words={(count) => t("flows.times", { count })} change={(tries) => change({ ...step, tries })} />
      <Figure label={t("flows.within")} field="within_s" value={step.within_s} of={SECONDS} words={(count) => t("flows.seconds", { count })} change={(within_s) => change({ ...step, within_s })} />
    </div>
  );
}

const unusedKey = (choices: readonly { key: string }[]): string => KEYS.find((key) => !choices.some((each) => each.key === key)) ?? "1";

function KeyPick({ value, change }: { value: string; change: (key: string) => void }) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  return (
    <label className="cell flow-key">
      <span className="tiny soft">{t("flows.key")}</span>
      <select className="input num" value={value} disabled={!writable} onChange={(event) => change(event.target.value)}>{KEYS.map((key) => <option key={key} value={key}>{key}</option>)}</select>
    </label>
  );
}

function LanguagePick({ label, value, change }: { label: string; value: Language; change: (language: Language) => void }) {
  const { writable } = useEditing();
  return <Pick label={label} value={value} options={SPOKEN.map((code) => [code, languageName(code)] as const)} writable={writable} change={(code) => change(code as Language)} />;
}

function LanguageFields({ step, change }: Of<ChooseLanguage>) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const left = SPOKEN.find((language) => !step.choices.some((each) => each.language === language)) ?? "en";
  return (
    <>
      <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
      <fieldset className="flow-ways">
        <legend className="label">{t("flows.keys")}</legend>
        <Rows items={step.choices} change={(choices) => change({ ...step, choices })} writable={writable} add={t("flows.add_key")} name={({ key }) => t("flows.exit.key", { key })} fresh={() => ({ key: unusedKey(step.choices), language: left })}>
          {(choice, set, place) => (
            <Spot at={`choices/${place}/key`}>
              <span className="editor-cells"><KeyPick value={choice.key} change={(key) => set({ ...choice, key })} /><LanguagePick label={t("flows.language")} value={choice.language} change={(language) => set({ ...choice, language })} /></span>
            </Spot>
          )}
        </Rows>
        <Faults at="choices" />
        <LanguagePick label={t("flows.otherwise_language")} value={step.otherwise} change={(otherwise) => change({ ...step, otherwise })} />
      </fieldset>
      <Trying step={step} change={(next) => change(next as ChooseLanguage)} />
      <Ways step={step} change={change} />
    </>
  );
}

function MenuFields({ step, change }: Of<Menu>) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  return (
    <>
      <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
      <fieldset className="flow-ways">
        <legend className="label">{t("flows.keys")}</legend>
        <Rows items={step.choices} change={(choices) => change({ ...step, choices })} writable={writable} add={t("flows.add_key")} name={({ key, label }) => `${t("flows.exit.key", { key })} ${label}`} fresh={() => ({ key: unusedKey(step.choices), next: "", label: "" })}>
          {(choice, set, place) => (
            <>
              <Spot at={`choices/${place}/key`}><KeyPick value={choice.key} change={(key) => set({ ...choice, key })} /></Spot>
              <Cell label={t("flows.key_label")} value={choice.label} writable={writable} change={(label) => set({ ...choice, label: label.slice(0, 60) })} testid={`key-label-${place}`} />
              <div className="cell wide"><Target label={t("flows.leads_to")} slot={`/choices/${place}/next`} value={choice.next} change={(next) => set({ ...choice, next })} /></div>
            </>
          )}
        </Rows>
        <Faults at="choices" />
        <Target label={t("flows.exit.otherwise")} slot="/otherwise" value={step.otherwise} change={(otherwise) => change({ ...step, otherwise })} />
      </fieldset>
      <Trying step={step} change={(next) => change(next as Menu)} />
      <Said label={t("flows.invalid")} field="invalid" value={step.invalid} none={t("flows.nothing_said")} change={(invalid) => change({ ...step, invalid })} />
    </>
  );
}

function HoursFields({ step, change }: Of<Hours>) {
  const { t } = useTranslation();
  const known = useKnown();
  const { writable } = useEditing();
  const value = step.queue_id ? `queue:${step.queue_id}` : step.calendar_id ? `calendar:${step.calendar_id}` : "";
  const take = (wish: string): void => {
    const [of = "", id = ""] = wish.split(/:(.*)/s);
    change({ ...step, queue_id: of === "queue" ? id : "", calendar_id: of === "calendar" ? id : "" });
  };
  const offered = [...known.queues.map(({ id }) => `queue:${id}`), ...known.calendars.map(({ id }) => `calendar:${id}`)];
  return (
    <>
      <Spot at="queue_id">
        <label className="cell">
          <span className="tiny soft">{t("flows.hours_of")}</span>
          <select className="input" value={value} disabled={!writable} onChange={(event) => take(event.target.value)} data-testid="hours-of">
            <option value="">{t("flows.choose")}</option>
            {value && !offered.includes(value) && <option value={value}>{t("flows.gone")}</option>}
            <optgroup label={t("flows.hours_queue")}>{known.queues.map(({ id, name }) => <option key={id} value={`queue:${id}`}>{name}</option>)}</optgroup>
            <optgroup label={t("flows.hours_calendar")}>{known.calendars.map(({ id, name }) => <option key={id} value={`calendar:${id}`}>{name}</option>)}</optgroup>
          </select>
        </label>
      </Spot>
      <Faults at="calendar_id" />
      <Ways step={step} change={change} />
    </>
  );
}

/** What the API takes as a name: small letters, figures and lines. */
const asName = (typed: string): string => typed.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+/, "").slice(0, 40);

function CollectFields({ step, change }: Of<Collect>) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const digits = (count: number): string => t("flows.digits", { count });
  return (
    <>
      <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
      <Spot at="name"><Cell label={t("flows.kept_as")} value={step.name} placeholder="case_number" writable={writable} change={(name) => change({ ...step, name: asName(name) })} testid="collect-name" /></Spot>
      <div className="editor-cells">
        <Figure label={t("flows.least")} field="least" value={step.least} of={DIGITS} words={digits} change={(least) => change({ ...step, least, most: Math.max(least, step.most) })} />
        <Figure label={t("flows.most")} field="most" value={step.most} of={DIGITS} words={digits} change={(most) => change({ ...step, most, least: Math.min(most, step.least) })} />
      </div>
      <Spot at="secret"><Tick label={t("flows.secret")} value={step.secret} writable={writable} change={(secret) => change({ ...step, secret })} /></Spot>
      <Ways step={step} change={change} />
      <Trying step={step} change={(next) => change(next as Collect)} />
      <Said label={t("flows.invalid")} field="invalid" value={step.invalid} none={t("flows.nothing_said")} change={(invalid) => change({ ...step, invalid })} />
    </>
  );
}

function LookupFields({ step, change }: Of<Lookup>) {
  const { t } = useTranslation();
  const { flow, writable } = useEditing();
  const names = (secret: boolean, kept: string): (readonly [string, string])[] => [...new Set([...collected(flow, secret), ...(kept ? [kept] : [])])].map((each) => [each, each] as const);
  return (
    <>
      <Spot at="by"><Pick label={t("flows.lookup_by")} value={step.by} options={BYS.map((by) => [by, t(`flows.by.${by}`)] as const)} writable={writable} change={(by) => change({ ...step, by: by as LookupBy })} testid="lookup-by" /></Spot>
      <Spot at="name"><Pick label={t("flows.lookup_name")} value={step.name} options={names(false, step.name)} empty={t("flows.choose")} writable={writable} change={(name) => change({ ...step, name })} testid="lookup-name" /></Spot>
      {(step.by === "customer" || step.by === "any" || step.pin) && <Spot at="pin"><Pick label={t("flows.lookup_pin")} value={step.pin} options={names(true, step.pin)} empty={t("flows.no_pin")} writable={writable} change={(pin) => change({ ...step, pin })} testid="lookup-pin" /></Spot>}
      <Ways step={step} change={change} />
    </>
  );
}

function CallerFields({ step, change }: Of<Caller>) {
  const { t } = useTranslation();
  const { tiers } = useKnown();
  const { writable } = useEditing();
  const strange = step.tiers.filter((tier) => !tiers.some(({ id }) => id === tier)).map((id) => ({ id, name: id }));
  const turn = (id: string, on: boolean): void => change({ ...step, tiers: on ? [...step.tiers, id] : step.tiers.filter((each) => each !== id) });
  return (
    <>
      <fieldset className="targets">
        <legend className="tiny soft">{t("flows.tiers")}</legend>
        {[...tiers, ...strange].map(({ id, name }) => <Tick key={id} label={name} value={step.tiers.includes(id)} writable={writable} change={(on) => turn(id, on)} />)}
      </fieldset>
      {step.tiers.map((tier, place) => <Faults key={tier} at={`tiers/${place}`} />)}
      <Ways step={step} change={change} />
    </>
  );
}

function Queue({ value, change }: { value: string; change: (queue: string) => void }) {
  const { t } = useTranslation();
  const { queues } = useKnown();
  const { writable } = useEditing();
  const offered = queues.map(({ id, name }) => [id, name] as const);
  const all = value && !queues.some(({ id }) => id === value) ? [...offered, [value, t("flows.gone")] as const] : offered;
  return <Spot at="queue_id"><Pick label={t("flows.queue")} value={value} options={all} empty={t("flows.choose")} writable={writable} change={change} testid="step-queue" /></Spot>;
}

const points = (text: string): number => Math.max(-86_400, Math.min(86_400, Math.round(Number(text.replaceAll(",", ""))) || 0));

function Needs({ step, change }: Of<ToQueue | Callback>) {
  const { t } = useTranslation();
  const { skills } = useKnown();
  const { writable } = useEditing();
  const left = skills.filter((skill) => !step.skills.some((each) => each.skill === skill));
  const set = (next: SkillNeed[]): void => change({ ...step, skills: next });
  return (
    <>
      <fieldset className="flow-ways">
        <legend className="label">{t("flows.skills")}</legend>
        {step.skills.length === 0 && <p className="tiny faint">{t("flows.no_skills")}</p>}
        <Rows items={step.skills} change={set} writable={writable} add={t("flows.add_skill")} name={({ skill }) => skill} fresh={() => ({ skill: left[0] ?? skills[0] ?? "skill", level: 1 })}>
          {(need, put, place) => (
            <>
              <Spot at={`skills/${place}/skill`}><Pick label={t("flows.skill")} value={need.skill} options={[...new Set([...skills, need.skill])].map((skill) => [skill, skill] as const)} writable={writable} change={(skill) => put({ ...need, skill })} /></Spot>
              <Pick label={t("flows.level")} value={String(need.level)} options={LEVELS.map((level) => [String(level), String(level)] as const)} writable={writable} change={(level) => put({ ...need, level: Number(level) })} />
            </>
          )}
        </Rows>
      </fieldset>
      <ReadCell label={t("flows.priority")} value={step.priority_points} read={points} write={String} writable={writable} change={(priority_points) => change({ ...step, priority_points })} testid="step-priority" />
      <p className="tiny faint">{t("flows.priority_text")}</p>
    </>
  );
}

function CallbackFields({ step, change }: Of<Callback>) {
  const { t } = useTranslation();
  return (
    <>
      <Queue value={step.queue_id} change={(queue_id) => change({ ...step, queue_id })} />
      <Said label={t("flows.prompt")} field="prompt" value={step.prompt} change={(prompt) => change({ ...step, prompt })} />
      <div className="editor-cells">
        <KeyPick value={step.key} change={(key) => change({ ...step, key })} />
        <Figure label={t("flows.within")} field="within_s" value={step.within_s} of={SECONDS} words={(count) => t("flows.seconds", { count })} change={(within_s) => change({ ...step, within_s })} />
      </div>
      <Ways step={step} change={change} />
      <Needs step={step} change={(next) => change(next as Callback)} />
    </>
  );
}

function TransferFields({ step, change }: Of<Transfer>) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const asNumber = (typed: string): string => (/^\s*\+/.test(typed) ? "+" : "") + typed.replaceAll(/[^0-9]/g, "").slice(0, 16);
  return (
    <>
      <Spot at="number"><Cell label={t("flows.number")} value={step.number} type="tel" placeholder="+886223456789" writable={writable} change={(number) => change({ ...step, number: asNumber(number) })} testid="transfer-number" /></Spot>
      <Said label={t("flows.announce")} field="announce" value={step.announce} none={t("flows.nothing_said")} change={(announce) => change({ ...step, announce })} />
      <Figure label={t("flows.rings")} field="ring_s" value={step.ring_s} of={RINGS} words={(count) => t("flows.seconds", { count })} change={(ring_s) => change({ ...step, ring_s })} />
      <Ways step={step} change={change} />
    </>
  );
}
