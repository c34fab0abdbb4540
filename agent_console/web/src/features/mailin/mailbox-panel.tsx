import "../../styles/mailin.css";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Banner, Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Line } from "../account/parts";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";

interface Condition {
  secrets: string[];
  read_at: number | null;
  letter_at: number | null;
  failing_since: number | null;
  reason: string;
  alarm: boolean;
  letters: number;
}

interface Seen {
  letters: number;
  to_fetch: number;
  tells: boolean;
}

const SECRETS: Readonly<Record<string, readonly string[]>> = { password: ["password"], oauth: ["client_secret", "refresh_token"] };

/** Beside a mailbox's form: how it fares, its secrets, and a test of the connection. */
export default function MailboxPanel({ record }: PanelProps) {
  const { data, problem, again } = useResource(`mailbox ${record.id}`, () => call<Condition>("GET", `/mailboxes/${segment(record.id)}/condition`), String(record.row_version));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  return (
    <div className="mailbox-panel" data-testid="mailbox-panel">
      <Fares condition={data} active={record.active === true} />
      <Test id={record.id} tested={again} />
      <Secrets id={record.id} kept={data.secrets} wanted={SECRETS[String(record.sign_in)] ?? []} again={again} />
    </div>
  );
}

function Fares({ condition, active }: { condition: Condition; active: boolean }) {
  const { t, i18n } = useTranslation();
  const moment = (at: number | null): string => (at === null ? t("mailin.never") : momentText(at, i18n.language as Language));
  return (
    <>
      <State condition={condition} active={active} />
      <dl className="mailbox-facts">
        <dt>{t("mailin.read_at")}</dt><dd className="num">{moment(condition.read_at)}</dd>
        <dt>{t("mailin.letter_at")}</dt><dd className="num">{moment(condition.letter_at)}</dd>
        <dt>{t("mailin.letters")}</dt><dd className="num">{condition.letters}</dd>
      </dl>
    </>
  );
}

function State({ condition, active }: { condition: Condition; active: boolean }) {
  const { t, i18n } = useTranslation();
  if (!active) return <Banner tone="mute" icon="pause"><span>{t("mailin.off")}</span></Banner>;
  if (condition.failing_since === null) return <Banner tone="mute" icon={condition.read_at === null ? "clock" : "check"}><span>{t(condition.read_at === null ? "mailin.waiting" : "mailin.well")}</span></Banner>;
  const silent = condition.reason === "silent";
  return (
    <Banner tone={silent ? "ring" : "stop"} icon="warn">
      <span data-testid="mailbox-failing">{t(silent ? "mailin.silent" : "mailin.failing", { at: momentText(condition.failing_since, i18n.language as Language) })}{!silent && <span className="block-line small mailbox-reason"><bdi>{condition.reason}</bdi></span>}</span>
    </Banner>
  );
}

function Test({ id, tested }: { id: string; tested: () => void }) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  const [seen, setSeen] = useState<Seen | null>(null);
  const test = (): void => run(async () => {
    setSeen(null);
    setSeen(await call<Seen>("POST", `/mailboxes/${segment(id)}/test`));
    tested();
  });
  return (
    <div className="mailbox-test">
      <Button icon="link" isDisabled={busy} onPress={test} data-testid="mailbox-test">{t(busy ? "mailin.testing" : "mailin.test")}</Button>
      <Wrong problem={problem} />
      {seen && <p className="small" role="status" data-testid="mailbox-seen">{t("mailin.seen", { letters: seen.letters, fetch: seen.to_fetch })} {t(seen.tells ? "mailin.tells" : "mailin.asks")}</p>}
    </div>
  );
}

function Secrets({ id, kept, wanted, again }: { id: string; kept: readonly string[]; wanted: readonly string[]; again: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [busy, problem, run] = useBusy();
  const given = Object.fromEntries(wanted.flatMap((name) => (typed[name] ? [[name, typed[name]]] : [])));
  const keep = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(async () => {
      await call("PUT", `/mailboxes/${segment(id)}/secrets`, given);
      setTyped({});
      tell("mailin.kept");
      again();
    });
  };
  return (
    <form className="mailbox-secrets" onSubmit={keep} aria-label={t("mailin.secrets")}>
      <h3 className="label">{t("mailin.secrets")}</h3>
      <p className="small soft">{t("mailin.secrets_text")}</p>
      {wanted.map((name) => (
        <Line key={name} label={t(`mailin.${name}`)} type="password" autoComplete="new-password" value={typed[name] ?? ""} change={(value) => setTyped({ ...typed, [name]: value })}
          hint={t(kept.includes(name) ? "mailin.is_kept" : "mailin.none_kept")} testid={`mailbox-${name}`} />
      ))}
      <Wrong problem={problem} />
      <Button type="submit" look="go" icon="lock" isDisabled={busy || Object.keys(given).length === 0} data-testid="mailbox-keep">{t("mailin.keep")}</Button>
    </form>
  );
}
