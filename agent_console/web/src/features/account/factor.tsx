import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call } from "../../net/api";
import { serverNow } from "../../store/clock";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Pill, Wrong } from "../../ui/panes";
import { Copied, Line } from "./parts";
import type { Secret, SignIn } from "./types";

/** Set up a second step, or what can be done with the one there is. `done` when it has been set up or taken away. */
export function FactorPart({ signIn, done }: { signIn: SignIn; done: () => void }) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} done={() => { setCodes(null); done(); }} />;
  if (signIn.factor.since !== null) return <Existing signIn={signIn} renewed={setCodes} done={done} />;
  if (!signIn.factor.available) return <p className="small soft">{t("account.factor_off")}</p>;
  return <SetUp signIn={signIn} done={setCodes} />;
}

function SetUp({ signIn, done }: { signIn: SignIn; done: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<Secret | null>(null);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, problem, run] = useBusy();
  const begin = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<Secret>("POST", "/me/totp", { password }).then(setSecret));
  };
  const confirm = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<{ codes: string[] }>("POST", "/me/totp/confirm", { code }).then(({ codes }) => done(codes)));
  };
  if (!secret) {
    return (
      <form className="account-form" onSubmit={begin} data-testid="totp-begin">
        {signIn.has_password && <Line label={t("account.current_password")} type="password" autoComplete="current-password" required value={password} change={setPassword} testid="totp-password" />}
        <Wrong problem={problem} />
        <div className="row"><Button type="submit" look="primary" icon="lock" isDisabled={busy} data-testid="totp-start">{t("account.set_up")}</Button></div>
      </form>
    );
  }
  return (
    <form className="totp" onSubmit={confirm} data-testid="totp-confirm">
      <img className="totp-qr" src={secret.qr} alt={t("account.qr")} width={196} height={196} />
      <div className="account-form">
        <ol className="totp-steps">
          <li>{t("account.totp_scan")}</li>
          <li>{t("account.totp_type")}</li>
        </ol>
        <details>
          <summary className="small">{t("account.totp_by_hand")}</summary>
          <Copied text={secret.secret.replace(/(.{4})/g, "$1 ").trim()} label={t("account.secret")} testid="totp-secret" />
        </details>
        <Line label={t("login.code")} value={code} change={setCode} inputMode="numeric" autoComplete="one-time-code" maxLength={10} required autoFocus testid="totp-code" />
        <Wrong problem={problem} />
        <div className="row"><Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="totp-finish">{t("account.totp_finish")}</Button></div>
      </div>
    </form>
  );
}

function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  const { t } = useTranslation();
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join("\n")}\n`)}`;
  return (
    <div className="made" data-testid="recovery-codes">
      <p className="strong"><Icon name="check" />{t("account.codes_title")}</p>
      <p className="small">{t("account.codes_text")}</p>
      <ol className="codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ol>
      <div className="row wrap">
        <a className="btn small" href={file} download="recovery-codes.txt">{t("account.codes_save")}</a>
        <Button small look="primary" icon="check" onPress={done} data-testid="codes-kept">{t("account.codes_kept")}</Button>
      </div>
    </div>
  );
}

function Existing({ signIn, renewed, done }: { signIn: SignIn; renewed: (codes: string[]) => void; done: () => void }) {
  const { t, i18n } = useTranslation();
  const [wish, setWish] = useState<"renew" | "remove" | null>(null);
  const { since, recovery_codes_left: left, required } = signIn.factor;
  return (
    <>
      <p className="row wrap">
        <Pill tone="go" icon="check">{t("account.factor_on")}</Pill>
        <span className="small soft">{t("account.factor_since", { at: moment(since ?? 0, serverNow(), i18n.language as "en") })}</span>
        <span className={`small ${left <= 2 ? "low" : "soft"}`}>{t("account.codes_left", { count: left })}</span>
      </p>
      {wish ? <Proof key={wish} signIn={signIn} wish={wish} renewed={renewed} done={done} leave={() => setWish(null)} /> : (
        <div className="row wrap">
          <Button small icon="undo" onPress={() => setWish("renew")} data-testid="codes-renew">{t("account.codes_renew")}</Button>
          {required ? <span className="tiny faint">{t("account.factor_required")}</span> : <Button small icon="cross" onPress={() => setWish("remove")} data-testid="totp-remove">{t("account.factor_remove")}</Button>}
        </div>
      )}
    </>
  );
}

interface ProofProps {
  signIn: SignIn;
  wish: "renew" | "remove";
  renewed: (codes: string[]) => void;
  done: () => void;
  leave: () => void;
}

/** Both are asked for again: an open browser is not always its user's. */
function Proof({ signIn, wish, renewed, done, leave }: ProofProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, problem, run] = useBusy();
  const go = (event: SyntheticEvent): void => {
    event.preventDefault();
    const body = { password, code };
    run(() => wish === "renew"
      ? call<{ codes: string[] }>("POST", "/me/totp/recovery-codes", body).then(({ codes }) => renewed(codes))
      : call("POST", "/me/totp/remove", body).then(done));
  };
  return (
    <form className="account-form" onSubmit={go} data-testid="totp-proof">
      {signIn.has_password && <Line label={t("account.current_password")} type="password" autoComplete="current-password" required autoFocus value={password} change={setPassword} testid="proof-password" />}
      <Line label={t("login.code_or_recovery")} value={code} change={setCode} autoComplete="one-time-code" required testid="proof-code" />
      <Wrong problem={problem} />
      <div className="row">
        <Button type="submit" look={wish === "remove" ? "stop" : "primary"} isDisabled={busy} data-testid="proof-go">{t(wish === "remove" ? "account.factor_remove" : "account.codes_renew")}</Button>
        <Button look="quiet" onPress={leave}>{t("account.leave")}</Button>
      </div>
    </form>
  );
}
