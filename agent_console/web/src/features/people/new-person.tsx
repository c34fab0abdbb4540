import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { Line, Section } from "../account/parts";
import type { Person } from "../account/types";
import { Details, EMPTY, type DetailsDraft } from "./details";

/** Somebody new, or a program's account. */
export function NewPerson({ done, leave }: { done: (person: Person) => void; leave: () => void }) {
  const { t, i18n } = useTranslation();
  const [service, setService] = useState(false);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [draft, setDraft] = useState<DetailsDraft>({ ...EMPTY, language: i18n.language as Language });
  const [busy, problem, run] = useBusy();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const body = service ? { login, name: draft.name, role: draft.role, service } : { ...draft, login, password };
    run(() => call<Person>("POST", "/users", body).then(done));
  };
  return (
    <article className="person">
      <Section title={t("people.new")}>
        <form className="account-form" onSubmit={save} data-testid="person-new">
          <fieldset className="kinds">
            <legend className="vh">{t("people.kind")}</legend>
            <Kind chosen={!service} choose={() => setService(false)} words={t("people.kind_person")} text={t("people.kind_person_text")} testid="kind-person" />
            <Kind chosen={service} choose={() => setService(true)} words={t("people.service")} text={t("people.service_text")} testid="kind-service" />
          </fieldset>
          <div className="form-two">
            <Line label={t("login.name")} value={login} change={setLogin} autoCapitalize="none" spellCheck={false} autoComplete="off" maxLength={100} required testid="new-login" />
            {!service && <Line label={t("people.new_password")} value={password} change={setPassword} autoComplete="off" spellCheck={false} required hint={t("people.password_hint")} testid="new-password" />}
          </div>
          <Details draft={draft} change={setDraft} service={service} />
          <Wrong problem={problem} />
          <div className="row">
            <Button type="submit" look="primary" icon="check" isDisabled={busy} data-testid="new-save">{t("people.add")}</Button>
            <Button look="quiet" onPress={leave}>{t("account.leave")}</Button>
          </div>
        </form>
      </Section>
    </article>
  );
}

function Kind({ chosen, choose, words, text, testid }: { chosen: boolean; choose: () => void; words: string; text: string; testid: string }) {
  return (
    <label className="disposition kind" data-chosen={chosen}>
      <input type="radio" name="kind" checked={chosen} onChange={choose} data-testid={testid} />
      <span><span className="strong">{words}</span><span className="tiny soft">{text}</span></span>
    </label>
  );
}
