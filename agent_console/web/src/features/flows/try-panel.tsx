/** Try it: a telephone without a line. What is pressed here goes through the flow as it stands on the screen. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Pill, Wrong } from "../../ui/panes";
import { Pick } from "../casework/parts";
import { KINDS } from "./kinds";
import { languageName, promptText, queueName, stepTitle, uploaded, useKnown } from "./known";
import { PlayButton } from "./parts";
import { asked, digits, outcomesOf, readMoment, SILENCE, waits } from "./trying";
import { SPOKEN, type Flow, type Heard, type Stage, type Way } from "./types";

interface Props {
  id: string;
  flow: Flow;
  /** What came of it, for the drawing; null: nothing yet. */
  seen: (way: Way | null) => void;
}

export function TryPanel({ id, flow, seen }: Props) {
  const { t } = useTranslation();
  const [number, setNumber] = useState("");
  const [at, setAt] = useState("");
  const [language, setLanguage] = useState<Language>("zh-TW");
  const [keys, setKeys] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const [hungUp, setHungUp] = useState(false);
  const [outcomes, setOutcomes] = useState<Record<string, string>>({});
  const body = { document: flow, number, at: readMoment(at), language, keys: asked(keys, hungUp), outcomes };
  const empty = Object.keys(flow.steps).length === 0;
  const { data: way, problem } = useResource(empty ? null : `try ${id}`, () => call<Way>("POST", `/flows/${segment(id)}/preview`, body), JSON.stringify(body));
  useEffect(() => seen(way), [way, seen]);
  useEffect(() => () => seen(null), [seen]);
  const open = way !== null && waits(way, hungUp);
  const most = way ? digits(flow, way) : 1;
  const answer = (keyed: string): void => {
    setTyped("");
    setKeys([...keys, keyed]);
  };
  const key = (pressed: string): void => {
    if (!open) return;
    if (most === 1) return answer(pressed);
    const next = typed + pressed;
    if (pressed === "#") answer(typed === "" ? "#" : typed);
    else if (next.length >= most) answer(next);
    else setTyped(next);
  };
  const anew = (): void => {
    setKeys([]);
    setTyped("");
    setHungUp(false);
  };
  return (
    <div className="flow-try" data-testid="try-panel">
      <div className="editor-cells">
        <label className="cell"><span className="tiny soft">{t("flows.try_number")}</span><input className="input" type="tel" value={number} maxLength={40} placeholder="+886912345678" onChange={(event) => setNumber(event.target.value)} data-testid="try-number" /></label>
        <Pick label={t("flows.try_language")} value={language} options={SPOKEN.map((code) => [code, languageName(code)] as const)} change={(code) => setLanguage(code as Language)} testid="try-language" />
        <label className="cell wide"><span className="tiny soft">{t("flows.try_at")}</span><input className="input" type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} data-testid="try-at" /></label>
      </div>
      <Wrong problem={problem} />
      {empty && <p className="small faint">{t("flows.empty_text")}</p>}
      {way && <Told flow={flow} way={way} open={open} outcomes={outcomes} force={(step, word) => setOutcomes(word ? { ...outcomes, [step]: word } : Object.fromEntries(Object.entries(outcomes).filter(([name]) => name !== step)))} />}
      <div className="flow-phone" onKeyDown={(event) => { if (/^[0-9*#]$/.test(event.key) && !(event.target instanceof HTMLInputElement)) key(event.key); }}>
        <p className="keypad-typed num" aria-live="polite" data-testid="try-typed">{typed || keys.map((each) => each || "–").join(" ") || " "}</p>
        <div className="keypad-keys">{[..."123456789*0#"].map((each) => <Button key={each} isDisabled={!open} onPress={() => key(each)} data-testid={`try-key-${each}`}>{each}</Button>)}</div>
        <div className="row flow-phone-end">
          <Button small isDisabled={!open} onPress={() => answer(SILENCE)} data-testid="try-silence">{t("flows.silence")}</Button>
          <Button small look="stop" icon="hangup" isDisabled={!open} onPress={() => setHungUp(true)} data-testid="try-hangup">{t("flows.hang_up")}</Button>
          <span className="grow" />
          <Button small look="quiet" icon="undo" isDisabled={keys.length === 0 && !hungUp} onPress={anew} data-testid="try-again">{t("flows.call_again")}</Button>
        </div>
      </div>
    </div>
  );
}

interface ToldProps {
  flow: Flow;
  way: Way;
  open: boolean;
  outcomes: Record<string, string>;
  force: (step: string, word: string) => void;
}

/** The way so far: each step with what is heard in it, what was keyed, what came of it. */
function Told({ flow, way, open, outcomes, force }: ToldProps) {
  const { t } = useTranslation();
  const shares = heardBy(way);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView?.({ block: "nearest" });
  }, [way]);
  return (
    <div data-testid="try-way">
      <ol className="flow-told">
        {way.path.map((stage, place) => {
          const last = place === way.path.length - 1;
          return (
            <li key={place} className={last && open ? "open" : ""} data-step={stage.step}>
              <span className={`flow-icon ${KINDS[stage.kind].tone}`}><Icon name={KINDS[stage.kind].icon} size={14} /></span>
              <span className="grow">
                <span className="row"><span className="small strong clip grow" dir="auto">{stepTitle(t, flow, stage.step)}</span><CameOf flow={flow} stage={stage} kept={outcomes[stage.step] ?? ""} force={(word) => force(stage.step, word)} /></span>
                {(shares[place] ?? []).map((heard, at) => <Sentence key={at} heard={heard} />)}
                {stage.keys.map((keyed, at) => <span key={at} className="flow-keyed tiny num">{t("flows.keyed", { keys: keyed })}</span>)}
              </span>
            </li>
          );
        })}
      </ol>
      <div className="flow-end" ref={end} role="status" data-testid="try-end" data-end={open ? "open" : way.end.kind}><EndWords way={way} open={open} /></div>
    </div>
  );
}

/** What is heard, shared out among the stages: a step that is taken twice says its prompts twice. */
export function heardBy(way: Way): Heard[][] {
  let next = 0;
  return way.path.map(({ step }, place) => {
    const mine: Heard[] = [];
    for (let heard = way.heard[next]; heard?.step === step; heard = way.heard[next]) {
      const again = way.path[place + 1]?.step === step && mine.length > 0;
      if (again) break;
      mine.push(heard);
      next += 1;
    }
    return mine;
  });
}

function Sentence({ heard }: { heard: Heard }) {
  const { t } = useTranslation();
  const known = useKnown();
  const mine = uploaded(known, heard.prompt);
  const sound = mine && (mine.sounds.find(({ language }) => language === heard.language) ?? mine.sounds[0]);
  return (
    <span className="flow-heard small" lang={heard.language}>
      {mine && sound ? <PlayButton prompt={mine.id} sound={sound} named={false} /> : <Icon name="horn" size={14} />}
      <span>{promptText(known, heard.prompt, heard.language) || t("flows.no_prompt")}</span>
    </span>
  );
}

/** What came of a step, and for what is looked up the choice of something else. */
function CameOf({ flow, stage, kept, force }: { flow: Flow; stage: Stage; kept: string; force: (word: string) => void }) {
  const { t } = useTranslation();
  const words = outcomesOf(flow, stage.step);
  const come = (word: string): string => t(`flows.outcome.${word}`, { defaultValue: word });
  if (words.length === 0) return null;
  return (
    <select className="input short flow-force" value={kept} aria-label={t("flows.force", { step: stepTitle(t, flow, stage.step) })} onChange={(event) => force(event.target.value)} data-testid={`force-${stage.step}`}>
      <option value="">{kept || !words.includes(stage.outcome) ? t("flows.as_is") : come(stage.outcome)}</option>
      {words.map((word) => <option key={word} value={word}>{come(word)}</option>)}
    </select>
  );
}

function EndWords({ way, open }: { way: Way; open: boolean }) {
  const { t } = useTranslation();
  const known = useKnown();
  const { kind, queue_id: queue, skills, priority_points: priority, reason } = way.end;
  if (open) return <span className="row small"><Icon name="ear" size={16} />{t("flows.waits_for_keys")}</span>;
  const needs = skills.map(({ skill, level }) => `${skill} ≥ ${level}`).join(", ");
  return (
    <span className="row wrap small">
      <Pill tone={kind === "failed" ? "stop" : kind === "left" ? "mute" : "go"} icon={kind === "failed" ? "warn" : kind === "left" || kind === "hangup" ? "hangup" : "check"}>{t(`flows.end.${kind}`)}</Pill>
      {queue && <span className="strong" dir="auto">{queueName(known, queue)}</span>}
      {needs && <span className="soft">{t("flows.end_skills", { skills: needs })}</span>}
      {priority !== 0 && <span className="soft num">{t("flows.end_priority", { points: priority })}</span>}
      {kind === "failed" && <span className="soft">{t(`flows.reason.${reason.replaceAll(".", "_")}`, { defaultValue: t("flows.reason.other") })}</span>}
    </span>
  );
}
