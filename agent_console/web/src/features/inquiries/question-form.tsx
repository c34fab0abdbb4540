import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button, IconButton } from "../../ui/button";
import { Cell, Pick, ReadCell, Tick } from "../casework/parts";
import { conditions, freshChoice, moved, said } from "./document";
import { InAll, Spot, useEditing } from "./parts";
import { KINDS, type Choice, type FileGroup, type Kind, type Question, type SkillNeed } from "./types";

interface Props {
  place: number;
  question: Question;
  change: (question: Question) => void;
  rename: (name: string) => void;
}

const ROLES: Partial<Record<Kind, "name" | "email" | "phone">> = { text: "name", email: "email", phone: "phone" };
const GROUPS: readonly FileGroup[] = ["image", "document", "archive"];
const number = (text: string): number | null => (text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text));
const shown = (value: number | null): string => (value === null ? "" : String(value));

/** All about one question. */
export function QuestionForm({ place, question, change, rename }: Props) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const at = `/fields/${place}`;
  const set = (more: Partial<Question>): void => change({ ...question, ...more });
  const { kind } = question;
  const chosen = kind === "choice" || kind === "several";
  const limited = kind !== "yes_no" && kind !== "consent" && kind !== "email" && kind !== "phone" && kind !== "date" && kind !== "choice";
  return (
    <div className="inquiry-question-form">
      <InAll label={t(kind === "consent" ? "inquiries.consent_label" : "inquiries.label")} at={`${at}/label`} value={question.label} change={(label) => set({ label })} testid="q-label" />
      {kind === "consent" && <Consent question={question} at={at} set={set} />}
      <InAll label={t("inquiries.help")} at={`${at}/help`} value={question.help} change={(help) => set({ help })} long />
      <div className="inquiry-cells">
        <Spot at={`${at}/kind`}><Pick label={t("inquiries.kind")} value={kind} options={KINDS.map((each) => [each, t(`inquiries.kind_${each}`)] as const)} writable={writable} change={(next) => change(turned(question, next as Kind))} testid="q-kind" /></Spot>
        <Spot at={`${at}/name`}><Cell label={t("inquiries.field_name")} value={question.name} writable={writable} change={(name) => rename(name.toLowerCase().replace(/[^a-z0-9_]/g, "_").replace(/^[^a-z]+/, "").slice(0, 40) || "f")} testid="q-name" /></Spot>
        {ROLES[kind] && <Spot at={`${at}/role`}><Pick label={t("inquiries.role")} value={question.role} empty={t("inquiries.role_none")} options={[[ROLES[kind] ?? "", t(`inquiries.role_${ROLES[kind]}`)]]} writable={writable} change={(role) => set({ role: role as Question["role"] })} /></Spot>}
      </div>
      <Tick label={t(kind === "consent" ? "inquiries.must_agree" : "inquiries.required")} value={question.required} writable={writable} change={(required) => set({ required })} />
      {limited && (
        <div className="inquiry-cells">
          {kind !== "file" && <Spot at={`${at}/least`}><ReadCell narrow mode="decimal" label={t(`inquiries.least_${limitOf(kind)}`)} value={question.least} read={number} write={shown} writable={writable} change={(least) => set({ least })} /></Spot>}
          <Spot at={`${at}/most`}><ReadCell narrow mode="decimal" label={t(`inquiries.most_${limitOf(kind)}`)} value={question.most} read={number} write={shown} writable={writable} change={(most) => set({ most })} /></Spot>
          {kind === "file" && <ReadCell narrow mode="decimal" label={t("inquiries.most_mb")} value={question.most_mb} read={(text) => Math.min(20, Math.max(1, Math.round(number(text) ?? 5)))} write={String} writable={writable} change={(most_mb) => set({ most_mb })} />}
        </div>
      )}
      {kind === "file" && <Spot at={`${at}/groups`}><div className="row wrap">{GROUPS.map((group) => <Tick key={group} label={t(`inquiries.group_${group}`)} value={question.groups.includes(group)} writable={writable} change={(on) => set({ groups: GROUPS.filter((each) => (each === group ? on : question.groups.includes(each))) })} />)}</div></Spot>}
      {chosen && <Choices question={question} at={at} set={set} />}
      <Condition place={place} question={question} at={at} set={set} />
      <Target question={question} at={at} set={set} />
    </div>
  );
}

/** Another kind keeps what it can hold. */
function turned(question: Question, kind: Kind): Question {
  const chosen = kind === "choice" || kind === "several";
  return { ...question, kind, least: null, most: null, role: ROLES[kind] === question.role ? question.role : "", maps_to: "", choices: chosen ? (question.choices.length > 0 ? question.choices : [freshChoice([])]) : [], text_version: kind === "consent" ? question.text_version || "1" : "" };
}

const limitOf = (kind: Kind): string => (kind === "number" ? "number" : kind === "several" ? "several" : kind === "file" ? "files" : "text");

interface PartProps {
  question: Question;
  at: string;
  set: (more: Partial<Question>) => void;
}

function Consent({ question, at, set }: PartProps) {
  const { t, i18n } = useTranslation();
  const { known, writable } = useEditing();
  return (
    <>
      <InAll label={t("inquiries.consent_text")} at={`${at}/text`} value={question.text} change={(text) => set({ text })} long testid="q-text" />
      <div className="inquiry-cells">
        <Spot at={`${at}/purpose`}><Pick label={t("inquiries.purpose")} value={question.purpose} empty={t("inquiries.choose")} options={known.purposes.map(({ id, label }) => [id, said(label, i18n.language as Language)] as const)} writable={writable} change={(purpose) => set({ purpose })} testid="q-purpose" /></Spot>
        <Spot at={`${at}/text_version`}><Cell narrow label={t("inquiries.text_version")} value={question.text_version} writable={writable} change={(text_version) => set({ text_version: text_version.slice(0, 40) })} /></Spot>
      </div>
    </>
  );
}

