import { useState } from "react";
import { Dialog, DialogTrigger, Popover, ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item } from "../../net/types";
import { callOf } from "../../phone/calls";
import { useDesk, usePhone } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { attempt } from "../../ui/toasts";
import { useShortcut } from "../desk/shortcuts";

/** Mute, keypad, hang up. The phone of this tab acts itself; without it the server is asked. */
export function CallPanel({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { phone: device } = useDesk();
  const phone = usePhone();
  const own = callOf(item, phone);
  const mine = own?.state === "talking" ? own : null; // before that the phone could only refuse
  const mute = (): void => device.mute(!mine?.muted);
  const end = (): void => {
    if (mine) device.hangUp();
    else attempt(call("POST", `/interactions/${segment(item.id)}/hangup`));
  };
  useShortcut("mute", mine ? mute : null);
  useShortcut("hangup", end);
  return (
    <section className="call" aria-label={t("call.controls")}>
      <p className={`call-voice${mine?.muted ? " muted" : ""}`} role="status">
        <Icon name={mine?.muted ? "micOff" : mine ? "mic" : "clock"} />
        {t(mine?.muted ? "call.muted" : mine ? (item.callback ? "call.calling" : "call.talking") : phone.stage === "elsewhere" ? "call.elsewhere" : "call.joining")}
      </p>
      <ToggleButton className={`btn big ${mine?.muted ? "on" : "plain"}`} isSelected={mine?.muted ?? false} isDisabled={!mine} onChange={mute} data-testid="mute">
        <Icon name={mine?.muted ? "micOff" : "mic"} />{t(mine?.muted ? "call.unmute" : "call.mute")}
      </ToggleButton>
      <Keypad disabled={!mine} press={(tone) => device.dtmf(tone)} />
      <Button look="stop" big icon="hangup" onPress={end} data-testid="hangup">{t("call.hang_up")}</Button>
    </section>
  );
}

const KEYS = [..."123456789*0#"];

export function Keypad({ disabled, press }: { disabled: boolean; press: (tone: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const send = (tone: string): void => {
    press(tone);
    setTyped((old) => (old + tone).slice(-16));
  };
  return (
    <DialogTrigger onOpenChange={() => setTyped("")}>
      <Button big icon="keypad" isDisabled={disabled}>{t("call.keypad")}</Button>
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
