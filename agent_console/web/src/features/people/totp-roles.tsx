import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Role } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { Section } from "../account/parts";
import { ROLES } from "./details";

/** Whose sign-in has two steps. */
export function TotpRoles() {
  const { data, problem, again } = useResource("totp-roles", () => call<{ roles: Role[] }>("GET", "/totp-roles"));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return <Form key={data.roles.join()} roles={data.roles} again={again} />;
}

function Form({ roles, again }: { roles: Role[]; again: () => void }) {
  const { t } = useTranslation();
  const [chosen, choose] = useState<Role[]>(roles);
  const [busy, problem, run] = useBusy();
  const save = (): void => run(() => call("PUT", "/totp-roles", { roles: chosen }).then(() => { tell("people.saved"); again(); }));
  return (
    <article className="person" data-testid="totp-roles">
      <Section title={t("people.totp_title")} text={t("people.totp_text")}>
        <ul className="checks">
          {ROLES.map((role) => (
            <li key={role}>
              <label className="row check">
                <input type="checkbox" checked={chosen.includes(role)} onChange={() => choose(chosen.includes(role) ? chosen.filter((each) => each !== role) : [...chosen, role])} data-testid={`totp-${role}`} />
                {t(`role.${role}`)}
              </label>
            </li>
          ))}
        </ul>
        <Wrong problem={problem} />
        <div className="row"><Button small look="primary" icon="check" isDisabled={busy} onPress={save} data-testid="totp-save">{t("people.save")}</Button></div>
      </Section>
    </article>
  );
}
