import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item, PhoneCredential } from "../../net/types";
import { useDesk, useDoc, useLink, useList, useMe, usePhone } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Mark } from "../../ui/mark";
import { Bones, Wrong } from "../../ui/panes";
import { complain } from "../../ui/toasts";
import { useBusy } from "../../ui/busy";
import { DeskPage } from "../desk/desk-page";
import { useServersUp } from "../desk/servers";
import { UserMenu } from "../desk/user-menu";

/** Between signing in and working: one gesture that unlocks sound, asks for the microphone and registers the phone. */
export function Shift() {
  const me = useMe();
  const { startPhone, started } = useShift();
  if (!me) return <Waiting />;
  const working = me.status !== "signed_out" || started;
  return working ? <DeskPage startPhone={startPhone} /> : <StartShift start={() => startPhone(false)} />;
}

function Waiting() {
  const link = useLink();
  const { t } = useTranslation();
  return (
    <div className="gate">
      <Mark />
      {link === "lost" ? <p className="soft" role="status">{t("link.lost_long")}</p> : <div className="gate-bones"><Bones lines={3} /></div>}
    </div>
  );
}

/** Start the shift on the server and the phone in this tab; after a reload it happens by itself. */
function useShift() {
  const { phone, session } = useDesk();
  const me = useMe();
  const [started, setStarted] = useState(false);
  const resumed = useRef(false);
  const begun = useRef(false);
  const startPhone = useCallback(
    async (take: boolean): Promise<void> => {
      const { phone: credential } = await call<{ phone: PhoneCredential | null }>("POST", "/me/shift");
      setStarted(true);
      if (!session.user.extension || !(await phone.claim(take))) return;
      begun.current = true;
      if (credential) await phone.start(credential);
      else phone.unavailable();
    },
    [phone, session],
  );
  useEffect(() => {
    if (!me || resumed.current) return;
    resumed.current = true;
    if (me.status !== "signed_out") startPhone(false).catch(complain);
  }, [me, startPhone]);
  useReattach(begun);
  useReturn(startPhone);
  useElsewhere(startPhone);
  useInherit(startPhone);
  useUnlock();
  return { startPhone, started };
}

/**
 * A call that rings or talks on the server but not on this phone (the page was reloaded): ask the server to ring again.
 * Once per start of the phone, never later: a call that has just ended looks the same for a moment.
 */
function useReattach(begun: RefObject<boolean>): void {
  const items = useList("items");
  const phone = usePhone();
  useEffect(() => {
    if (!begun.current || phone.stage !== "registered") return;
    begun.current = false;
    if (phone.call) return;
    for (const { id } of items.filter(atPhone)) call("POST", `/interactions/${segment(id)}/reattach`).catch(complain);
  }, [begun, items, phone]);
}

/** After a reload the ringtone waits for a gesture: any click or key is one. */
function useUnlock(): void {
  const { phone } = useDesk();
  const { silent } = usePhone();
  useEffect(() => {
    if (!silent) return;
    const unlock = (): void => void phone.unlock();
    // Captured: buttons keep theirs to themselves. Not pointerdown: the banner that goes would move the page under the finger.
    window.addEventListener("click", unlock, true);
    window.addEventListener("keydown", unlock, true);
    return () => {
      window.removeEventListener("click", unlock, true);
      window.removeEventListener("keydown", unlock, true);
    };
  }, [phone, silent]);
}

/** Telephony is back: so is the phone. */
function useReturn(startPhone: (take: boolean) => Promise<void>): void {
  const up = useDoc("link", "asterisk")?.up ?? false;
  const { phone } = useDesk();
  useEffect(() => {
    if (up && phone.state.stage === "failed" && phone.state.problem === "unreachable") startPhone(false).catch(complain);
  }, [up, phone, startPhone]);
}

const ELSEWHERE_AFTER_MS = 2_000;

/** The telephone server of this phone is away and others are there: the phone is at one of them. A single server's comes back by itself. */
function useElsewhere(startPhone: (take: boolean) => Promise<void>): void {
  const servers = useServersUp();
  const { stage, problem } = usePhone();
  const lost = servers !== "" && problem === "unreachable" && (stage === "offline" || stage === "failed");
  useEffect(() => {
    if (!lost) return;
    const timer = setTimeout(() => void startPhone(false).catch(complain), ELSEWHERE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [lost, servers, startPhone]);
}

const RELOAD_GRACE_MS = 3_000;

/** The tab with the phone was closed: this one takes its place, or the agent would be ready and never rung. */
function useInherit(startPhone: (take: boolean) => Promise<void>): void {
  const { phone } = useDesk();
  const { stage } = usePhone();
  useEffect(() => {
    if (stage !== "elsewhere") return;
    const waiting = new AbortController();
    phone.inherit(waiting.signal, RELOAD_GRACE_MS).then(() => startPhone(false).catch(complain), () => undefined); // aborted
    return () => waiting.abort();
  }, [phone, stage, startPhone]);
}

const atPhone = (item: Item): boolean => item.medium === "voice" && item.state !== "wrap_up";

function StartShift({ start }: { start: () => Promise<void> }) {
  const { t } = useTranslation();
  const { phone, session } = useDesk();
  const [busy, problem, run] = useBusy();
  const hello = t("shift.hello", { name: session.user.name });
  return (
    <div className="gate">
      <header className="gate-top"><Mark /><UserMenu /></header>
      <main className="gate-card">
        <h1>{hello}</h1>
        <p className="soft">{session.user.extension ? t("shift.what") : t("shift.what_letters")}</p>
        {session.user.extension && (
          <ul className="gate-steps">
            <li><Icon name="bell" />{t("shift.step_sound")}</li>
            <li><Icon name="mic" />{t("shift.step_mic")}</li>
            <li><Icon name="phone" />{t("shift.step_phone", { extension: session.user.extension })}</li>
          </ul>
        )}
        <Wrong problem={problem} />
        <Button look="primary" big autoFocus isDisabled={busy} data-testid="start-shift"
          onPress={() => run(async () => {
            await phone.unlock();
            await askToNotify();
            await start();
          })}>
          {busy ? t("shift.busy") : t("shift.start")}
        </Button>
      </main>
    </div>
  );
}

/** The second signal beside the ringtone; asked for in the same gesture, and a refusal changes nothing. */
async function askToNotify(): Promise<void> {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}
