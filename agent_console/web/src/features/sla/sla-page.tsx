import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { CalendarDoc, PolicyDoc } from "../../net/types";
import { useList } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure } from "../../ui/panes";
import { useLevel } from "../contracts/contract-marks";
import { CalendarForm } from "./calendar-form";
import { writeHours, writeTarget } from "./hours";
import { PolicyForm } from "./policy-form";

type Chosen = { kind: "calendar"; calendar: CalendarDoc | null } | { kind: "policy"; policy: PolicyDoc | null } | null;

/** What is promised to customers, and the hours in which it counts. */
export function SlaPage() {
  const { t } = useTranslation();
  const calendars = useResource("calendars", () => call<{ items: CalendarDoc[] }>("GET", "/sla/calendars"));
  const policies = useResource("policies", () => call<{ items: PolicyDoc[] }>("GET", "/sla/policies"));
  const [chosen, setChosen] = useState<Chosen>(null);
  const problem = calendars.problem ?? policies.problem;
  if (!calendars.data || !policies.data) return <main className="sla scroll">{problem ? <Failure problem={problem} retry={() => { calendars.again(); policies.again(); }} /> : <Bones lines={6} />}</main>;
  const done = (): void => {
    setChosen(null);
    calendars.again();
    policies.again();
  };
  return (
    <main className="sla scroll" tabIndex={0} aria-label={t("sla.title")} data-testid="sla-page">
      <div className="sla-lists">
        <Policies policies={policies.data.items} calendars={calendars.data.items} choose={(policy) => setChosen({ kind: "policy", policy })} />
        <Calendars calendars={calendars.data.items} choose={(calendar) => setChosen({ kind: "calendar", calendar })} />
      </div>
      <div className="sla-form">
        {chosen?.kind === "policy" && <PolicyForm key={chosen.policy?.id ?? "new"} policy={chosen.policy} calendars={calendars.data.items} done={done} leave={() => setChosen(null)} />}
        {chosen?.kind === "calendar" && <CalendarForm key={chosen.calendar?.id ?? "new"} calendar={chosen.calendar} done={done} leave={() => setChosen(null)} />}
        {!chosen && <Empty icon="clock" title={t("sla.choose")}><p>{t("sla.choose_text")}</p></Empty>}
      </div>
    </main>
  );
}

function Policies({ policies, calendars, choose }: { policies: PolicyDoc[]; calendars: CalendarDoc[]; choose: (policy: PolicyDoc | null) => void }) {
  const { t } = useTranslation();
  const queues = useList("queues");
  const level = useLevel();
  const about = (policy: PolicyDoc): string => {
    const queue = policy.queue ? (queues.find(({ id }) => id === policy.queue)?.name ?? policy.queue) : t("sla.any_queue");
    const tier = policy.tier ? t(`tier.${policy.tier}`, { defaultValue: policy.tier }) : t("sla.any_tier");
    const calendar = calendars.find(({ id }) => id === policy.calendar_id)?.name ?? "";
    const contract = policy.contract ? level(policy.contract) : "";
    return [queue, tier, contract, calendar].filter(Boolean).join(" · ");
  };
  const promises = (policy: PolicyDoc): string =>
    (["first_response", "next_response", "resolution"] as const)
      .filter((kind) => policy.targets[`${kind}_s`] !== null)
      .map((kind) => `${t(`sla.kind_${kind}`)} ${writeTarget(policy.targets[`${kind}_s`])}`)
      .join(" · ");
  return (
    <section className="panel" aria-labelledby="sla-policies">
      <h2 className="pane-title" id="sla-policies">{t("sla.policies")}</h2>
      <ul className="sla-rows">
        {policies.map((policy) => (
          <li key={policy.id}>
            <button type="button" className="sla-row" onClick={() => choose(policy)} data-testid="sla-policy">
              <span className="strong clip" dir="auto">{policy.name}</span>
              <span className="tiny faint clip">{about(policy)}</span>
              <span className="tiny num">{promises(policy)}</span>
            </button>
          </li>
        ))}
      </ul>
      {policies.length === 0 && <p className="faint small sla-none">{t("sla.no_policies")}</p>}
      <Button small icon="pen" isDisabled={calendars.length === 0} onPress={() => choose(null)} data-testid="sla-new-policy">{t("sla.new_policy")}</Button>
    </section>
  );
}

function Calendars({ calendars, choose }: { calendars: CalendarDoc[]; choose: (calendar: CalendarDoc | null) => void }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="sla-calendars">
      <h2 className="pane-title" id="sla-calendars">{t("sla.calendars")}</h2>
      <ul className="sla-rows">
        {calendars.map((calendar) => (
          <li key={calendar.id}>
            <button type="button" className="sla-row" onClick={() => choose(calendar)} data-testid="sla-calendar">
              <span className="strong clip" dir="auto">{calendar.name}</span>
              <span className="tiny faint clip"><Icon name="globe" size={13} /> {calendar.time_zone} · {t("sla.special_n", { count: calendar.special.length })}</span>
              <span className="tiny num clip">{t("sla.weekday_1")} {writeHours(calendar.week[0] ?? []) || t("sla.closed")}</span>
            </button>
          </li>
        ))}
      </ul>
      {calendars.length === 0 && <p className="faint small sla-none">{t("sla.no_calendars")}</p>}
      <Button small icon="pen" onPress={() => choose(null)} data-testid="sla-new-calendar">{t("sla.new_calendar")}</Button>
    </section>
  );
}
