import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import type { DeliveryFailure, Invite, Language, Letter, OriginCheck } from "../../net/types";
import { useNow } from "../../store/clock";
import { Icon } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";

/** What a letter says beside its words: whom ours did not reach, a meeting. */
export function Findings({ letter }: { letter: Letter }) {
  const { failures = [], invite } = letter;
  return (
    <>
      {failures.length > 0 && <Failures failures={failures} />}
      {invite && <Meeting invite={invite} />}
    </>
  );
}

function Failures({ failures }: { failures: DeliveryFailure[] }) {
  const { t } = useTranslation();
  return (
    <ul className="letter-finding" data-testid="failures">
      {failures.map(({ recipient, reason, status, hard }) => (
        <li key={recipient}>
          <Pill tone={hard ? "stop" : "ring"} icon="warn">{t(reason === "feedback" ? "letter.complained" : "letter.undelivered")}</Pill>
          <bdi className="strong clip">{recipient}</bdi>
          <span className="soft">{t(`bounce_reason.${reason}`, { defaultValue: reason })}</span>
          {status && <span className="faint tiny num">{status}</span>}
          {reason !== "feedback" && <span className="faint small">{t(hard ? "letter.hard" : "letter.soft")}</span>}
        </li>
      ))}
    </ul>
  );
}

function Meeting({ invite }: { invite: Invite }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const at = (seconds: number): string => (invite.all_day ? new Date(seconds * 1000).toLocaleDateString(i18n.language, { dateStyle: "medium", timeZone: "UTC" }) : moment(seconds, now, i18n.language as Language));
  // what ends on the day it begins needs no second date
  const until = (from: number, to: number): string => (new Date(from * 1000).toDateString() === new Date(to * 1000).toDateString() ? new Date(to * 1000).toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) : at(to));
  return (
    <section className="letter-invite" aria-label={t("letter.invite")} data-testid="invite">
      <Icon name="calendar" size={18} />
      <div>
        <p className="strong">{invite.summary || t("letter.invite")}</p>
        {invite.method === "CANCEL" && <Pill tone="stop" icon="cross">{t("letter.invite_cancelled")}</Pill>}
        <p className="soft small">
          {invite.starts_at !== null && <span className="num">{at(invite.starts_at)}{invite.ends_at !== null && !invite.all_day && ` – ${until(invite.starts_at, invite.ends_at)}`}</span>}
          {invite.place && <span>{invite.place}</span>}
          {invite.organiser && <span>{t("letter.organiser")} {invite.organiser}</span>}
        </p>
      </div>
    </section>
  );
}

const TONES: Record<string, Tone> = { pass: "go", fail: "stop", permerror: "stop", softfail: "ring", temperror: "ring" };

/** The checks of a letter's origin. */
export function Origin({ checks }: { checks: OriginCheck[] }) {
  const { t } = useTranslation();
  if (checks.length === 0) return null;
  return (
    <ul className="letter-marks" aria-label={t("letter.origin")} data-testid="origin">
      {checks.map(({ authority, method, result, domain }) => (
        <li key={`${method}${domain}${authority}`} title={t("letter.checked", { method: method.toUpperCase(), result, by: authority || t("letter.this_server") })}>
          <Pill tone={TONES[result] ?? "mute"} icon="shield">{method.toUpperCase()} {result}{domain && ` · ${domain}`}</Pill>
        </li>
      ))}
    </ul>
  );
}
