import { useState } from "react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { duration, moment } from "../../format";
import type { ClockDoc, Item, Language } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { Button } from "../../ui/button";
import type { IconName } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";
import { Explanation } from "./explanation";
import { daysAndHours, lookOf, mostUrgent, type Look } from "./urgency";

const LOOKS: Record<Look, { tone: Tone; icon: IconName }> = {
  late: { tone: "stop", icon: "warn" },
  soon: { tone: "ring", icon: "bell" },
  running: { tone: "mute", icon: "clock" },
  paused: { tone: "mute", icon: "pause" },
  met: { tone: "go", icon: "check" },
  was_late: { tone: "stop", icon: "check" },
};
const DAY_S = 86_400;

/** 4000 -> "1:06:40", 200000 -> "2 d 7 h". */
export function span(t: TFunction, seconds: number): string {
  return seconds >= DAY_S ? t("sla.days_hours", daysAndHours(seconds)) : duration(seconds);
}

function words(t: TFunction, clock: ClockDoc, look: Look, now: number): string {
  const kind = t(`sla.kind_${clock.kind}`);
  const due = clock.due ?? now;
  switch (look) {
    case "late":
      return t("sla.mark_late", { kind, time: span(t, now - due) });
    case "paused":
      return t("sla.mark_paused", { kind, time: span(t, clock.left_s ?? 0) });
    case "met":
      return t("sla.mark_met", { kind });
    case "was_late":
      return t("sla.mark_was_late", { kind });
    default:
      return t("sla.mark_running", { kind, time: span(t, due - now) });
  }
}

/** One promise: colour, icon and words, with the time that is left or lost. */
export function ClockMark({ clock }: { clock: ClockDoc }) {
  const { t } = useTranslation();
  useNow();
  const now = serverNow();
  const look = lookOf(clock, now);
  return (
    <span className="sla-mark num" data-testid="sla-mark" data-look={look} data-kind={clock.kind}>
      <Pill tone={LOOKS[look].tone} icon={LOOKS[look].icon}>{words(t, clock, look, now)}</Pill>
    </span>
  );
}

/** The most urgent promise of an item; nothing when all are kept. */
export function SlaMark({ item }: { item: Item }) {
  useNow();
  const clock = mostUrgent(item.clocks, serverNow());
  return clock ? <ClockMark clock={clock} /> : null;
}

/** All promises of the item's case, and why each is due when it is. */
export function Promises({ item }: { item: Item }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const [told, setTold] = useState(false);
  if (!item.case || item.clocks.length === 0) return null;
  return (
    <section className="block promises" aria-label={t("sla.promises")}>
      <div className="row promises-line">
        <h2 className="label">{t("sla.promises")}</h2>
        <ul className="row grow promises-list">
          {item.clocks.map((clock) => (
            <li key={clock.kind} className="row">
              <ClockMark clock={clock} />
              {clock.due !== null && clock.met_at === null && <span className="tiny faint num">{t("sla.until", { moment: moment(clock.due, now, i18n.language as Language) })}</span>}
            </li>
          ))}
        </ul>
        <Button small look="quiet" icon={told ? "down" : "question"} aria-expanded={told} onPress={() => setTold(!told)} data-testid="sla-why">{t("sla.why")}</Button>
      </div>
      {told && <Explanation caseId={item.case.id} version={String(item.version)} />}
    </section>
  );
}
