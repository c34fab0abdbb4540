import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { today } from "../../store/clock";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Failure, Pill, Wrong } from "../../ui/panes";
import { allows, useEntity, type Labels } from "../records/entities";
import { RecordForm } from "../records/form";
import { amount, day } from "../records/values";
import type { PanelProps } from "../records/panels";
import { partyAddress, type Group, type Member, type Relation } from "./types";

interface Answer {
  items: Relation[];
  types: { code: string; label: Labels; inverse: Labels }[];
}

const FIELDS = ["type", "to_id", "role", "department", "is_primary", "valid_from", "valid_until"];

/** Whom a customer belongs to; an organisation's people as a tree, and its group. */
export default function RelationsPanel({ record, refresh }: PanelProps) {
  const { t } = useTranslation();
  const entity = useEntity("relationship");
  const [adding, setAdding] = useState(false);
  const [busy, failed, run] = useBusy();
  const address = `/parties/${segment(record.id)}/relations`;
  const { data, problem, again } = useResource(`${address}#${record.row_version}`, () => call<Answer>("GET", address));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const changed = (): void => {
    setAdding(false);
    again();
    refresh();
  };
  const end = (id: string, version: number): void =>
    run(() => call("PATCH", `/records/relationships/${segment(id)}`, { valid_until: today() }, { "If-Match": `"${version}"` }).then(changed));
  return (
    <div className="relations">
      <Wrong problem={failed} />
      {data.items.length === 0 && !adding && <p className="faint small">{t("customers.no_relations")}</p>}
      <ul className="lines airy">{data.items.map((each) => <Line key={`${each.id} ${each.outward}`} relation={each} busy={busy} end={entity && allows(entity, "update") ? end : null} />)}</ul>
      {entity && allows(entity, "create") && (adding ? (
        <RecordForm entity={entity} record={null} named={{}} initial={{ from_id: record.id }} only={FIELDS} saved={changed} leave={() => setAdding(false)} />
      ) : <Button small icon="plus" onPress={() => setAdding(true)} data-testid="relation-add">{t("customers.add_relation")}</Button>)}
      {record["kind"] === "organisation" && <><Chart party={record.id} /><Grouped party={record.id} /></>}
    </div>
  );
}

function Line({ relation, busy, end }: { relation: Relation; busy: boolean; end: ((id: string, version: number) => void) | null }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const about = [relation.role, relation.department, relation.valid_from && t("customers.from", { day: day(relation.valid_from, language) }), relation.valid_until && t("customers.until", { day: day(relation.valid_until, language) })].filter(Boolean).join(" · ");
  return (
    <li className={relation.open ? "line" : "line ended"} data-testid="relation">
      <span className="past-icon"><Icon name={relation.other.kind === "organisation" ? "building" : "user"} size={15} /></span>
      <span className="grow line-two">
        <span className="clip"><span className="soft">{relation.label[language]}</span> <Link to={partyAddress(relation.other.id)} className="strong" dir="auto">{relation.other.name}</Link></span>
        {about && <span className="tiny faint clip">{about}</span>}
      </span>
      {relation.primary && <Pill tone="accent" icon="star">{t("customers.primary")}</Pill>}
      {!relation.open && <Pill tone="mute">{t("customers.ended")}</Pill>}
      {end && relation.open && !relation.valid_until && <IconButton small icon="unlink" label={t("customers.end_relation")} isDisabled={busy} onPress={() => end(relation.id, relation.row_version)} />}
    </li>
  );
}

function Chart({ party }: { party: string }) {
  const { t } = useTranslation();
  const address = `/parties/${segment(party)}/chart`;
  const { data, problem, again } = useResource(address, () => call<{ items: Member[] }>("GET", address));
  return (
    <section className="side-block" aria-label={t("customers.chart")}>
      <h3 className="label">{t("customers.chart")}</h3>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />) : data.items.length === 0 ? <p className="faint small">{t("customers.no_people")}</p> : <Tree members={data.items} above={null} here={party} />}
    </section>
  );
}

function Grouped({ party }: { party: string }) {
  const { t, i18n } = useTranslation();
  const address = `/parties/${segment(party)}/group`;
  const { data, problem, again } = useResource(address, () => call<Group>("GET", address));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : null;
  const cases = Object.entries(data.cases).map(([status, count]) => `${t(`case.${status}`, { defaultValue: status })} ${count}`);
  return (
    <section className="side-block" aria-label={t("customers.group")}>
      <h3 className="label">{t("customers.group")}</h3>
      {data.items.length > 1 && <Tree members={data.items} above={null} here={party} />}
      <dl className="facts">
        <div><dt>{t("customers.group_cases")}</dt><dd className="num">{cases.join(" · ") || t("customers.none")}</dd></div>
        {data.revenue && Number(data.revenue) > 0 && <div><dt>{t("customers.group_revenue")}</dt><dd className="num">{amount(data.revenue, i18n.language as Language)}</dd></div>}
      </dl>
    </section>
  );
}

function Tree({ members, above, here }: { members: Member[]; above: string | null; here: string }) {
  return (
    <ul className="tree">
      {members.filter((each) => each.above === above).map((each) => (
        <li key={each.id}>
          <Link to={partyAddress(each.id)} className={each.id === here ? "tree-node strong" : "tree-node"} dir="auto">{each.name}</Link>
          {(each.title || each.department) && <span className="tiny faint"> {[each.title, each.department].filter(Boolean).join(" · ")}</span>}
          {members.some(({ above: over }) => over === each.id) && <Tree members={members} above={each.id} here={here} />}
        </li>
      ))}
    </ul>
  );
}
