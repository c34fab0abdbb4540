import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { Section } from "../account/parts";
import { SessionList } from "../account/sessions";
import type { SessionDoc } from "../account/types";

/** Everybody's sessions: who is signed in, where, since when; ended at once. */
export function Everybody({ open }: { open: (user: string) => void }) {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("sessions", () => call<{ items: SessionDoc[] }>("GET", "/sessions"));
  const [busy, failed, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const end = (session: SessionDoc): void => run(() => call("DELETE", `/users/${segment(session.user)}/sessions/${segment(session.id)}`).then(again));
  const people = [...new Map(data.items.map((session) => [session.user, session.name])).entries()];
  return (
    <article className="person" data-testid="everybody">
      <Section title={t("people.sessions")} text={t("people.sessions_text", { sessions: data.items.length, people: people.length })}>
        <SessionList sessions={data.items} end={end} named busy={busy} />
        <Wrong problem={failed} />
        <div className="row wrap">
          <Button small icon="undo" onPress={again}>{t("people.look_again")}</Button>
          {people.map(([user, name]) => <Button key={user} small look="quiet" icon="user" onPress={() => open(user)}>{name}</Button>)}
        </div>
      </Section>
    </article>
  );
}
