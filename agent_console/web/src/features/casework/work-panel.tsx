import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { ClockDoc, Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Banner, Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { useHold } from "../../ui/unsaved";
import { newKey } from "../interaction/drafts";
import { fieldOf, type EntityDoc, type RecordRow } from "../records/entities";
import { FieldRow } from "../records/fields";
import type { PanelProps } from "../records/panels";
import { Explanation } from "../sla/explanation";
import { ClockMark } from "../sla/sla-mark";
import { Approvals } from "./approvals";
import { FormFields } from "./case-form";
import { MacroRun } from "./macro-run";
import { Picture } from "./picture";
import type { StepDoc, Work } from "./types";

const TONES = { open: "ring", pending: "talk", solved: "go", closed: "mute" } as const;
export const useWork = (record: RecordRow) => useResource<Work>(`work/${record.id}`, () => call<Work>("GET", `/cases/${segment(record.id)}/work`), String(record.row_version));

/** Where a case stands, the next steps as buttons, its promises, and what can be started. */
export default function WorkPanel({ record, entity, refresh }: PanelProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { data: work, problem, again } = useWork(record);
  const [seen, see] = useState(false);
  if (!work) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />;
  const changed = (): void => {
    again();
    refresh();
  };
  return (
    <div className="work-panel" data-testid="work-panel">
      {work.merged_into && <Banner tone="mute" icon="link"><span>{t("casework.merged_into")} <Link to={`/records/cases/${work.merged_into.id}`} className="grid-link num">{work.merged_into.name}</Link></span></Banner>}
      <div className="row">
        <span className="label">{work.type.label[language]}</span>
        <Pill tone={TONES[work.state.class as keyof typeof TONES] ?? "mute"} icon="dot">{work.state.label[language]}</Pill>
        {Number(record["escalation_level"]) > 0 && <Pill tone="stop" icon="up">{t("casework.level", { level: Number(record["escalation_level"]) })}</Pill>}
        <span className="grow" />
        <Button small look="quiet" icon={seen ? "down" : "rows"} aria-expanded={seen} onPress={() => see(!seen)}>{t("casework.show_picture")}</Button>
      </div>
      {seen && <Picture states={work.type.states} moves={work.type.moves} initial={work.type.initial} here={work.state.name} />}
      <Steps work={work} record={record} entity={entity} changed={changed} />
      <Approvals items={work.approvals} changed={changed} />
      <Clocks record={record} />
      <Start work={work} record={record} changed={changed} />
    </div>
  );
}

function Steps({ work, record, entity, changed }: { work: Work; record: RecordRow; entity: EntityDoc; changed: () => void }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [chosen, choose] = useState<StepDoc | null>(null);
  const [busy, problem, run] = useBusy();
  if (work.steps.length === 0) return null;
  const make = (step: StepDoc, body: Record<string, unknown> = {}): void =>
    run(async () => {
      const answer = await call<{ asked: string | null }>("POST", `/cases/${segment(record.id)}/steps`, { to: step.to, ...body });
      tell(answer.asked ? "casework.asked" : "casework.moved");
      choose(null);
      changed();
    });
  const press = (step: StepDoc): void => (step.faults.length > 0 || step.needs.length > 0 || step.resolution ? choose(chosen?.to === step.to ? null : step) : make(step));
  return (
    <section aria-label={t("casework.next_steps")}>
      <h2 className="label">{t("casework.next_steps")}</h2>
      <div className="row step-buttons">
        {work.steps.map((step, place) => (
          <Button key={step.to} look={place === 0 ? "primary" : "plain"} isDisabled={busy} aria-expanded={chosen?.to === step.to} onPress={() => press(step)} data-testid={`step-${step.to}`}>
            {step.label[language]}{step.approval && <Icon name="users" size={14} />}
          </Button>
        ))}
      </div>
      {chosen ? <StepForm key={chosen.to} step={chosen} work={work} record={record} entity={entity} busy={busy} make={(body) => make(chosen, body)} leave={() => choose(null)} /> : null}
      <Wrong problem={problem} />
    </section>
  );
}

interface StepFormProps {
  step: StepDoc;
  work: Work;
  record: RecordRow;
  entity: EntityDoc;
  busy: boolean;
  make: (body: Record<string, unknown>) => void;
  leave: () => void;
}

/** What a step asks for, at the place where one takes it. */
function StepForm({ step, work, record, entity, busy, make, leave }: StepFormProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const asked = [...new Set([...step.needs, ...step.faults.map(({ params }) => String(params["field"] ?? "")), ...(step.resolution ? ["resolution_code", "resolution"] : [])])];
  const fields = asked.map((name) => fieldOf(entity, name)).filter((field) => field !== undefined);
  const form = work.type.form.filter((field) => asked.includes(`form.${field.name}`) || field.required_at.includes(step.to));
  const [values, setValues] = useState<Record<string, unknown>>(() => Object.fromEntries(fields.map((field) => [field.name, record[field.name] ?? null])));
  const [names, setNames] = useState<Record<string, Record<string, string>>>({});
  const [filled, fill] = useState<Record<string, unknown>>(work.form);
  const [note, setNote] = useState("");
  const changed = Object.entries(values).filter(([name, value]) => value !== (record[name] ?? null));
  useHold(note !== "" || changed.length > 0 || filled !== work.form);
  const others = step.faults.filter(({ pointer }) => pointer === "");
  const send = (): void => {
    const changes = Object.fromEntries(changed);
    make({ changes: form.length > 0 ? { ...changes, form: filled } : changes, note });
  };
  return (
    <div className="step-form" role="group" aria-label={step.label[language]}>
      {others.map((fault) => <p key={fault.code} className="wrong small"><Icon name="warn" size={15} /><span>{t(`problem.${fault.code.replaceAll(".", "_")}`, fault.params)}</span></p>)}
      {fields.map((field) => (
        <FieldRow key={field.name} field={{ ...field, required: step.needs.includes(field.name) }} value={values[field.name]} named={names}
          change={(value, name) => {
            setValues({ ...values, [field.name]: value });
            if (name !== undefined && typeof value === "string") setNames({ ...names, [field.refers]: { ...names[field.refers], [value]: name } });
          }} />
      ))}
      <FormFields form={form} values={filled} change={fill} state={step.to} />
      <label className="cell"><span className="tiny soft">{t("casework.note")}</span><input className="input" value={note} onChange={(event) => setNote(event.target.value)} /></label>
      <div className="row">
        <Button look="primary" icon="check" isDisabled={busy || others.length > 0} onPress={send} data-testid="step-make">{step.approval ? t("casework.ask_approval") : step.label[language]}</Button>
        <Button look="quiet" onPress={leave}>{t("records.leave")}</Button>
      </div>
    </div>
  );
}

function Clocks({ record }: { record: RecordRow }) {
  const { t } = useTranslation();
  const [told, tellWhy] = useState(false);
  const { data } = useResource(`clocks/${record.id}`, () => call<{ clocks: ClockDoc[] }>("GET", `/cases/${segment(record.id)}/clocks`), String(record.row_version));
  if (!data || data.clocks.length === 0) return null;
  return (
    <section aria-label={t("sla.promises")}>
      <div className="row"><h2 className="label grow">{t("sla.promises")}</h2><Button small look="quiet" icon={told ? "down" : "question"} aria-expanded={told} onPress={() => tellWhy(!told)}>{t("sla.why")}</Button></div>
      <div className="row wrap">{data.clocks.map((clock) => <ClockMark key={clock.kind} clock={clock} />)}</div>
      {told && <Explanation caseId={record.id} version={String(record.row_version)} />}
    </section>
  );
}

/** Macros, procedures, watching: what one may begin here. */
function Start({ work, record, changed }: { work: Work; record: RecordRow; changed: () => void }) {
  const { t } = useTranslation();
  const [macro, setMacro] = useState("");
  const [busy, problem, run] = useBusy();
  const start = (id: string): void => {
    if (id) run(() => call("POST", `/cases/${segment(record.id)}/procedures/${segment(id)}`, undefined, { "Idempotency-Key": newKey() }).then(() => { tell("casework.procedure_ran"); changed(); }));
  };
  const watch = (): void => run(() => call(work.watching ? "DELETE" : "PUT", `/cases/${segment(record.id)}/watching`, work.watching ? undefined : {}).then(changed));
  return (
    <section aria-label={t("casework.start")}>
      <h2 className="label">{t("casework.start")}</h2>
      <div className="row wrap">
        {work.macros.length > 0 && <select className="input auto" value={macro} aria-label={t("casework.macro")} onChange={(event) => setMacro(event.target.value)} data-testid="macro"><option value="">{t("casework.macro")}…</option>{work.macros.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
        {work.procedures.length > 0 && <select className="input auto" value="" aria-label={t("casework.procedure")} disabled={busy} onChange={(event) => start(event.target.value)} data-testid="procedure"><option value="">{t("casework.procedure")}…</option>{work.procedures.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
        <Button small look={work.watching ? "on" : "plain"} icon="bell" isDisabled={busy} onPress={watch} data-testid="watch">{t(work.watching ? "casework.watching" : "casework.watch")}</Button>
      </div>
      {macro && <MacroRun key={macro} caseId={record.id} macro={macro} done={() => { setMacro(""); changed(); }} leave={() => setMacro("")} />}
      <Wrong problem={problem} />
    </section>
  );
}
