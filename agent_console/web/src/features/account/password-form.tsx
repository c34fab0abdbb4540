import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem } from "../../net/api";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { Line } from "./parts";

/** The current password and a new one, twice. */
export function PasswordForm({ done, autoFocus }: { done: () => void; autoFocus?: boolean }) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, problem, run] = useBusy();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(async () => {
      if (password !== again) throw new Problem("user.password_differs", 0);
      await call("PUT", "/me/password", { current, password });
      setCurrent("");
      setPassword("");
      setAgain("");
      done();
    });
  };
  return (
    <form className="account-form" onSubmit={save} data-testid="password-form">
      <Line label={t("account.current_password")} type="password" autoComplete="current-password" required autoFocus={autoFocus} value={current} change={setCurrent} testid="password-current" />
      <Line label={t("account.new_password")} type="password" autoComplete="new-password" required value={password} change={setPassword} hint={t("account.password_hint")} testid="password-new" />
      <Line label={t("account.password_again")} type="password" autoComplete="new-password" required value={again} change={setAgain} testid="password-again" />
      <Wrong problem={problem} />
      <div className="row"><Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="password-save">{t("account.change_password")}</Button></div>
    </form>
  );
}
