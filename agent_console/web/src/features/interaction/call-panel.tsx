import { useState, type ReactNode } from "react";
import { Dialog, DialogTrigger, Popover, ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { callOf } from "../../phone/calls";
import { useNow } from "../../store/clock";
import { useDesk, usePhone } from "../../store/hooks";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { attempt, complain } from "../../ui/toasts";
import { reminders } from "../desk/hold";
import { isHeld } from "../desk/items";
import { useShortcut } from "../desk/shortcuts";
import { Taped } from "../recordings/taped";
import { Overheard } from "../supervision/watchers";
import { Asked, AskedButtons, useEndOfAsking } from "./consult";
import { Three, ThreeButtons, useEndOfConference } from "./three";
import { Transfer } from "./transfer";

/** Mute, hold, transfer, keypad, hang up. The phone of this tab mutes and hangs up itself; all else is the server's, for a telephone on the desk too. */
export function CallPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { phone: device } = useDesk();
  const phone = usePhone();
  const own = callOf(item, phone);
  const mine = own?.state === "talking" ? own : null; // before that the phone could only refuse
  const held = isHeld(item);
  const consult = held ? item.consult : null;
  const heard = mine !== null && (!held || consult !== null);
  const mute = (): void => device.mute(!mine?.muted);
  const end = (): void => {
    if (mine) device.hangUp();
    else attempt(call("POST", `/interactions/${segment(item.id)}/hangup`));
  };
  useShortcut("mute", heard ? mute : null);
  const three = item.conference;
  useShortcut("hangup", consult || three ? null : end); // it would leave the customer alone, or hang up on all
  useEndOfAsking(item);
  useEndOfConference(item);
  const muting = <Mute muted={mine?.muted ?? false} disabled={!heard} press={mute} />;
  const keypad = <Keypad disabled={!heard || consult?.reached_at === null} secret={Boolean(item.recording?.pause)} press={(tone) => device.dtmf(tone)} />;
  if (consult) {
    return (
      <section className="call held asking" aria-label={t("call.controls")}>
        <Asked item={item} consult={consult} muted={mine?.muted ?? false} />
        <Taped item={item} />
        <AskedButtons item={item} consult={consult}>{muting}{keypad}</AskedButtons>
        <Overheard watchers={item.watchers} />
      </section>
    );
  }
  if (three && !held) {
    return (
      <section className="call three" aria-label={t("call.controls")}>
        <Three conference={three} muted={mine?.muted ?? false} />
        <ThreeButtons item={item} conference={three}>{muting}{keypad}</ThreeButtons>
        <Overheard watchers={item.watchers} />
      </section>
    );
  }
  return (
    <section className={`call${held ? " held" : ""}`} aria-label={t("call.controls")}>
      <Said icon={mine?.muted ? "micOff" : mine ? "mic" : "clock"} muted={mine?.muted ?? false} held={held ? item.held_since : null}>
        {t(held ? "call.held" : mine?.muted ? "call.muted" : mine ? (item.callback ? "call.calling" : "call.talking") : phone.stage === "elsewhere" ? "call.elsewhere" : "call.joining")}
      </Said>
      <Taped item={item} />
      <div className="call-buttons">
        {muting}
        <Hold item={item} held={held} />
        <Transfer item={item} />
        {keypad}
        <Button look="stop" big icon="hangup" onPress={end} data-testid="hangup">{t("call.hang_up")}</Button>
      </div>
      <Overheard watchers={item.watchers} />
    </section>
  );
}

function Mute({ muted, disabled, press }: { muted: boolean; disabled: boolean; press: () => void }) {
  const { t } = useTranslation();
  return (
    <ToggleButton className={`btn big ${muted ? "on" : "plain"}`} isSelected={muted} isDisabled={disabled} onChange={press} data-testid="mute">
      <Icon name={muted ? "micOff" : "mic"} />{t(muted ? "call.unmute" : "call.mute")}
    </ToggleButton>
  );
}

interface SaidProps {
  icon: IconName;
  muted: boolean;
  /** On hold since then. */
  held: number | null;
  children: ReactNode;
}

/** Who hears whom. A customer on hold is told with the time, and after a minute in a way that asks to be looked at. */
function Said({ icon, muted, held, children }: SaidProps) {
  const { t } = useTranslation();
  const long = reminders(held, useNow()) > 0;
  const look = held === null ? (muted ? " muted" : "") : long ? " held long" : " held";
  return (
    <div className={`call-voice${look}`}>
      <Icon name={held === null ? icon : long ? "warn" : "pause"} size={held === null ? 18 : 22} />
      <p className="call-said">
        <span role="status">{children}</span>
        {held !== null && <Timer since={held} className="num call-held-time" />}
        {long && <span className="small" data-testid="held-long">{t("call.held_say")}</span>}
      </p>
    </div>
  );
}

/** While the customer is being called there is nobody to be held. */
function Hold({ item, held }: { item: Item; held: boolean }) {
  const { t } = useTranslation();
  const [, , run] = useBusy();
  const turn = (): void => run(() => call(held ? "DELETE" : "POST", `/interactions/${segment(item.id)}/hold`).catch(complain));
  useShortcut("hold", item.callback ? null : turn);
  return <Button look={held ? "go" : "plain"} big icon={held ? "play" : "pause"} isDisabled={item.callback} onPress={turn} data-testid="hold">{t(held ? "call.resume" : "call.hold")}</Button>;
}

const KEYS = [..."123456789*0#"];

/** `secret`: what is typed is not shown. */
export function Keypad({ disabled, secret = false, press }: { disabled: boolean; secret?: boolean; press: (tone: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const send = (tone: string): void => {
    press(tone);
    setTyped((old) => (old + (secret ? "•" : tone)).slice(-16));
  };
  return (
    <DialogTrigger onOpenChange={() => setTyped("")}>
      <Button big icon="keypad" isDisabled={disabled}><span className="keypad-word">{t("call.keypad")}</span></Button>
      <Popover placement="bottom">
        <Dialog className="pop keypad" aria-label={t("call.keypad")}>
          <p className="keypad-typed num" aria-live="polite">{typed || " "}</p>
          <div className="keypad-keys" onKeyDown={(event) => KEYS.includes(event.key) && send(event.key)}>
            {KEYS.map((key) => <Button key={key} onPress={() => send(key)}>{key}</Button>)}
          </div>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
