import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { duration, moment } from "../../format";
import { call, segment } from "../../net/api";
import type { ClockStep, ExplainedClock, Language } from "../../net/types";
import { useNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { Bones, Failure } from "../../ui/panes";

/** Day by day, in whole words, how each due time comes about. */
export function Explanation({ caseId, version }: { caseId: string; version: string }) {
  const { t } = useTranslation();
  const told = useResource(caseId, () => call<{ clocks: ExplainedClock[] }>("GET", `/cases/${segment(caseId)}/clocks?explain=1`), version);
  if (!told.data) return told.problem ? <Failure problem={told.problem} retry={told.again} /> : <Bones lines={3} />;
  return (
    <div className="explained" data-testid="sla-explanation">
      {told.data.clocks.map((clock) => (
        <section key={clock.kind}>
          <h3 className="label">{t(`sla.kind_${clock.kind}`)}</h3>
          <ol className="steps">{(clock.explanation ?? []).map((step, place) => <Step key={place} step={step} />)}</ol>
        </section>
      ))}
    </div>
  );
}

function Step({ step }: { step: ClockStep }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const language = i18n.language as Language;
  const at = step.at === undefined ? "" : moment(step.at, now, language);
  const left = duration(step.left_s ?? 0);
  switch (step.step) {
    case "started":
      return <li>{t("sla.step_started", { at, terms: step.terms, zone: step.zone, left })}</li>;
    case "day":
      return <li className={step.business_s ? "" : "faint"}>{day(t, step, language)}</li>;
    case "stopped":
      return <li>{t("sla.step_stopped", { at, why: t(`sla.why_${step.why}`), left })}</li>;
    case "due":
      return <li className="strong">{t("sla.step_due", { at })}</li>;
  }
}

function day(t: TFunction, step: ClockStep, language: Language): string {
  const date = new Date(`${step.day}T12:00:00Z`).toLocaleDateString(language, { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" });
  const name = step.name ? t("sla.day_named", { date, name: step.name }) : date;
  if (!step.business_s) return t(step.kind === "holiday" ? "sla.step_holiday" : "sla.step_nothing", { day: name });
  return t("sla.step_counted", { day: name, time: duration(step.business_s), left: duration(step.left_s ?? 0) });
}
