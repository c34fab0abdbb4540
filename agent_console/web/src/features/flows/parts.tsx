/** Small parts that the forms of steps share: where a way leads, what is said, figures, what is wrong. */
import { createContext, useContext, useId, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "../../i18n";
import { Problem, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { complain } from "../../ui/toasts";
import { Pick } from "../casework/parts";
import { GROUPS, kindsOf } from "./kinds";
import { kindName, languageName, promptText, stepTitle, uploaded, useKnown } from "./known";
import { PromptDialog } from "./prompt-form";
import { SPOKEN, type Flow, type FlowProblem, type Kind, type SoundDoc } from "./types";

/** What the form of a step works on. */
export interface Editing {
  flow: Flow;
  writable: boolean;
  /** Of this step, each with its field. */
  problems: readonly { field: string; problem: FlowProblem }[];
  /** A new step of that kind, to which the way in `slot` leads. */
  lead: (slot: string, kind: Kind) => void;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("outside of a flow");
  return editing;
}

/** A problem in words, with names for ids. */
export function useProblemWords(): (flow: Flow, problem: FlowProblem) => string {
  const { t, i18n } = useTranslation();
  const known = useKnown();
  return (flow, { code, params }) => {
    const named: Record<string, unknown> = { ...params };
    if (typeof params["step"] === "string") named["step"] = stepTitle(t, flow, params["step"]);
    if (typeof params["prompt"] === "string") named["prompt"] = promptText(known, params["prompt"], i18n.language as Language) || params["prompt"];
    if (typeof params["language"] === "string") named["language"] = languageName(params["language"]);
    return problemText(t, new Problem(code, 0, named));
  };
}

export function Faults({ at }: { at: string }) {
  const { flow, problems } = useEditing();
  const words = useProblemWords();
  const here = problems.filter(({ field }) => field === at);
  return <>{here.map(({ problem }, place) => <Fault key={place} problem={problem} words={words(flow, problem)} />)}</>;
}

export const Fault = ({ problem, words }: { problem: FlowProblem; words: string }) => (
  <p className={`flow-fault tiny ${problem.severity}`} data-code={problem.code}><Icon name={problem.severity === "error" ? "warn" : "info"} size={14} /><span>{words}</span></p>
);

/** A part of a form with what is wrong in it below. */
export const Spot = ({ at, children }: { at: string; children: ReactNode }) => <div className="flow-spot">{children}<Faults at={at} /></div>;

interface TargetProps {
  label: string;
  slot: string;
  value: string;
  change: (target: string) => void;
}

const NEW = "+";

/** Where a way leads: a step that is there, or a new one. */
export function Target({ label, slot, value, change }: TargetProps) {
  const { t } = useTranslation();
  const { flow, writable, lead } = useEditing();
  const take = (to: string): void => (to.startsWith(NEW) ? lead(slot, to.slice(1) as Kind) : change(to));
  const names = Object.keys(flow.steps);
  return (
    <Spot at={slot.slice(1)}>
      <label className="cell">
        <span className="tiny soft">{label}</span>
        <select className="input" value={value} disabled={!writable} onChange={(event) => take(event.target.value)} data-testid={`target-${slot.slice(1).replaceAll("/", "-")}`}>
          <option value="">{t("flows.nowhere")}</option>
          {value && !names.includes(value) && <option value={value}>{value}</option>}
          <optgroup label={t("flows.steps")}>{names.map((name) => <option key={name} value={name}>{stepTitle(t, flow, name)}{alike(t, flow, name) ? ` (${name})` : ""}</option>)}</optgroup>
          {GROUPS.map((group) => <optgroup key={group} label={t(`flows.new_of.${group}`)}>{kindsOf(group).map((kind) => <option key={kind} value={NEW + kind}>{t("flows.new_step", { kind: kindName(t, kind) })}</option>)}</optgroup>)}
        </select>
      </label>
    </Spot>
  );
}

/** Whether another step is called the same. */
const alike = (t: Parameters<typeof stepTitle>[0], flow: Flow, name: string): boolean => Object.keys(flow.steps).some((other) => other !== name && stepTitle(t, flow, other) === stepTitle(t, flow, name));

const UPLOAD = "upload";
const ASTERISK = "asterisk:";

interface SaidProps {
  label: string;
  field: string;
  value: string;
  change: (prompt: string) => void;
  /** Said when nothing is chosen. */
  none?: string;
}

/** What is said: uploaded, of the product, or of Asterisk; with what it says, and its sound. */
export function Said({ label, field, value, change, none }: SaidProps) {
  const { t, i18n } = useTranslation();
  const known = useKnown();
  const { writable } = useEditing();
  const [makes, make] = useState(false);
  const language = i18n.language as Language;
  const mine = uploaded(known, value);
  const own = value.startsWith(ASTERISK);
  const take = (wish: string): void => (wish === UPLOAD ? make(true) : change(wish));
  const text = promptText(known, value, language);
  const strange = value !== "" && !own && !mine && !known.prompts?.ours.some(({ name }) => `ours:${name}` === value);
  return (
    <Spot at={field}>
      <label className="cell">
        <span className="tiny soft">{label}</span>
        <select className="input" value={own ? ASTERISK : value} disabled={!writable} onChange={(event) => take(event.target.value)} data-testid={`prompt-${field}`}>
          <option value="">{none ?? t("flows.no_prompt")}</option>
          {strange && <option value={value}>{value}</option>}
          {writable && <option value={UPLOAD}>{t("flows.prompt_new")}</option>}
          <optgroup label={t("flows.prompts_uploaded")}>{known.prompts?.items.map((each) => <option key={each.id} value={`prompt:${each.id}`}>{each.name}</option>)}</optgroup>
          <optgroup label={t("flows.prompts_ours")}>{known.prompts?.ours.map((each) => <option key={each.name} value={`ours:${each.name}`}>{each.texts[language] ?? each.name}</option>)}</optgroup>
          <optgroup label={t("flows.prompts_asterisk")}><option value={ASTERISK}>{t("flows.asterisk_sound")}</option></optgroup>
        </select>
      </label>
      {own && <AsteriskSound value={value} change={change} />}
      {value && !own && text && <p className="flow-said small" dir="auto">{text}</p>}
      {mine && <Sounds prompt={mine.id} sounds={mine.sounds} />}
      {makes && <PromptDialog close={() => make(false)} made={(prompt) => { known.again(); make(false); change(`prompt:${prompt.id}`); }} />}
    </Spot>
  );
}

function AsteriskSound({ value, change }: { value: string; change: (prompt: string) => void }) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const id = useId();
  // whatever else is typed there cannot be a sound's name, and is never a path out of Asterisk's folder
  const clean = (typed: string): string => typed.replaceAll(/[^A-Za-z0-9_/-]/g, "").replaceAll(/\/{2,}/g, "/").replace(/^\//, "").slice(0, 100);
  return (
    <>
      <input id={id} className="input" aria-label={t("flows.asterisk_name")} value={value.slice(ASTERISK.length)} placeholder="vm-goodbye" disabled={!writable} spellCheck={false} onChange={(event) => change(ASTERISK + clean(event.target.value))} data-testid="asterisk-name" />
      <p className="tiny faint">{t("flows.asterisk_text")}</p>
    </>
  );
}

/** By language: its sound to be heard, or that there is none. */
export function Sounds({ prompt, sounds }: { prompt: string; sounds: readonly SoundDoc[] }) {
  const { t } = useTranslation();
  return (
    <span className="row wrap flow-sounds">
      {SPOKEN.map((language) => {
        const sound = sounds.find((each) => each.language === language);
        return sound ? <PlayButton key={language} prompt={prompt} sound={sound} /> : <Pill key={language} tone="ring" icon="warn">{t("flows.lacks_language", { language: languageName(language) })}</Pill>;
      })}
    </span>
  );
}

/** One sound: press to hear it, press again to stop. What was uploaded meanwhile is another address. */
export function PlayButton({ prompt, sound, named = true }: { prompt: string; sound: SoundDoc; named?: boolean }) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const name = languageName(sound.language);
  const label = t(playing ? "flows.stop_sound" : "flows.play_sound", { language: name });
  const toggle = (): void => {
    const it = audio.current;
    if (!it) return;
    if (playing) return it.pause();
    it.currentTime = 0;
    it.play().catch(() => complain(new Problem("prompt.not_played", 0)));
  };
  const ended = (): void => setPlaying(false);
  return (
    <span className="row flow-sound">
      <audio ref={audio} preload="none" src={`/api/v1/prompts/${segment(prompt)}/sounds/${sound.language}?of=${sound.sha256.slice(0, 12)}`} onPlay={() => setPlaying(true)} onPause={ended} onEnded={ended} />
      <IconButton small icon={playing ? "pause" : "play"} label={label} look="plain" onPress={toggle} data-testid={`play-${sound.language}`} />
      {named && <span className="tiny soft">{name}</span>}
    </span>
  );
}

interface FigureProps {
  label: string;
  field: string;
  value: number;
  of: readonly number[];
  words: (value: number) => string;
  change: (value: number) => void;
}

/** A figure out of some that make sense; one that is there already is offered too. */
export function Figure({ label, field, value, of, words, change }: FigureProps) {
  const { writable } = useEditing();
  const offered = [...new Set([...of, value])].sort((one, two) => one - two);
  return <Spot at={field}><Pick label={label} value={String(value)} options={offered.map((each) => [String(each), words(each)] as const)} writable={writable} change={(wish) => change(Number(wish))} testid={`figure-${field}`} /></Spot>;
}
