import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { duration, moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Language, NotOffered, OfferTold, RoutingTold, StillWaiting } from "../../net/types";
import { useNow } from "../../store/clock";
import { useList } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { Bones, Failure, Wrong } from "../../ui/panes";

interface Props {
  interaction: string;
  queue: string;
  /** They are not on the line, and want to be called back; not before `until`, if that is said. */
  callback: boolean;
  until: number | null;
  who: string;
  /** Changes when the answer may have changed. */
  version: string;
  close: () => void;
  /** The offer that is asked about, marked among the others. */
  asked?: string | null;
  /** It is to be read only: the record of what was. */
  over?: boolean;
}

/** Why one who waits has not been offered to anybody, and to whom it was. */
export function Why({ interaction, queue, callback, until, who, version, close, asked = null, over = false }: Props) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const told = useResource(interaction, () => call<RoutingTold>("GET", `/interactions/${segment(interaction)}/routing`), version);
  return (
    <Modal title={t(over ? "why.title_over" : "why.title", { who })} icon="clock" close={close} light cross testid="why">
      {!told.data ? (told.problem ? <Failure problem={told.problem} retry={told.again} /> : <Bones lines={4} />) : (
        <div className="why">
          {told.data.waiting ? <Wait waiting={told.data.waiting} /> : <p className="soft">{until === null ? t("why.over") : t("why.called_at", { at: moment(until, now, i18n.language as Language) })}</p>}
          {!over && <div className="row"><Give interaction={interaction} /><Move interaction={interaction} from={queue} />{callback && <CancelCallback interaction={interaction} close={close} />}</div>}
          <h3 className="label">{t("why.offers")}</h3>
          {told.data.offers.length === 0 ? <p className="soft small">{t("why.no_offers")}</p> : <ol className="why-rows">{told.data.offers.map((each) => <Offer key={each.id} offer={each} marked={each.id === asked} />)}</ol>}
        </div>
      )}
    </Modal>
  );
}

function Wait({ waiting }: { waiting: StillWaiting }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const at = waiting.changes_at === null ? null : moment(waiting.changes_at, now, i18n.language as Language);
  return (
    <>
      <dl className="why-facts">
        <dt>{t("why.place")}</dt><dd className="num">{waiting.position}</dd>
        {waiting.expected_wait_s !== null && <><dt>{t("why.expected")}</dt><dd className="num">{duration(waiting.expected_wait_s)}</dd></>}
        {waiting.departments.length > 0 && <><dt>{t("why.departments")}</dt><dd dir="auto">{waiting.departments.join(" · ")}</dd></>}
        <dt>{t("why.asks")}</dt><dd>{waiting.asks.length === 0 ? t("why.nothing") : waiting.asks.map((each) => asked(t, each)).join(" · ")}</dd>
      </dl>
      {waiting.kept_for && <p className="small">{t("why.kept_for", { name: waiting.kept_for })} {at && t("why.kept_until", { at })}</p>}
      {waiting.steps > 0 && <p className="small">{t("why.steps", { count: waiting.steps })}</p>}
      {at && !waiting.kept_for && waiting.changes_at !== waiting.leads_on?.at && <p className="small">{t("why.changes", { at })}</p>}
      {waiting.leads_on && <p className="small">{t(waiting.leads_on.queue === null ? "why.ends" : "why.leads_on", { at: moment(waiting.leads_on.at, now, i18n.language as Language), queue: waiting.leads_on.queue })}</p>}
      <h3 className="label">{t("why.agents")}</h3>
      {waiting.not_offered.length === 0 ? <p className="soft small">{t("why.nobody")}</p> : (
        <ul className="why-rows" data-testid="why-agents">
          {waiting.not_offered.map((each) => <li key={each.agent_id} data-reason={each.reason}><span className="strong clip" dir="auto">{each.name}</span><span className="soft">{reason(t, each)}</span></li>)}
        </ul>
      )}
    </>
  );
}

/** A skill; or the people of the customer's territory. */
function asked(t: TFunction, { skill, level }: { skill: string; level: number }): string {
  return skill.startsWith("territory:") ? t("why.territory", { code: skill.slice("territory:".length) }) : t("why.level", { skill, level });
}

/** By hand, before anybody else. */
function Give({ interaction }: { interaction: string }) {
  const { t } = useTranslation();
  const here = useList("agents").filter(({ status }) => status !== "signed_out").sort((a, b) => a.name.localeCompare(b.name));
  const [busy, problem, run] = useBusy();
  const give = (agent: string): void => {
    if (agent) run(() => call("PUT", `/interactions/${segment(interaction)}/routing/agent`, { agent_id: agent }));
  };
  if (here.length === 0) return null;
  return (
    <div>
      <select className="input auto" value="" disabled={busy} aria-label={t("why.give")} onChange={(event) => give(event.target.value)} data-testid="why-give">
        <option value="">{t("why.give")}</option>
        {here.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
      <Wrong problem={problem} />
    </div>
  );
}

/** By hand, at its age. */
function Move({ interaction, from }: { interaction: string; from: string }) {
  const { t } = useTranslation();
  const others = useList("queues").filter(({ id }) => id !== from).sort((a, b) => a.name.localeCompare(b.name));
  const [busy, problem, run] = useBusy();
  const move = (queue: string): void => {
    if (queue) run(() => call("PUT", `/interactions/${segment(interaction)}/routing/queue`, { queue_id: queue }));
  };
  if (others.length === 0) return null;
  return (
    <div>
      <select className="input auto" value="" disabled={busy} aria-label={t("why.move")} onChange={(event) => move(event.target.value)} data-testid="why-move">
        <option value="">{t("why.move")}</option>
        {others.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
      <Wrong problem={problem} />
    </div>
  );
}

function CancelCallback({ interaction, close }: { interaction: string; close: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const cancel = (): void => run(() => call("DELETE", `/interactions/${segment(interaction)}/callback`).then(close));
  return (
    <div>
      <Button icon="cross" isDisabled={busy} onPress={cancel} data-testid="why-cancel-callback">{t("why.cancel_callback")}</Button>
      <Wrong problem={problem} />
    </div>
  );
}

function Offer({ offer, marked }: { offer: OfferTold; marked: boolean }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const names = offer.passed_over.map((each) => `${each.name} (${reason(t, each)})`).join(" · ");
  return (
    <li aria-current={marked || undefined}>
      <span className="strong clip" dir="auto">{offer.name}</span>
      <span className="soft">
        <span className="num">{moment(offer.offered_at, now, i18n.language as Language)}</span> · {offer.outcome ? t(`why.outcome.${offer.outcome}`) : t("why.live")}
        {offer.preferred && ` · ${t("why.preferred")}`}
        {names && <span className="why-names">{t("why.passed_over", { names })}</span>}
      </span>
    </li>
  );
}

const reason = (t: TFunction, each: NotOffered): string => t(`why.reason.${each.reason}`);
