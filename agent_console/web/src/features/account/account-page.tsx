import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import { serverNow } from "../../store/clock";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { FactorPart } from "./factor";
import { Section } from "./parts";
import { PasswordForm } from "./password-form";
import { SessionList } from "./sessions";
import { Tokens } from "./tokens";
import type { SessionDoc, SignIn } from "./types";

/** One's own account: password, second step, where one is signed in, tokens for programs. */
export function AccountPage() {
  const { t } = useTranslation();
  const signIn = useResource("sign-in", () => call<SignIn>("GET", "/me/sign-in"));
  if (!signIn.data) return signIn.problem ? <Failure problem={signIn.problem} retry={signIn.again} /> : <Bones lines={5} />;
  return (
    <Tabs className="tabs account-tabs">
      <TabList className="tablist" aria-label={t("account.title")}>
        <Tab id="password" className="tab" data-testid="account-password">{t("account.sign_in")}</Tab>
        <Tab id="sessions" className="tab" data-testid="account-sessions">{t("account.sessions")}</Tab>
        <Tab id="tokens" className="tab" data-testid="account-tokens">{t("account.tokens")}</Tab>
      </TabList>
      <TabPanel id="password" className="tabpanel account-panel"><SignInParts signIn={signIn.data} again={signIn.again} /></TabPanel>
      <TabPanel id="sessions" className="tabpanel account-panel"><MySessions /></TabPanel>
      <TabPanel id="tokens" className="tabpanel account-panel">
        <Section title={t("account.tokens")} text={t("account.tokens_text")}><Tokens path="/me/tokens" may /></Section>
      </TabPanel>
    </Tabs>
  );
}

function SignInParts({ signIn, again }: { signIn: SignIn; again: () => void }) {
  const { t, i18n } = useTranslation();
  const changed = signIn.password_changed_at;
  const since = changed === null ? undefined : t("account.password_since", { at: moment(changed, serverNow(), i18n.language as "en") });
  return (
    <>
      {signIn.has_password ? (
        <Section title={t("login.password")} {...(since ? { text: since } : {})}>
          <PasswordForm done={() => { tell("account.password_changed"); again(); }} />
        </Section>
      ) : <Section title={t("login.password")} text={t("account.no_password")}>{null}</Section>}
      <Section title={t("account.factor")} text={t("account.factor_text")}><FactorPart signIn={signIn} done={again} /></Section>
    </>
  );
}

function MySessions() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("my-sessions", () => call<{ items: SessionDoc[] }>("GET", "/me/sessions"));
  const [busy, failed, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const end = (session: SessionDoc): void => run(() => call("DELETE", `/me/sessions/${segment(session.id)}`).then(again));
  return (
    <Section title={t("account.sessions")} text={t("account.sessions_text")}>
      <SessionList sessions={data.items} end={end} busy={busy} />
      <Wrong problem={failed} />
      {data.items.length > 1 && <div className="row"><Button small icon="off" isDisabled={busy} onPress={() => run(() => call("DELETE", "/me/sessions").then(again))} data-testid="end-others">{t("account.end_others")}</Button></div>}
    </Section>
  );
}
