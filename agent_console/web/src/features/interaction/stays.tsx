import { useTranslation } from "react-i18next";
import { duration, moment } from "../../format";
import type { Language, StayDoc } from "../../net/types";
import { useNow } from "../../store/clock";
import { Icon, type IconName } from "../../ui/icon";

const ICONS: Record<StayDoc["kind"], IconName> = { queue: "clock", agent: "user", hold: "pause", consult: "users", conference: "users", recording_pause: "record" };

/** Where an interaction was, one stay after the other, and how each ended. */
export function Stays({ stays }: { stays: readonly StayDoc[] }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  return (
    <ol className="lines" data-testid="stays">
      {stays.map((stay) => (
        <li key={`${stay.kind} ${stay.started_at}`} className="line">
          <span className="past-icon"><Icon name={ICONS[stay.kind]} size={15} /></span>
          <span className="grow clip">{t(`stay.${stay.kind}`, { queue: stay.queue ?? "–", agent: stay.agent ?? "–" })}{stay.outcome !== null && <span className="soft"> · {t([`stay.${stay.kind}_${stay.outcome}`, `stay.${stay.outcome}`], { defaultValue: stay.outcome })}</span>}</span>
          <span className="small num">{duration((stay.ended_at ?? now) - stay.started_at)}</span>
          <span className="tiny faint num">{moment(stay.started_at, now, i18n.language as Language)}</span>
        </li>
      ))}
    </ol>
  );
}
