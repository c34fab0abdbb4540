import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { CalendarDoc, ClockKind, Language, PolicyDoc } from "../../net/types";
import { useList } from "../../store/hooks";
import { useBusy } from "../../ui/busy";
import { useLevels } from "../contracts/contract-marks";
import { useCaseTypes } from "../casework/case-form";
import { fieldOf, useEntity } from "../records/entities";
import { Choice, Field, FormEnd } from "./form-parts";
import { readTarget, writeTarget } from "./hours";

const TIERS = ["standard", "silver", "gold", "vip", "platinum"];
const KINDS: ClockKind[] = ["first_response", "next_response", "resolution"];

interface Props {
  policy: PolicyDoc | null;
  calendars: CalendarDoc[];
  done: () => void;
  leave: () => void;
}

/** Which customers are promised what, counted by which calendar. */
export function PolicyForm({ policy, calendars, done, leave }: Props) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const types = useCaseTypes();
  const cases = useEntity("case");
  const severities = (cases && fieldOf(cases, "severity")?.choices.filter(({ retired }) => !retired)) ?? [];
  const queues = useList("queues");
  const [name, setName] = useState(policy?.name ?? "");
  const [queue, setQueue] = useState(policy?.queue ?? "");
  const [tier, setTier] = useState(policy?.tier ?? "");
  const levels = useLevels();
  const [contract, setContract] = useState(policy?.contract ?? "");
  const [caseType, setCaseType] = useState(policy?.case_type ?? "");
  const [severity, setSeverity] = useState(policy?.severity ?? "");
  const [calendar, setCalendar] = useState(policy?.calendar_id ?? calendars[0]?.id ?? "");
  const [targets, setTargets] = useState(KINDS.map((kind) => writeTarget(policy?.targets[`${kind}_s`] ?? null)));
  const [busy, problem, run] = useBusy();
  const seconds = targets.map(readTarget);
  const unreadable = seconds.map((each) => Number.isNaN(each));
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const [first_response_s = null, next_response_s = null, resolution_s = null] = seconds;
    const body = { name: name.trim(), queue: queue || null, tier: tier || null, contract: contract || null, case_type: caseType || null, severity: severity || null, calendar_id: calendar, targets: { first_response_s, next_response_s, resolution_s } };
    run(() => (policy ? call("PUT", `/sla/policies/${segment(policy.id)}`, body) : call("POST", "/sla/policies", body)).then(done));
  };
  const remove = (): void => run(() => call("DELETE", `/sla/policies/${segment(policy?.id ?? "")}`).then(done));
  return (
    <form className="panel form" onSubmit={save} data-testid="sla-policy-form">
      <h2 className="pane-title">{policy ? t("sla.edit_policy") : t("sla.new_policy")}</h2>
      <Field id="sla-name" label={t("sla.name")} value={name} change={setName} />
      <div className="form-two">
        <Choice id="sla-queue" label={t("sla.queue")} value={queue} change={setQueue}>
          <option value="">{t("sla.any_queue")}</option>
          {queues.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </Choice>
        <Choice id="sla-tier" label={t("sla.tier")} value={tier} change={setTier}>
          <option value="">{t("sla.any_tier")}</option>
          {(TIERS.includes(tier) || !tier ? TIERS : [tier, ...TIERS]).map((each) => <option key={each} value={each}>{t(`tier.${each}`, { defaultValue: each })}</option>)}
        </Choice>
        <Choice id="sla-contract" label={t("contracts.level")} value={contract} change={setContract}>
          <option value="">{t("contracts.any_level")}</option>
          {levels.map((each) => <option key={each.code} value={each.code}>{each.name}</option>)}
          {contract && !levels.some(({ code }) => code === contract) && <option value={contract}>{contract}</option>}
        </Choice>
      </div>
      <div className="form-two">
        <Choice id="sla-case-type" label={t("sla.case_type")} value={caseType} change={setCaseType}>
          <option value="">{t("sla.any_type")}</option>
          {(types ?? []).map((each) => <option key={each.id} value={each.id}>{each.label[language]}</option>)}
        </Choice>
        <Choice id="sla-severity" label={t("sla.severity")} value={severity} change={setSeverity}>
          <option value="">{t("sla.any_severity")}</option>
          {severities.map((each) => <option key={each.code} value={each.code}>{each.label[language]}</option>)}
        </Choice>
      </div>
      <Choice id="sla-of-calendar" label={t("sla.calendar")} value={calendar} change={setCalendar}>
        {calendars.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
      </Choice>
      <fieldset className="form-three">
        <legend className="label">{t("sla.targets")}</legend>
        {KINDS.map((kind, place) => (
          <Field key={kind} id={`sla-${kind}`} label={t(`sla.kind_${kind}`)} value={targets[place] ?? ""} placeholder={t("sla.not_promised")}
            change={(value) => setTargets(targets.map((each, at) => (at === place ? value : each)))} wrong={unreadable[place] ? t("sla.wrong_target") : null} />
        ))}
      </fieldset>
      <p className="tiny faint">{t("sla.policy_text")}</p>
      <FormEnd busy={busy} problem={problem} ready={Boolean(name.trim()) && !unreadable.includes(true)} remove={policy ? remove : null} leave={leave} />
    </form>
  );
}
