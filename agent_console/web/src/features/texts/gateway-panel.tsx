import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";

interface Secret {
  set_at: number | null;
  can_be_kept: boolean;
  hook: string;
}

/** What opens a gateway: written, never read. And where the gateway is to send to. */
export default function GatewayPanel({ record }: PanelProps) {
  const { t, i18n } = useTranslation();
  const address = `/sms-gateways/${segment(record.id)}/secret`;
  const { data, problem, again } = useResource(address, () => call<Secret>("GET", address));
  const [secret, setSecret] = useState("");
  const [signing, setSigning] = useState("");
  const [busy, wrong, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const keep = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await call("PUT", address, { secret, signing });
      setSecret("");
      setSigning("");
      tell("texts.secret_kept");
      again();
    });
  };
  return (
    <div className="step-form">
      <p>{data.set_at === null ? <Pill tone="ring" icon="warn">{t("texts.secret_missing")}</Pill> : <Pill tone="go" icon="key">{t("texts.secret_since", { at: momentText(data.set_at, i18n.language as Language) })}</Pill>}</p>
      <div className="field">{t("texts.hook")}<code className="input num hook-url" data-testid="hook-url">{data.hook}</code></div>
      <p className="small soft">{t("texts.hook_text")}</p>
      {data.can_be_kept ? (
        <form className="step-form" onSubmit={keep}>
          <label className="field">{t(`texts.secret_${String(record["provider"])}`)}<input className="input" type="password" autoComplete="new-password" value={secret} onChange={(event) => setSecret(event.target.value)} data-testid="gateway-secret" /></label>
          {record["provider"] === "vonage" && <label className="field">{t("texts.signing")}<input className="input" type="password" autoComplete="new-password" value={signing} onChange={(event) => setSigning(event.target.value)} /></label>}
          <div className="row"><Button type="submit" look="primary" icon="key" isDisabled={busy || secret.length < 8} data-testid="gateway-keep">{t("texts.secret_keep")}</Button></div>
          <Wrong problem={wrong} />
        </form>
      ) : <p className="wrong small">{t("problem.sms_no_key")}</p>}
    </div>
  );
}
