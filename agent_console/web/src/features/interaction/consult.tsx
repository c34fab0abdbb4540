import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Consult, Item } from "../../net/types";
import { useNow } from "../../store/clock";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { complain, tell } from "../../ui/toasts";
import { reminders } from "../desk/hold";
import { isHeld } from "../desk/items";
import { useShortcut } from "../desk/shortcuts";
import { bringNote } from "./note-field";

/** Whom the agent asks, whether they have answered, and how long the customer waits for it. */
export function Asked({ item, consult, muted }: { item: Item; consult: Consult; muted: boolean }) {
  const { t } = useTranslation();
  const long = reminders(item.held_since, useNow()) > 0;
  const reached = consult.reached_at !== null;
  return (
    <>
      <div className={`call-voice asked${reached ? "" : " ringing"}`}>
        <Icon name={muted ? "micOff" : reached ? "users" : "phone"} size={22} />
        <p className="call-said grow">
          <span className="clip" role="status" dir="auto">{t(reached ? "consult.talking" : "consult.calling", { name: phoneNumber(consult.whom) })}</span>
          <Timer since={consult.reached_at ?? consult.since} className="num call-held-time" />
          {muted && <span className="small">{t("call.muted")}</span>}
        </p>
      </div>
      <p className={`asked-held small${long ? " long" : ""}`} data-testid="asked-held">
        <Icon name={long ? "warn" : "pause"} size={16} />{t("call.held")}{item.held_since !== null && <Timer since={item.held_since} className="num strong" />}
      </p>
    </>
  );
}

/** Hand over, talk all three, or come back. The keys that pass on and hold do the same here. */
export function AskedButtons({ item, consult, children }: { item: Item; consult: Consult; children: ReactNode }) {
  const { t } = useTranslation();
  const [busy, , run] = useBusy();
  const name = phoneNumber(consult.whom);
  const reached = consult.reached_at !== null;
  const back = (): void => run(() => call("DELETE", `/interactions/${segment(item.id)}/hold`).catch(complain));
  const handOver = (): void => run(async () => {
    if (!(await bringNote(item.id))) return; // it says so itself
    await call("POST", `/interactions/${segment(item.id)}/consult/handover`).then(() => tell("consult.handed_over", { name }), complain);
  });
  const join = (): void => run(() => call("POST", `/interactions/${segment(item.id)}/conference`).catch(complain));
  useShortcut("hold", back);
  useShortcut("conference", reached ? join : null);
  useShortcut("transfer", reached ? handOver : null);
  return (
    <div className="call-buttons">
      {children}
      <Button big icon="undo" isDisabled={busy} onPress={back} data-testid="back">{t("consult.back")}</Button>
      <Button big icon="users" isDisabled={busy || !reached} onPress={join} data-testid="conference">{t("conference.open")}</Button>
      <Button look="go" big icon="transfer" isDisabled={busy || !reached} onPress={handOver} data-testid="handover">{t("consult.hand_over")}</Button>
    </div>
  );
}

/** The customer is on hold still, and nobody is asked any more: the agent did not end that, so it is told. */
export function useEndOfAsking(item: Item): void {
  const before = useRef(item.consult);
  const held = isHeld(item);
  useEffect(() => {
    const was = before.current;
    before.current = item.consult;
    if (was && !item.consult && held) tell(was.reached_at === null ? "consult.not_reached" : "consult.over", { name: phoneNumber(was.whom) });
  }, [item.consult, held]);
}
