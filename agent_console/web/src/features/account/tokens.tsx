import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import { serverNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { Choose, Copied, Line, Sure } from "./parts";
import type { MadeToken, TokenDoc, TokenScope } from "./types";

const DAYS = [30, 90, 365];

/** Tokens below `path` (`/me/tokens` or a service account's); `may` make new ones. */
export function Tokens({ path, may }: { path: string; may: boolean }) {
  const { t } = useTranslation();
  const { data, problem, again } = useResource(path, () => call<{ items: TokenDoc[] }>("GET", path));
  const [made, setMade] = useState<MadeToken | null>(null);
  const [busy, failed, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />;
  const revoke = (token: TokenDoc): void => run(() => call("DELETE", `${path}/${segment(token.id)}`).then(() => { setMade(null); again(); }));
  return (
    <>
      {made && (
        <div className="made" role="status">
          <p className="small"><Icon name="info" size={16} />{t("account.token_once", { name: made.token.name })}</p>
          <Copied text={made.secret} label={t("account.token")} testid="token-secret" />
        </div>
      )}
      <ul className="account-rows">
        {data.items.map((token) => <TokenRow key={token.id} token={token} revoke={() => revoke(token)} busy={busy} />)}
      </ul>
      {data.items.length === 0 && <p className="small faint">{t("account.no_tokens")}</p>}
      <Wrong problem={failed} />
      {may && <NewToken path={path} done={(token) => { setMade(token); again(); }} />}
    </>
  );
}

function TokenRow({ token, revoke, busy }: { token: TokenDoc; revoke: () => void; busy: boolean }) {
  const { t } = useTranslation();
  const { language } = useDesk().session.user;
  const now = serverNow();
  const over = token.expires_at !== null && token.expires_at <= now;
  const used = token.used_at === null ? t("account.never_used") : t("account.used", { at: moment(token.used_at, now, language), address: token.used_from ?? "" });
  const ends = token.expires_at === null ? t("account.no_end") : t(over ? "account.ended" : "account.ends", { at: moment(token.expires_at, now, language) });
  return (
    <li className="account-row" data-testid="token">
      <Icon name="key" size={16} />
      <div className="grow">
        <div className="row wrap">
          <span className="strong" dir="auto">{token.name}</span>
          <code className="tiny">{token.hint}…</code>
          <Pill tone={over ? "stop" : "mute"}>{t(over ? "account.over" : `account.scope_${token.scope}`)}</Pill>
        </div>
        <div className="tiny faint">{[used, ends].join(" · ")}</div>
      </div>
      <Sure words={t("account.revoke")} question={t("account.revoke_sure")} icon="cross" disabled={busy} act={revoke} testid="revoke-token" />
    </li>
  );
}

function NewToken({ path, done }: { path: string; done: (made: MadeToken) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<TokenScope>("read");
  const [days, setDays] = useState("90");
  const [busy, problem, run] = useBusy();
  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    const expires_at = days ? serverNow() + Number(days) * 86_400 : null;
    run(() => call<MadeToken>("POST", path, { name: name.trim(), scope, expires_at }).then((made) => { setName(""); done(made); }));
  };
  return (
    <form className="token-form" onSubmit={make}>
      <Line label={t("account.token_name")} value={name} change={setName} maxLength={100} placeholder={t("account.token_name_hint")} testid="token-name" />
      <Choose label={t("account.scope")} value={scope} change={(value) => setScope(value as TokenScope)} testid="token-scope">
        <option value="read">{t("account.scope_read")}</option>
        <option value="write">{t("account.scope_write")}</option>
        <option value="forms">{t("account.scope_forms")}</option>
      </Choose>
      <Choose label={t("account.expiry")} value={days} change={setDays} testid="token-days">
        {DAYS.map((each) => <option key={each} value={each}>{t("account.days", { count: each })}</option>)}
        <option value="">{t("account.no_end")}</option>
      </Choose>
      <Button type="submit" icon="pen" isDisabled={busy || !name.trim()} data-testid="token-make">{t("account.make_token")}</Button>
      <Wrong problem={problem} />
    </form>
  );
}
