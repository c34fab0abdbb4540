import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call } from "../../net/api";
import { serverNow } from "../../store/clock";
import { useDesk } from "../../store/hooks";
import { usePages, type Page } from "../../store/pages";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { useTyped } from "../../ui/typed";
import { initials } from "../desk/user-menu";
import type { Person, PersonState, SkillStanding } from "../account/types";
import { Ends } from "./ends";
import { Everybody } from "./everybody";
import { NewPerson } from "./new-person";
import { PersonPage } from "./person-page";
import { TotpRoles } from "./totp-roles";

type Shown = { kind: "person"; id: string } | { kind: "new" } | { kind: "sessions" } | { kind: "rules" } | null;
type Filter = "present" | PersonState;

const FILTERS: Filter[] = ["present", "active", "locked", "removed"];

/** The people who sign in, for administrators: a list on the left, one of them (or a rule) on the right. */
export default function PeoplePage() {
  const { t } = useTranslation();
  const typed = useTyped();
  const [filter, setFilter] = useState<Filter>("present");
  const [shown, setShown] = useState<Shown>(null);
  const fetchPage = useCallback((cursor: string | null) => call<Page<Person>>("GET", `/users?${asked(typed.settled, filter, cursor)}`), [typed.settled, filter]);
  const people = usePages(`users ${filter} ${typed.settled}`, fetchPage);
  const open = (id: string): void => setShown({ kind: "person", id });
  return (
    <main className="people" aria-label={t("people.title")} data-testid="people-page">
      <section className="people-list panel" aria-labelledby="people-title">
        <div className="people-tools">
          <h2 id="people-title">{t("people.title")}</h2>
          <Button small icon="users" look={shown?.kind === "sessions" ? "on" : "quiet"} onPress={() => setShown({ kind: "sessions" })} data-testid="people-sessions">{t("people.sessions")}</Button>
          <Button small icon="lock" look={shown?.kind === "rules" ? "on" : "quiet"} onPress={() => setShown({ kind: "rules" })} data-testid="people-rules">{t("people.rules")}</Button>
          <Button small icon="user" look="primary" onPress={() => setShown({ kind: "new" })} data-testid="people-new">{t("people.new")}</Button>
        </div>
        <div className="people-find">
          <div className="search-box">
            <Icon name="search" size={16} />
            <input className="input" type="search" {...typed.bind} aria-label={t("people.search")} placeholder={t("people.search")} data-testid="people-search" />
          </div>
          <select className="input people-filter" value={filter} aria-label={t("people.filter")} onChange={(event) => setFilter(event.target.value as Filter)} data-testid="people-filter">
            {FILTERS.map((each) => <option key={each} value={each}>{t(`people.filter_${each}`)}</option>)}
          </select>
        </div>
        {people.items === null ? (people.problem ? <Failure problem={people.problem} retry={people.again} /> : <Bones lines={6} />) : (
          <div className="scroll people-rows">
            <table className="people-table">
              <thead><tr><th>{t("people.name")}</th><th>{t("people.role")}</th><th>{t("people.extension")}</th><th>{t("people.last")}</th></tr></thead>
              <tbody>{people.items.map((person) => <Row key={person.id} person={person} chosen={shown?.kind === "person" && shown.id === person.id} open={() => open(person.id)} />)}</tbody>
            </table>
            {people.items.length === 0 && <Empty icon="users" title={t("people.none")} />}
            {people.more && <Button small look="quiet" icon="down" onPress={people.more}>{t("people.more")}</Button>}
          </div>
        )}
      </section>
      <section className="people-detail scroll" aria-label={t("people.detail")} tabIndex={0}>
        {shown === null && <Empty icon="user" title={t("people.choose")}><p>{t("people.choose_text")}</p></Empty>}
        {shown?.kind === "person" && <PersonPage key={shown.id} id={shown.id} changed={people.again} />}
        {shown?.kind === "new" && <NewPerson done={(person) => { people.again(); open(person.id); }} leave={() => setShown(null)} />}
        {shown?.kind === "sessions" && <Everybody open={open} />}
        {shown?.kind === "rules" && <TotpRoles />}
      </section>
    </main>
  );
}

function asked(search: string, filter: Filter, cursor: string | null): string {
  const query = new URLSearchParams({ limit: "100" });
  if (search) query.set("search", search);
  for (const state of filter === "present" ? ["active", "locked"] : [filter]) query.append("state", state);
  if (cursor) query.set("cursor", cursor);
  return query.toString();
}

/** Of the ends of somebody's skills the one to look at. */
const worst = (person: Person): SkillStanding => (["expired", "soon"] as const).find((each) => person.skills.some((skill) => skill.standing === each)) ?? "good";

function Row({ person, chosen, open }: { person: Person; chosen: boolean; open: () => void }) {
  const { t } = useTranslation();
  const { language } = useDesk().session.user;
  return (
    <tr data-chosen={chosen} data-state={person.state} data-testid={`person-${person.login}`}>
      <td>
        <button type="button" className="person-open" aria-current={chosen} onClick={open}>
          <span className="avatar small" aria-hidden="true" data-initials={initials(person.name)} />
          <span className="person-name">
            <span className="strong clip" dir="auto">{person.name}</span>
            <span className="tiny faint clip">{person.login}</span>
          </span>
          <Ends standing={worst(person)} />
          {person.state !== "active" && <Pill tone={person.state === "locked" ? "stop" : "mute"} icon={person.state === "locked" ? "lock" : "cross"}>{t(`people.state_${person.state}`)}</Pill>}
        </button>
      </td>
      <td>{t(`role.${person.role}`)}{person.service && <span className="tiny faint"> · {t("people.service_short")}</span>}</td>
      <td className="num">{person.extension ?? "–"}</td>
      <td className="people-last"><span className="num">{person.signed_in_at === null ? "–" : moment(person.signed_in_at, serverNow(), language)}</span>{person.has_totp && <span title={t("people.has_totp")}><Icon name="lock" size={14} /><span className="vh">{t("people.has_totp")}</span></span>}</td>
    </tr>
  );
}
