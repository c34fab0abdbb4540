import { useId, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { tell } from "../../ui/toasts";
import type { Person, PersonAnswer, Skill } from "../account/types";
import { warn } from "../queues/coverage";
import { Ends } from "./ends";

const LEVELS = Array.from({ length: 10 }, (_, at) => at + 1);

/** What an agent can and how well; which queues that opens is decided at once. */
export function Skills({ person, path, refresh }: { person: Person; path: string; refresh: () => void }) {
  const { t } = useTranslation();
  const known = useResource("skills", () => call<{ items: string[] }>("GET", "/skills"));
  const [skills, setSkills] = useState<Skill[]>(person.skills);
  const [name, setName] = useState("");
  const [busy, problem, run] = useBusy();
  const list = useId();
  const add = (): void => {
    const skill = name.trim();
    if (!skill || skills.some((each) => each.skill === skill)) return;
    setSkills([...skills, { skill, level: 5, last_day: null, standing: "good" }]);
    setName("");
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const given = skills.map(({ skill, level, last_day }) => ({ skill, level, last_day }));
    run(() => call<PersonAnswer>("PUT", `${path}/skills`, { skills: given }).then((answer) => { tell("people.saved"); warn(answer.warnings); refresh(); }));
  };
  const change = (skill: string, wish: Partial<Skill>): void => setSkills(skills.map((each) => (each.skill === skill ? { ...each, ...wish } : each)));
  const changed = JSON.stringify(skills) !== JSON.stringify(person.skills);
  return (
    <form className="account-form" onSubmit={save} data-testid="person-skills">
      <ul className="skills">
        {skills.map(({ skill, level, last_day: lastDay, standing }) => (
          <li key={skill} className="skill">
            <span className="strong grow clip">{skill}</span>
            <label className="row tiny faint">{t("people.level")}
              <select className="input slim" value={level} aria-label={t("people.level_of", { skill })} onChange={(event) => change(skill, { level: Number(event.target.value) })} data-testid={`level-${skill}`}>
                {LEVELS.map((each) => <option key={each} value={each}>{each}</option>)}
              </select>
            </label>
            <label className="row tiny faint">{t("people.last_day")}
              <input className="input slim" type="date" value={lastDay ?? ""} aria-label={t("people.last_day_of", { skill })} onChange={(event) => change(skill, { last_day: event.target.value || null, standing: "good" })} data-testid={`last-day-${skill}`} />
            </label>
            <Ends standing={standing} />
            <IconButton small icon="cross" label={t("people.skill_remove", { skill })} onPress={() => setSkills(skills.filter((each) => each.skill !== skill))} />
          </li>
        ))}
      </ul>
      {skills.length === 0 && <p className="small faint">{t("people.no_skills")}</p>}
      <div className="row">
        <input className="input slim grow" list={list} value={name} maxLength={60} aria-label={t("people.skill")} placeholder={t("people.skill")} onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && !event.nativeEvent.isComposing) { event.preventDefault(); add(); } }} data-testid="skill-name" />
        <datalist id={list}>{(known.data?.items ?? []).map((each) => <option key={each} value={each} />)}</datalist>
        <Button small icon="pen" isDisabled={!name.trim()} onPress={add} data-testid="skill-add">{t("people.skill_add")}</Button>
      </div>
      <Wrong problem={problem} />
      <div className="row"><Button type="submit" small look={changed ? "primary" : "plain"} icon="check" isDisabled={busy || !changed} data-testid="skills-save">{t("people.save")}</Button></div>
    </form>
  );
}
