import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import { call, segment } from "../../net/api";
import type { Conference, Item } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Timer } from "../../ui/ring";
import { complain, tell } from "../../ui/toasts";
import { useShortcut } from "../desk/shortcuts";
import { bringNote } from "./note-field";

/** Who talks with the agent and the customer, and since when. */
export function Three({ conference: { whom, since }, muted }: { conference: Conference; muted: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="call-voice three">
      <Icon name={muted ? "micOff" : "users"} size={22} />
      <p className="call-said grow">
        <span className="clip" role="status" dir="auto">{t("conference.with", { name: phoneNumber(whom) })}</span>
        <Timer since={since} className="num call-held-time" />
        {muted && <span className="small">{t("call.muted")}</span>}
      </p>
    </div>
  );
}

/** Alone with the customer again, or out of the call. The keys that come back from asking and hand over do the same here. */
export function ThreeButtons({ item, conference, children }: { item: Item; conference: Conference; children: ReactNode }) {
  const { t } = useTranslation();
  const [busy, , run] = useBusy();
  const name = phoneNumber(conference.whom);
  const place = `/interactions/${segment(item.id)}/conference`;
  const release = (): void => run(() => call("DELETE", place).catch(complain));
  const leave = (): void => run(async () => {
    if (!(await bringNote(item.id))) return; // it says so itself
    await call("POST", `${place}/leave`).then(() => tell("consult.handed_over", { name }), complain);
  });
  useShortcut("hold", release);
  useShortcut("transfer", leave);
  return (
    <div className="call-buttons">
      {children}
      <Button big icon="undo" isDisabled={busy} onPress={release} data-testid="alone">{t("conference.alone")}</Button>
      <Button big icon="arrowOut" isDisabled={busy} onPress={leave} data-testid="leave">{t("conference.leave")}</Button>
    </div>
  );
}

/** Agent and customer are alone again: told whoever ended it, as a voice that is gone is easily missed. */
export function useEndOfConference(item: Item): void {
  const before = useRef(item.conference);
  const talks = item.state === "connected";
  useEffect(() => {
    const was = before.current;
    before.current = item.conference;
    if (was && !item.conference && talks) tell("conference.over", { name: phoneNumber(was.whom) });
  }, [item.conference, talks]);
}
