import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem } from "../../net/api";
import type { Language } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { problemText } from "../../i18n";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Banner, Bones, Empty, Failure, Pill, Wrong } from "../../ui/panes";
import { Link } from "../../ui/link";
import { recordAddress } from "../records/entities";
import { momentText } from "../records/values";

interface Spent {
  calls: number;
  minutes: number;
  cost: string;
}

interface PlanUse {
  id: string;
  name: string;
  live: number;
  hour: Spent;
  day: Spent;
  limits: Record<string, string>;
}

interface Alarm {
  id: string;
  at: number;
  kind: string;
  detail: Record<string, string | number>;
  locks: boolean;
  lifted_at: number | null;
  lifted_by: string | null;
}

interface Guard {
  locked: boolean;
  lately: Spent;
  plans: PlanUse[];
  alarms: Alarm[];
}

interface Tried {
  allowed: boolean;
  plan: string;
  code: string | null;
  params: Record<string, string | number>;
  price: string | null;
}

const PLANS = { collection: "dial-plans" };

/** `/admin/guard`: what goes out now and lately, the lock, and what was conspicuous. */
export default function GuardPage() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("guard", () => call<Guard>("GET", "/guard"));
  const admin = useDesk().session.user.role === "admin";
  return (
    <main className="records-page scroll" tabIndex={0} aria-label={t("page.guard")} data-testid="guard">
      <header className="page-head">
        <h1 className="page-title row"><Icon name="shield" size={20} />{t("page.guard")}</h1>
        <span className="grow" />
        <Button look="quiet" icon="again" onPress={again}>{t("guard.again")}</Button>
      </header>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>) : (
        <div className="guard-page">
          <Lock locked={data.locked} again={again} />
          <section className="panel" aria-labelledby="guard-use">
            <h2 className="label" id="guard-use">{t("guard.use")}</h2>
            <p className="small soft">{t("guard.lately", { count: data.lately.calls, minutes: data.lately.minutes, cost: data.lately.cost })}</p>
            {data.plans.length === 0 ? <p className="small faint">{t("guard.no_plans")}</p> : <Uses plans={data.plans} linked={admin} />}
          </section>
          {admin && <Trying />}
          <section className="panel" aria-labelledby="guard-alarms">
            <h2 className="label" id="guard-alarms">{t("guard.alarms")}</h2>
            {data.alarms.length === 0 ? <Empty icon="check" title={t("guard.no_alarms")} /> : <ul className="guard-alarms">{data.alarms.map((each) => <Told key={each.id} alarm={each} />)}</ul>}
          </section>
        </div>
      )}
    </main>
  );
}

function Lock({ locked, again }: { locked: boolean; again: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const turn = (): void => run(() => call("PUT", "/guard/lock", { locked: !locked }).then(again));
  return (
    <section className="panel guard-lock" aria-label={t("guard.lock_title")} data-testid="guard-lock" data-locked={locked}>
      <Banner tone={locked ? "stop" : "mute"} icon={locked ? "lock" : "phone"}><span>{t(locked ? "guard.locked" : "guard.open")}</span></Banner>
      <Wrong problem={problem} />
      <Button look={locked ? "go" : "stop"} icon={locked ? "check" : "lock"} isDisabled={busy} onPress={turn} data-testid="guard-turn">{t(locked ? "guard.lift" : "guard.lock")}</Button>
    </section>
  );
}

const COLUMNS = ["calls", "minutes", "cost"] as const;

function Uses({ plans, linked }: { plans: readonly PlanUse[]; linked: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="guard-frame scroll" tabIndex={0} role="region" aria-label={t("guard.use")}>
      <table className="audit guard-uses">
        <thead><tr><th scope="col">{t("guard.plan")}</th><th scope="col">{t("guard.live")}</th>{["hour", "day"].map((time) => COLUMNS.map((what) => <th key={time + what} scope="col">{t(`guard.${what}_${time}`)}</th>))}</tr></thead>
        <tbody>
          {plans.map((plan) => (
            <tr key={plan.id} data-testid="guard-plan">
              <th scope="row">{linked ? <Link to={recordAddress(PLANS, plan.id)}>{plan.name}</Link> : plan.name}</th>
              <td className="num"><Of used={plan.live} most={plan.limits.at_once} /></td>
              {(["hour", "day"] as const).map((time) => COLUMNS.map((what) => <td key={time + what} className="num"><Of used={plan[time][what]} most={plan.limits[`${what}_${time}`]} /></td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** So much of so much; what is used up is marked by more than colour. */
function Of({ used, most }: { used: number | string; most: string | undefined }) {
  const { t } = useTranslation();
  if (most === undefined) return <>{used}</>;
  const over = Number(used) >= Number(most);
  return <span className={over ? "guard-over" : ""}>{over && <Icon name="warn" size={14} />}{t("guard.of", { used, most: Number(most) })}</span>;
}

function Trying() {
  const { t } = useTranslation();
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<Tried | null>(null);
  const [busy, problem, run] = useBusy();
  const send = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<Tried>("POST", "/guard/try", { number }).then(setFound));
  };
  return (
    <section className="panel" aria-labelledby="guard-try">
      <h2 className="label" id="guard-try">{t("guard.try")}</h2>
      <form className="row wrap" onSubmit={send}>
        <input className="input guard-number" type="tel" aria-label={t("guard.number")} placeholder={t("guard.number")} maxLength={40} value={number} onChange={(event) => { setNumber(event.target.value); setFound(null); }} data-testid="guard-number" />
        <Button type="submit" icon="search" isDisabled={busy || number.trim() === ""} data-testid="guard-ask">{t("guard.ask")}</Button>
        {found && <span role="status" className="row wrap" data-testid="guard-answer" data-allowed={found.allowed}>
          <Pill tone={found.allowed ? "go" : "stop"} icon={found.allowed ? "check" : "cross"}>{found.allowed ? t("guard.allowed") : problemText(t, new Problem(found.code ?? "", 409, found.params))}</Pill>
          <span className="small soft">{found.plan ? t("guard.by_plan", { plan: found.plan }) : t("guard.by_settings")}{found.price !== null && ` · ${t("guard.price", { price: found.price })}`}</span>
        </span>}
      </form>
      <Wrong problem={problem} />
    </section>
  );
}

function Told({ alarm }: { alarm: Alarm }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return (
    <li data-testid="guard-alarm" data-kind={alarm.kind}>
      <Icon name={alarm.kind === "by_hand" ? "lock" : "warn"} size={18} />
      <span className="grow"><span className="strong">{t(`guard.kind_${alarm.kind}`, alarm.detail)}</span>
        {alarm.locks && <span className="small soft block-line">{alarm.lifted_at === null ? t("guard.still_locked") : t("guard.lifted", { by: alarm.lifted_by, at: momentText(alarm.lifted_at, language) })}</span>}
      </span>
      <span className="num small faint">{momentText(alarm.at, language)}</span>
    </li>
  );
}
