import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { serverNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { programName } from "./program";
import type { SessionDoc } from "./types";

/** Where somebody is signed in; `end` closes one at once. With `named` also who it is. */
export function SessionList({ sessions, end, named, busy }: { sessions: SessionDoc[]; end: (session: SessionDoc) => void; named?: boolean; busy: boolean }) {
  const { t } = useTranslation();
  const { language } = useDesk().session.user;
  const now = serverNow();
  return (
    <ul className="account-rows">
      {sessions.map((session) => (
        <li key={session.id} className="account-row" data-testid="session" data-current={session.current}>
          <Icon name={session.way === "oidc" ? "link" : "user"} size={16} />
          <div className="grow">
            <div className="row wrap">
              {named && <span className="strong" dir="auto">{session.name}</span>}
              <span className={named ? "" : "strong"} title={session.program}>{programName(session.program) || t("account.unknown_program")}</span>
              {session.current && <Pill tone="go" icon="check">{t("account.this_session")}</Pill>}
              {session.strong && <Pill tone="accent">{t("account.two_steps")}</Pill>}
            </div>
            <div className="tiny faint">
              {[session.address, t("account.since", { at: moment(session.started_at, now, language) }), t("account.seen", { at: moment(session.seen_at ?? session.started_at, now, language) }), session.way === "oidc" ? t("account.by_oidc") : ""].filter(Boolean).join(" · ")}
            </div>
          </div>
          {!session.current && <Button small icon="off" isDisabled={busy} onPress={() => end(session)} aria-label={t("account.end_session_of", { program: programName(session.program) })} data-testid="end-session">{t("account.end_session")}</Button>}
        </li>
      ))}
    </ul>
  );
}
