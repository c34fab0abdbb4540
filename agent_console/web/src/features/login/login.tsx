import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, switchLanguage } from "../../i18n";
import { call, Problem } from "../../net/api";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Mark } from "../../ui/mark";
import { Wrong } from "../../ui/panes";

export function Login({ ended, entered }: { ended: boolean; entered: () => Promise<void> }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: SyntheticEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    try {
      await call("POST", "/login", { login: form.get("login"), password: form.get("password") });
      await entered();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="login">
      <main className="login-card">
        <Mark />
        <h1>{t("login.title")}</h1>
        {ended && !problem && <p className="login-ended" role="status"><Icon name="info" size={16} />{t("login.ended")}</p>}
        <form onSubmit={(event) => void submit(event)} data-testid="login">
          <div className="field">
            <label htmlFor="login-name">{t("login.name")}</label>
            <input className="input" id="login-name" name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus data-testid="login-name" />
          </div>
          <div className="field">
            <label htmlFor="login-password">{t("login.password")}</label>
            <input className="input" id="login-password" name="password" type="password" autoComplete="current-password" required data-testid="login-password" />
          </div>
          <Wrong problem={problem} />
          <Button type="submit" look="primary" big isDisabled={busy} data-testid="login-submit">
            {busy ? t("login.busy") : t("login.submit")}
          </Button>
        </form>
      </main>
      <Languages />
    </div>
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
