import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "../../net/types";
import { useNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { isHeld } from "./items";

/** So long a customer may be on hold before the agent is reminded, and again after as long. */
export const REMIND_EVERY_S = 60;

/** How often an agent should have been reminded of a customer on hold by now (pure). */
export function reminders(heldSince: number | null, now: number): number {
  return heldSince === null ? 0 : Math.max(0, Math.floor((now - heldSince) / REMIND_EVERY_S));
}

/** Reminds of a customer on hold wherever the agent looks meanwhile: by a soft tone, and by words for those who hear the screen. */
export function HoldReminder({ items }: { items: readonly Item[] }) {
  const { t } = useTranslation();
  const { phone } = useDesk();
  const now = useNow();
  const held = items.find((item) => isHeld(item) && item.consult === null); // whoever asks somebody is not to be disturbed
  const times = reminders(held?.held_since ?? null, now);
  useEffect(() => {
    if (times > 0) phone.remind();
  }, [held?.id, times, phone]);
  return <p className="vh" role="status" data-testid="hold-reminder">{times > 0 && t("call.held_long", { minutes: (times * REMIND_EVERY_S) / 60 })}</p>;
}
