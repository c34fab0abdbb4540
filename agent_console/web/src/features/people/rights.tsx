import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language, Role, WarningDoc } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button } from "../../ui/button";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import { warn } from "../queues/coverage";
import { RecordPicker } from "../records";

interface RightsDoc {
  roles: string[];
  team: { id: string; name: string } | null;
  territories: string[];
  offered_roles: { id: string; name: string; based_on: Role }[];
  offered_territories: { code: string; labels: Record<Language, string> }[];
  warnings: WarningDoc[];
}

/** The roles given to somebody, their department and territories: what they may do, and which rows are theirs. */
export function Rights({ path }: { path: string }) {
  const { data, problem, again } = useResource(`${path}/rights`, () => call<RightsDoc>("GET", `${path}/rights`));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return <Form key={JSON.stringify([data.roles, data.team, data.territories])} path={path} rights={data} again={again} />;
}

const toggled = (list: string[], one: string): string[] => (list.includes(one) ? list.filter((each) => each !== one) : [...list, one]);

function Form({ path, rights, again }: { path: string; rights: RightsDoc; again: () => void }) {
  const { t, i18n } = useTranslation();
  const [roles, setRoles] = useState(rights.roles);
  const [team, setTeam] = useState(rights.team);
  const [territories, setTerritories] = useState(rights.territories);
  const [busy, problem, run] = useBusy();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    run(() => call<RightsDoc>("PUT", `${path}/rights`, { roles, team_id: team?.id ?? null, territories }).then((answer) => { tell("people.saved"); warn(answer.warnings); again(); }));
  };
  return (
    <form className="account-form" onSubmit={save} data-testid="person-rights">
      <fieldset className="ticks">
        <legend className="label">{t("people.given_roles")}</legend>
        {rights.offered_roles.map((role) => (
          <Tick key={role.id} on={roles.includes(role.id)} turn={() => setRoles(toggled(roles, role.id))} words={role.name} beside={t(`role.${role.based_on}`)} testid={`role-${role.name}`} />
        ))}
        {rights.offered_roles.length === 0 && <p className="small faint">{t("people.no_roles")}</p>}
      </fieldset>
      <div className="field">
        <span className="label">{t("people.team")}</span>
        <RecordPicker refers="org_unit" label={t("people.team")} value={team?.id ?? null} name={team?.name ?? null} change={(id, name) => setTeam(id === null ? null : { id, name })} testid="person-team" />
      </div>
      {rights.offered_territories.length > 0 && (
        <fieldset className="ticks">
          <legend className="label">{t("people.territories")}</legend>
          {rights.offered_territories.map(({ code, labels }) => (
            <Tick key={code} on={territories.includes(code)} turn={() => setTerritories(toggled(territories, code))} words={labels[i18n.language as Language]} testid={`territory-${code}`} />
          ))}
        </fieldset>
      )}
      <Wrong problem={problem} />
      <div className="row"><Button type="submit" small icon="check" isDisabled={busy} data-testid="rights-save">{t("people.save")}</Button></div>
    </form>
  );
}

function Tick({ on, turn, words, beside, testid }: { on: boolean; turn: () => void; words: string; beside?: string; testid: string }) {
  return (
    <label className="row check">
      <input type="checkbox" checked={on} onChange={turn} data-testid={testid} />
      <span dir="auto">{words}</span>
      {beside && <span className="tiny faint">{beside}</span>}
    </label>
  );
}
