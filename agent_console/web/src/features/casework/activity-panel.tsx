import { useState, type SyntheticEvent } from "react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { useHold } from "../../ui/unsaved";
import { fieldOf, type EntityDoc } from "../records/entities";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";
import { useWork } from "./work-panel";
import type { ActivityDoc, Work } from "./types";

interface StepTold {
  kind: string;
  outcome: string;
  code?: string;
  params?: Record<string, unknown>;
  /** A letter waits for its customer's hours. */
  waits_until?: number;
}

/** All that happened in a case, the latest first; notes among ourselves. */
export default function ActivityPanel({ record, entity }: PanelProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { data, problem, again } = useWork(record);
  const [text, setText] = useState("");
  useHold(text !== "");
  const [busy, wrong, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (text.trim()) run(() => call("POST", `/cases/${segment(record.id)}/notes`, { text: text.trim() }).then(() => { setText(""); again(); }));
  };
  return (
    <div className="activity-panel">
      <form className="row" onSubmit={add}><textarea className="input grow" rows={2} value={text} placeholder={t("casework.note_hint")} aria-label={t("casework.note")} onChange={(event) => setText(event.target.value)} data-testid="case-note" /><Button type="submit" icon="plus" isDisabled={busy || !text.trim()}>{t("casework.add_note")}</Button></form>
      <Wrong problem={wrong} />
      <ol className="past-list" data-testid="activity">
        {[...data.activity].reverse().map((each) => (
          <li key={each.seq} className="past">
            <p className="row past-head"><span className="strong">{each.actor ?? t("casework.by_itself")}</span><span className="soft">{headline(each, data, language, t)}</span><span className="grow" /><span className="tiny faint num">{momentText(each.at, language)}</span></p>
            <Told each={each} entity={entity} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function headline(each: ActivityDoc, work: Work, language: Language, t: TFunction): string {
  const state = (name: unknown): string => work.type.states.find((one) => one.name === name)?.label[language] ?? String(name ?? "");
  const data = each.data;
  return t(`casework.did_${each.kind}`, { to: each.kind === "linked" || each.kind === "linked_from" || each.kind === "unlinked" ? String(data["to"]) : state(data["to"]), number: data["number"], name: data["procedure"] ?? data["macro"] ?? data["name"], defaultValue: each.kind });
}

function Told({ each, entity }: { each: ActivityDoc; entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { note, why, fields, steps, code, params } = each.data as { note?: string; why?: string; fields?: string[]; steps?: StepTold[]; code?: string; params?: Record<string, unknown> };
  return (
    <>
      {why && <p className="small soft">{t(`casework.why_${why}`, { defaultValue: why })}</p>}
      {fields && <p className="small soft">{fields.map((name) => fieldOf(entity, name)?.label[language] ?? name).join(", ")}</p>}
      {code && <p className="small soft">{t(`problem.${code.replaceAll(".", "_")}`, { ...params, defaultValue: code })}</p>}
      {note && <p className="past-note" dir="auto">{note}</p>}
      {steps && <ul className="ran-steps">{steps.map((step, place) => <li key={place} className={step.outcome}>{t(`casework.step_${step.kind}`)}{step.code && <span className="soft"> · {t(`problem.${step.code.replaceAll(".", "_")}`, { ...step.params, defaultValue: step.code })}</span>}{step.waits_until !== undefined && <span className="soft"> · {t("wishes.waits_until", { at: momentText(step.waits_until, language) })}</span>}</li>)}</ul>}
    </>
  );
}
