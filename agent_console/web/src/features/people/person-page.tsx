import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import { serverNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Banner, Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { initials } from "../desk/user-menu";
import { Line, Section, Sure } from "../account/parts";
import { SessionList } from "../account/sessions";
import { Tokens } from "../account/tokens";
import type { Person, PersonAnswer, SessionDoc } from "../account/types";
import { warn } from "../queues/coverage";
import { Details, detailsOf, type DetailsDraft } from "./details";
import { Rights } from "./rights";
import { Skills } from "./skills";

/** One user: who they are, what they can, and what opens their account. `changed` when the list should look again. */
export function PersonPage({ id, changed }: { id: string; changed: () => void }) {
  const { t } = useTranslation();
  const path = `/users/${segment(id)}`;
  const { data, problem, again } = useResource(path, () => call<PersonAnswer>("GET", path));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />;
  const refresh = (): void => {
    again();
    changed();
  };
  return (
    <article className="person" data-testid="person" data-login={data.login} data-state={data.state}>
      <Head person={data} />
      {data.only_they_serve.length > 0 && <Banner tone="ring" icon="warn"><span dir="auto" data-testid="only-they-serve">{t("coverage.only_they", { queues: data.only_they_serve.join(" · ") })}</span></Banner>}
      {data.state === "removed" ? <Removed person={data} path={path} refresh={refresh} /> : <Present person={data} path={path} refresh={refresh} />}
    </article>
  );
}

function Head({ person }: { person: Person }) {
  const { t } = useTranslation();
  return (
    <header className="person-head">
      <span className="avatar big" aria-hidden="true" data-initials={initials(person.name)} />
      <div className="grow">
        <h2 dir="auto">{person.name}</h2>
        <p className="small soft">{[person.login, person.email, t(`role.${person.role}`)].filter(Boolean).join(" · ")}</p>
      </div>
      <div className="row wrap">
        {person.service && <Pill tone="talk" icon="key">{t("people.service")}</Pill>}
        {person.has_totp && <Pill tone="accent" icon="lock">{t("people.has_totp")}</Pill>}
        <Pill tone={person.state === "active" ? "go" : person.state === "locked" ? "stop" : "mute"} icon={person.state === "active" ? "check" : person.state === "locked" ? "lock" : "cross"}>{t(`people.state_${person.state}`)}</Pill>
      </div>
    </header>
  );
}

interface PartProps {
  person: Person;
  path: string;
  refresh: () => void;
}

function Removed({ path, refresh }: PartProps) {
  const { t } = useTranslation();
  const [busy, problem, run] = useBusy();
  return (
    <Section title={t("people.state_removed")} text={t("people.removed_text")}>
      <Wrong problem={problem} />
      <div className="row"><Button small icon="undo" isDisabled={busy} onPress={() => run(() => call("POST", `${path}/restore`).then(refresh))} data-testid="person-restore">{t("people.restore")}</Button></div>
    </Section>
  );
}

function Present(props: PartProps) {
  const { t } = useTranslation();
  const { person, path } = props;
  return (
    <>
      <DetailsPart {...props} />
      {person.role === "agent" && !person.service && <Section title={t("people.skills")} text={t("people.skills_text")}><Skills key={JSON.stringify(person.skills)} {...props} /></Section>}
      <Section title={t("people.rights")} text={t("people.rights_text")}><Rights path={path} /></Section>
      {!person.service && <PasswordPart {...props} />}
      {!person.service && <SessionsPart {...props} />}
      <Section title={t("account.tokens")} text={t(person.service ? "people.tokens_text" : "people.tokens_own")} testid="person-tokens"><Tokens path={`${path}/tokens`} may={person.service} /></Section>
      <DoorPart {...props} />
    </>
  );
}

function DetailsPart({ person, path, refresh }: PartProps) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const [draft, setDraft] = useState<DetailsDraft>(() => detailsOf(person));
  const [busy, problem, run] = useBusy();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<PersonAnswer>("PATCH", path, draft).then((answer) => { tell("people.saved"); warn(answer.warnings); refresh(); }));
  };
  return (
    <Section title={t("people.details")}>
      <form className="account-form" onSubmit={save} data-testid="person-details">
        <Details draft={draft} change={setDraft} service={person.service} ownRole={person.id === session.user.id} />
        {draft.role !== person.role && <p className="small low">{t("people.role_text")}</p>}
        <Wrong problem={problem} />
        <div className="row"><Button type="submit" look="primary" icon="check" isDisabled={busy || !draft.name.trim()} data-testid="person-save">{t("people.save")}</Button></div>
      </form>
    </Section>
  );
}

