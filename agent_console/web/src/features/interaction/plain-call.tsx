import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import type { PhoneCall } from "../../phone/phone";
import { useDesk, useMe } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { useShortcut } from "../desk/shortcuts";

/** A call that is no item here: it came to the phone past the server, or a colleague asks something. It can be answered all the same. */
export function PlainCall({ call }: { call: PhoneCall }) {
  const { t } = useTranslation();
  const { phone } = useDesk();
  const three = useMe()?.conference;
  const ringing = call.state === "ringing";
  useShortcut("answer", ringing ? () => phone.answer() : null);
  useShortcut("hangup", () => phone.hangUp());
  useShortcut("mute", ringing ? null : () => phone.mute(!call.muted));
  return (
    <section className="plain-call" aria-live="assertive" data-testid="plain-call">
      <span className="head-medium voice"><Icon name="phone" size={22} /></span>
      <div className="grow">
        <h2 className="num">{phoneNumber(call.from)}</h2>
        <p className="soft small" role="status">{three && call.consult && !ringing ? t("conference.beside", { name: three.whom }) : t(plainKey(call))}</p>
      </div>
      {!ringing && <Button look={call.muted ? "on" : "plain"} icon={call.muted ? "micOff" : "mic"} onPress={() => phone.mute(!call.muted)} data-testid="mute">{t(call.muted ? "call.unmute" : "call.mute")}</Button>}
      <Button look={ringing ? "plain" : "stop"} icon="hangup" onPress={() => phone.hangUp()} data-testid={ringing ? "decline" : "hangup"}>{t(ringing ? "offer.decline" : "call.hang_up")}</Button>
      {ringing && <Button look="go" icon="phone" onPress={() => phone.answer()} data-testid="answer">{t("offer.answer")}</Button>}
    </section>
  );
}

function plainKey({ consult, state }: PhoneCall): string {
  if (consult) return state === "ringing" ? "consult.asks" : "consult.asking";
  return state === "ringing" ? "plain.ringing" : "plain.talking";
}
