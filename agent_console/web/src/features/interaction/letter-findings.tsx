import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import type { DeliveryFailure, Invite, Language, Letter, OriginCheck } from "../../net/types";
import { useNow } from "../../store/clock";
import { Icon } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";

/** What was found out about a letter beside its words: whom ours did not reach, a meeting, checks of its origin. */
export function Findings({ letter }: { letter: Letter }) {
  const { failures = [], invite, authentication = [] } = letter;
  return (
    <>
      {failures.length > 0 && <Failures failures={failures} />}
      {invite && <Meeting invite={invite} />}
      {authentication.length > 0 && <Origin checks={authentication} />}
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
  return (
    <section className="letter-invite" aria-label={t("letter.invite")} data-testid="invite">
      <Icon name="calendar" size={18} />
      <div>
        <p className="strong">{invite.summary || t("letter.invite")}</p>
        {invite.method === "CANCEL" && <Pill tone="stop" icon="cross">{t("letter.invite_cancelled")}</Pill>}
        <p className="soft small">
          {invite.starts_at !== null && <span className="num">{at(invite.starts_at)}{invite.ends_at !== null && !invite.all_day && ` – ${at(invite.ends_at)}`}</span>}
          {invite.place && <span>{invite.place}</span>}
          {invite.organiser && <span>{t("letter.organiser")} {invite.organiser}</span>}
        </p>
      </div>
    </section>
  );
}

const TONES: Record<string, Tone> = { pass: "go", fail: "stop", permerror: "stop", softfail: "ring", temperror: "ring" };

function Origin({ checks }: { checks: OriginCheck[] }) {
  const { t } = useTranslation();
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
