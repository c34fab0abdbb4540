import { ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import type { PhoneCall } from "../../phone/phone";
import { useDesk, usePhone } from "../../store/hooks";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { PlainCall } from "../interaction/plain-call";
import { useSupervisor, type Alone, type Asked, type Supervision } from "./use-supervision";
import { MODE_ICONS, MODES, wish, type Place } from "./watching";

/** At whose talk one is, how and since when; between the request and the phone's answer, that it rings. */
export function WatchBar() {
  const supervision = useSupervisor();
  const own = usePhone().call;
  if (!supervision) return null;
  const { alone, asked, here } = supervision;
  return (
    <>
      {own && !own.watch && <PlainCall call={own} />}
      {alone ? <WithCustomer alone={alone} supervision={supervision} /> : asked ? <OnTheWay asked={asked} supervision={supervision} /> : here && <AtTalk here={here} supervision={supervision} />}
    </>
  );
}

function OnTheWay({ asked, supervision: { choose, leave } }: { asked: Asked; supervision: Supervision }) {
  const { t } = useTranslation();
  const { problem } = usePhone();
  const { stage, by, name } = asked;
  const failed = stage === "failed";
  return (
    <section className={`watch-bar ${failed ? "failed" : "ringing"}`} aria-label={t("watch.bar")} data-testid="watch-bar" data-stage={stage}>
      <Icon name={failed ? "micOff" : stage === "phone" ? "clock" : "bell"} />
      <p className="grow" role="status">{failed ? t(`phone.problem.${problem ?? "unreachable"}`) : t(stage === "phone" ? "watch.connects" : by === "desk" ? "watch.rings_desk" : "watch.rings", { name })}</p>
      {failed && <Button small icon="undo" onPress={() => choose("browser", asked)}>{t("common.retry")}</Button>}
      {failed && <Button small icon="phone" onPress={() => choose("desk", asked)}>{t("watch.phone_desk")}</Button>}
      <Button small icon="cross" onPress={leave} data-testid="watch-leave">{t("watch.cancel")}</Button>
    </section>
  );
}

function AtTalk({ here, supervision }: { here: Place; supervision: Supervision }) {
  const { t } = useTranslation();
  const { agent, item, watcher: { mode, since } } = here;
  const { call, lost, busy, ask, wonder, leave } = supervision;
  const unheard = item.held_since !== null && mode === "whisper";
  return (
    <section className={`watch-bar ${mode}`} aria-label={t("watch.bar")} data-testid="watch-bar" data-stage="at" data-mode={mode}>
      <Icon name={MODE_ICONS[mode]} size={20} />
      <p className="watch-said grow">
        <span className="strong clip" role="status" dir="auto">{t(`watch.at_${mode}`, { name: agent.name })}</span>
        <span className="soft small clip">{phoneNumber(item.customer) || t("item.withheld")} · <Timer since={since} />{unheard && <> · {t("watch.on_hold")}</>}</span>
      </p>
      {lost && <span className="watch-lost small"><Icon name="warn" size={16} />{t("watch.lost")}<Button small onPress={() => ask(wish(agent, item, mode))} data-testid="watch-here">{t("watch.listen_here")}</Button></span>}
      <div className="watch-ways" role="group" aria-label={t("watch.ways")}>
        {MODES.map((each) => (
          <ToggleButton key={each} className={`btn small ${each === mode ? "on" : "plain"}`} isSelected={each === mode} isDisabled={busy} onChange={() => each !== mode && ask(wish(agent, item, each))} data-testid={`watch-as-${each}`}>
            <Icon name={MODE_ICONS[each]} size={16} />{t(`watch.${each}`)}
          </ToggleButton>
        ))}
      </div>
      {call && mode !== "listen" && <Muting call={call} />}
      <Button small icon="arrowIn" isDisabled={busy} onPress={() => wonder({ about: "over", wish: wish(agent, item, mode) })} data-testid="watch-takeover">{t("watch.take_over")}</Button>
      <Button small look="stop" icon="hangup" onPress={leave} data-testid="watch-leave">{t("watch.leave")}</Button>
    </section>
  );
}

function WithCustomer({ alone: { name, customer, since }, supervision: { call, leave } }: { alone: Alone; supervision: Supervision }) {
  const { t } = useTranslation();
  return (
    <section className="watch-bar alone" aria-label={t("watch.bar")} data-testid="watch-bar" data-stage="alone">
      <Icon name="phone" size={20} />
      <p className="watch-said grow">
        <span className="strong clip" role="status" dir="auto">{t("watch.alone", { customer: phoneNumber(customer) || t("item.withheld") })}</span>
        <span className="soft small clip">{t("watch.alone_from", { name })} · <Timer since={since} /></span>
      </p>
      {call && <Muting call={call} />}
      <Button small look="stop" icon="hangup" onPress={leave} data-testid="watch-leave">{t("call.hang_up")}</Button>
    </section>
  );
}

function Muting({ call: { muted } }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const { phone } = useDesk();
  return <IconButton small look={muted ? "on" : "plain"} icon={muted ? "micOff" : "mic"} label={t(muted ? "call.unmute" : "call.mute")} onPress={() => phone.mute(!muted)} data-testid="watch-mute" />;
}
