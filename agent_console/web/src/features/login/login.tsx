import { useEffect, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, switchLanguage } from "../../i18n";
import { call, Problem } from "../../net/api";
import { setCentre } from "../../ui/brand";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon } from "../../ui/icon";
import { Mark } from "../../ui/mark";
import { Wrong } from "../../ui/panes";
import type { LoginAnswer, Ways } from "../account/types";
import { comeBack } from "./return";

interface Props {
  ended: boolean;
  entered: () => Promise<void>;
}

/** Name and password, then a code where one has a second step; or the way of the identity provider. */
export function Login({ ended, entered }: Props) {
  const { t } = useTranslation();
  const [back] = useState(comeBack);
  const [ticket, setTicket] = useState(back.ticket);
  return (
    <div className="login">
      <main className="login-card">
        <Mark />
        <h1>{t(ticket ? "login.second" : "login.title")}</h1>
        {ticket
          ? <CodeStep ticket={ticket} entered={entered} restart={() => setTicket(null)} />
          : <PasswordStep ended={ended} refused={back.problem} entered={entered} next={setTicket} />}
      </main>
      <Languages />
    </div>
  );
}

function PasswordStep({ ended, refused, entered, next }: Props & { refused: Problem | null; next: (ticket: string) => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const [tried, setTried] = useState(false);
  const submit = (event: SyntheticEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setTried(true);
    run(async () => {
      const { ticket } = await call<LoginAnswer>("POST", "/login", { login: form.get("login"), password: form.get("password") });
      if (ticket) next(ticket);
      else await entered();
    });
  };
  const shown = tried ? problem : refused;
  return (
    <>
      {ended && !shown && <p className="login-ended" role="status"><Icon name="info" size={16} />{t("login.ended")}</p>}
      <form onSubmit={submit} data-testid="login">
        <div className="field">
          <label htmlFor="login-name">{t("login.name")}</label>
          <input className="input" id="login-name" name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus data-testid="login-name" />
        </div>
        <div className="field">
          <label htmlFor="login-password">{t("login.password")}</label>
          <input className="input" id="login-password" name="password" type="password" autoComplete="current-password" required data-testid="login-password" />
        </div>
        <Wrong problem={shown} />
        <Button type="submit" look="primary" big isDisabled={busy} data-testid="login-submit">
          {busy ? t("login.busy") : t("login.submit")}
        </Button>
      </form>
      <OtherWays />
    </>
  );
}

/** The identity provider's button, where there is one; without an answer the form above is enough. */
function OtherWays() {
  const { t } = useTranslation();
  const [ways, setWays] = useState<Ways | null>(null);
  useEffect(() => {
    let current = true;
    const told = (found: Ways): void => {
      if (!current) return;
      setWays(found);
      setCentre(found.centre);
    };
    call<Ways>("GET", "/login/ways").then(told, (error: unknown) => {
      if (!(error instanceof Problem)) throw error;
    });
    return () => {
      current = false;
    };
  }, []);
  if (!ways?.oidc) return null;
  return (
    <>
      <p className="login-or"><span>{t("login.or")}</span></p>
      <a className="btn big login-oidc" href="/api/v1/login/oidc" data-testid="login-oidc">
        <Icon name="building" />{ways.oidc.label ? t("login.with", { name: ways.oidc.label }) : t("login.with_sso")}
      </a>
    </>
  );
}

function CodeStep({ ticket, entered, restart }: { ticket: string; entered: () => Promise<void>; restart: () => void }) {
  const { t } = useTranslation();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const [busy, problem, run] = useBusy();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call("POST", "/login/code", { ticket, code }).then(entered));
  };
  return (
    <form onSubmit={submit} data-testid="login-second">
      <p className="soft small">{t(recovery ? "login.recovery_text" : "login.code_text")}</p>
      <div className="field">
        <label htmlFor="login-code">{t(recovery ? "login.recovery" : "login.code")}</label>
        <input className="input code-input" key={String(recovery)} id="login-code" value={code} inputMode={recovery ? "text" : "numeric"} autoComplete="one-time-code" autoCapitalize="none" spellCheck={false} maxLength={40} required autoFocus
          onChange={(event) => setCode(event.target.value)} data-testid="login-code" />
      </div>
      <Wrong problem={problem} />
      <Button type="submit" look="primary" big isDisabled={busy} data-testid="login-code-submit">{busy ? t("login.busy") : t("login.submit")}</Button>
      <div className="row wrap login-turns">
        <Button small look="quiet" onPress={() => { setRecovery(!recovery); setCode(""); }} data-testid="login-recovery">{t(recovery ? "login.use_code" : "login.use_recovery")}</Button>
        <Button small look="quiet" icon="undo" onPress={restart} data-testid="login-restart">{t("login.restart")}</Button>
      </div>
    </form>
  );
}

function Languages() {
  const { t, i18n } = useTranslation();
  return (
    <nav className="login-languages" aria-label={t("menu.language")}>
      <Icon name="globe" size={16} />
      {LANGUAGES.map(({ code, name }) => (
        <button key={code} type="button" lang={code} aria-pressed={i18n.language === code} onClick={() => void switchLanguage(code)}>
          {name}
        </button>
      ))}
    </nav>
  );
}