function PasswordPart({ person, path, refresh }: PartProps) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const { language } = session.user;
  const [password, setPassword] = useState("");
  const [busy, problem, run] = useBusy();
  const set = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call("PUT", `${path}/password`, { password }).then(() => { setPassword(""); tell("people.password_set"); refresh(); }));
  };
  const now = serverNow();
  const facts = [
    person.has_password ? (person.password_changed_at === null ? "" : t("account.password_since", { at: moment(person.password_changed_at, now, language) })) : t("people.no_password"),
    person.must_change_password ? t("people.must_change") : "",
    person.identities > 0 ? t("people.linked") : "",
  ];
  return (
    <Section title={t("people.access")} text={facts.filter(Boolean).join(" ")}>
      {person.id === session.user.id ? <p className="small faint">{t("people.own_account")}</p> : (
        <form className="row wrap password-set" onSubmit={set}>
          <Line label={t("people.new_password")} type="text" autoComplete="off" spellCheck={false} value={password} change={setPassword} hint={t("people.password_hint")} testid="person-password" />
          <Button type="submit" small isDisabled={busy || !password} data-testid="person-password-set">{t("people.set_password")}</Button>
        </form>
      )}
      <Wrong problem={problem} />
      {person.has_totp && <div className="row wrap"><Sure words={t("people.reset_totp")} question={t("people.reset_totp_sure")} icon="undo" disabled={busy} act={() => run(() => call("DELETE", `${path}/totp`).then(refresh))} testid="person-totp" /></div>}
    </Section>
  );
}

function SessionsPart({ person, path }: PartProps) {
  const { t } = useTranslation();
  const { data, problem, again } = useResource(`${path}/sessions`, () => call<{ items: SessionDoc[] }>("GET", `/sessions?user=${segment(person.id)}`), String(person.sessions));
  const [busy, failed, run] = useBusy();
  const end = (session: SessionDoc): void => run(() => call("DELETE", `${path}/sessions/${segment(session.id)}`).then(again));
  return (
    <Section title={t("account.sessions")} testid="person-sessions">
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />) : (
        <>
          <SessionList sessions={data.items} end={end} busy={busy} />
          {data.items.length === 0 && <p className="small faint">{t("people.not_signed_in")}</p>}
          {data.items.length > 1 && <div className="row"><Button small icon="off" isDisabled={busy} onPress={() => run(() => call("DELETE", `${path}/sessions`).then(again))}>{t("people.end_all")}</Button></div>}
        </>
      )}
      <Wrong problem={failed} />
    </Section>
  );
}

/** Lock, unlock, remove. */
function DoorPart({ person, path, refresh }: PartProps) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const [busy, problem, run] = useBusy();
  if (person.id === session.user.id) return null;
  return (
    <Section title={t("people.door")} text={t(person.state === "locked" ? "people.locked_text" : "people.lock_text")}>
      <Wrong problem={problem} />
      <div className="row wrap">
        {person.state === "locked"
          ? <Button small icon="play" isDisabled={busy} onPress={() => run(() => call("POST", `${path}/unlock`).then(refresh))} data-testid="person-unlock">{t("people.unlock")}</Button>
          : <Sure words={t("people.lock")} question={t("people.lock_sure", { name: person.name })} icon="lock" disabled={busy} act={() => run(() => call<PersonAnswer>("POST", `${path}/lock`).then((answer) => { warn(answer.warnings); refresh(); }))} testid="person-lock" />}
        <Sure words={t("people.remove")} question={t("people.remove_sure", { name: person.name })} icon="cross" disabled={busy} act={() => run(() => call("DELETE", path).then(refresh))} testid="person-remove" />
      </div>
    </Section>
  );
}