function Choices({ question, at, set }: PartProps) {
  const { t } = useTranslation();
  const { writable } = useEditing();
  const { choices } = question;
  const put = (place: number, choice: Choice): void => set({ choices: choices.map((each, n) => (n === place ? choice : each)) });
  return (
    <fieldset className="inquiry-choices">
      <legend className="label">{t("inquiries.choices")}</legend>
      {choices.map((choice, place) => (
        <div key={place} className="inquiry-choice">
          <div className="inquiry-choice-words"><InAll label={t("inquiries.choice", { place: place + 1 })} at={`${at}/choices/${place}/label`} value={choice.label} change={(label) => put(place, { ...choice, label })} testid={`choice-${place}`} /></div>
          <div className="inquiry-cells">
            <Spot at={`${at}/choices/${place}/code`}><Cell narrow label={t("inquiries.code")} value={choice.code} writable={writable} change={(code) => put(place, { ...choice, code: code.replace(/[^A-Za-z0-9_.-]/g, "").slice(0, 60) })} /></Spot>
            <ReadCell narrow mode="decimal" label={t("inquiries.points")} value={choice.priority_points} read={(text) => Math.round(number(text) ?? 0)} write={String} writable={writable} change={(priority_points) => put(place, { ...choice, priority_points })} />
            <Spot at={`${at}/choices/${place}/skills`} deep><ReadCell label={t("inquiries.skills")} placeholder={t("inquiries.skills_hint")} value={choice.skills} read={readSkills} write={writeSkills} writable={writable} change={(skills) => put(place, { ...choice, skills })} /></Spot>
          </div>
          {writable && (
            <span className="row inquiry-choice-tools">
              <IconButton small icon="up" label={t("inquiries.move_up")} isDisabled={place === 0} onPress={() => set({ choices: moved(choices, place, place - 1) })} />
              <IconButton small icon="down" label={t("inquiries.move_down")} isDisabled={place === choices.length - 1} onPress={() => set({ choices: moved(choices, place, place + 1) })} />
              <IconButton small icon="trash" label={t("inquiries.remove_choice", { place: place + 1 })} isDisabled={choices.length === 1} onPress={() => set({ choices: choices.filter((_, n) => n !== place) })} />
            </span>
          )}
        </div>
      ))}
      {writable && <Button small look="quiet" icon="plus" onPress={() => set({ choices: [...choices, freshChoice(choices)] })} data-testid="choice-add">{t("inquiries.add_choice")}</Button>}
    </fieldset>
  );
}

/** `returns 3, english`. */
const readSkills = (text: string): SkillNeed[] => text.split(/[,，、]/).map((each) => each.trim()).filter(Boolean).map((each) => {
  const found = /^(.*?)\s+(\d{1,2})$/.exec(each);
  return found ? { skill: found[1] ?? each, level: Math.min(10, Math.max(1, Number(found[2]))) } : { skill: each, level: 1 };
});
const writeSkills = (skills: readonly SkillNeed[]): string => skills.map(({ skill, level }) => (level > 1 ? `${skill} ${level}` : skill)).join(", ");

function Condition({ place, question, at, set }: PartProps & { place: number }) {
  const { t, i18n } = useTranslation();
  const { form, writable } = useEditing();
  const offered = conditions(form, place);
  const { when } = question;
  if (offered.length === 0 && !when) return null;
  const language = i18n.language as Language;
  const other = form.fields.find(({ name }) => name === when?.field);
  const values = other?.kind === "yes_no" ? [["yes", t("inquiries.yes")], ["no", t("inquiries.no")]] as const : (other?.choices ?? []).map(({ code, label }) => [code, said(label, language) || code] as const);
  return (
    <Spot at={`${at}/when`} deep>
      <div className="inquiry-condition">
        <Pick label={t("inquiries.when")} value={when?.field ?? ""} empty={t("inquiries.always")} options={offered.map(({ name, label }) => [name, said(label, language) || name] as const)} writable={writable} change={(field) => set({ when: field ? { field, values: [] } : null })} testid="q-when" />
        {when && <div className="row wrap">{values.map(([code, words]) => <Tick key={code} label={words} value={when.values.includes(code)} writable={writable} change={(on) => set({ when: { ...when, values: values.map(([each]) => each).filter((each) => (each === code ? on : when.values.includes(each))) } })} />)}</div>}
      </div>
    </Spot>
  );
}

const FITS: Partial<Record<Kind, readonly string[]>> = { text: ["text", "long_text"], long_text: ["long_text"], email: ["email", "text"], phone: ["phone", "text"], number: ["number", "integer", "amount"], date: ["date", "text"], choice: ["choice", "code", "text"], several: ["tags"], yes_no: ["boolean"] };

function Target({ question, at, set }: PartProps) {
  const { t, i18n } = useTranslation();
  const { known, writable } = useEditing();
  const fits = known.targets.filter(({ kind }) => FITS[question.kind]?.includes(kind));
  if (fits.length === 0 && !question.maps_to) return null;
  const named = fits.map(({ id, label }) => [id, `${t(id.startsWith("case.") ? "inquiries.to_case" : "inquiries.to_party")}: ${said(label, i18n.language as Language)}`] as const);
  return <Spot at={`${at}/maps_to`}><Pick label={t("inquiries.maps_to")} value={question.maps_to} empty={t("inquiries.maps_nowhere")} options={named} writable={writable} change={(maps_to) => set({ maps_to })} /></Spot>;
}
