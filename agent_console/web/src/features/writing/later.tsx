import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { serverNow } from "../../store/clock";
import { Button, IconButton } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Banner, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { wallClock, walls } from "./walls";
import type { Draft } from "./types";

/** A time for sending: the usual ones, or one's own, on the clock of whoever gets it. */
export function Later({ zone, isDisabled, choose }: { zone: string; isDisabled: boolean; choose: (wall: string) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small look={open ? "on" : "quiet"} icon="clock" isDisabled={isDisabled} aria-expanded={open} onPress={() => setOpen(!open)} data-testid="later">{t("writing.later")}</Button>
      {open && <Times zone={zone} choose={(wall) => { setOpen(false); choose(wall); }} />}
    </>
  );
}

function Times({ zone, choose }: { zone: string; choose: (wall: string) => void }) {
  const { t, i18n } = useTranslation();
  const usual = walls(serverNow(), zone);
  const [own, setOwn] = useState(usual.at(-1)?.wall ?? "");
  return (
    <div className="writing-times" role="group" aria-label={t("writing.later")}>
      {usual.map(({ name, wall }) => <Button key={name} small onPress={() => choose(wall)} data-testid={`later-${name}`}>{t(`writing.at_${name}`)} <span className="tiny faint num">{wallClock(wall, i18n.language as Language)}</span></Button>)}
      <input className="input" type="datetime-local" value={own} aria-label={t("writing.own_time")} onChange={(event) => setOwn(event.target.value)} data-testid="later-own" />
      <Button small look="primary" icon="check" isDisabled={!own} onPress={() => choose(own)} data-testid="later-set">{t("writing.set_time")}</Button>
      <span className="tiny faint">{t("writing.in_zone", { zone })}</span>
    </div>
  );
}

/** One that waits for its time: changed or cancelled. */
export function Scheduled({ draft, zone, changed }: { draft: Draft; zone: string; changed: () => void }) {
  const { t, i18n } = useTranslation();
  const [moving, setMoving] = useState(false);
  const [busy, problem, run] = useBusy();
  const at = new Date((draft.send_at ?? 0) * 1000).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) });
  const move = (wall: string): void => run(() => call("PUT", `/drafts/${segment(draft.id)}/time`, { at: wall }).then(() => { setMoving(false); changed(); }));
  const cancel = (): void => run(() => call("POST", `/drafts/${segment(draft.id)}/undo`).then(() => { tell("writing.taken_back"); changed(); }));
  return (
    <>
      <Banner tone="accent" icon="clock">
        <span className="grow" data-testid="scheduled">{t("writing.goes_at", { at, name: draft.owner })}</span>
        <Button small isDisabled={busy} aria-expanded={moving} onPress={() => setMoving(!moving)} data-testid="scheduled-move">{t("writing.move")}</Button>
        <IconButton small icon="undo" label={t("writing.cancel")} isDisabled={busy} onPress={cancel} data-testid="scheduled-cancel" />
      </Banner>
      {moving && <Times zone={zone} choose={move} />}
      <Wrong problem={problem} />
    </>
  );
}
