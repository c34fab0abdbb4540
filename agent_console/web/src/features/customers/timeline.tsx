import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { usePages } from "../../store/pages";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { Link } from "../../ui/link";
import { recordOf } from "../callrecord/address";
import { fieldOf, useEntity } from "../records/entities";
import { momentText } from "../records/values";
import { iconOf as mediumIcon } from "../desk/items";
import type { Entry, TimelinePage } from "./types";

const ICONS: Record<string, IconName> = {
  interaction: "phone", letter: "mail", case: "case", case_event: "case", task: "check", consent: "shield", relation: "link", merge: "users", change: "pen",
};
/** What one asks for at once: the kinds that a button stands for. */
const CHOICES: Record<string, string> = { all: "", contacts: "interaction,letter", cases: "case,case_event", tasks: "task", changes: "change,relation,consent,merge" };

interface Props {
  party: string;
  /** An organisation's whole group may be shown. */
  group?: boolean;
  version?: string;
}

/** All that happened with a customer and is to happen, the latest first. */
export function Timeline({ party, group = false, version = "" }: Props) {
  const { t, i18n } = useTranslation();
  const [chosen, choose] = useState("all");
  const [whole, setWhole] = useState(false);
  const kinds = CHOICES[chosen] ?? "";
  const query = `kinds=${kinds}${whole ? "&group=true" : ""}`;
  const address = `/parties/${segment(party)}/timeline?${query}`;
  const { items, problem, again, more } = usePages(`${address}#${version}`, (cursor) => call<TimelinePage>("GET", cursor === null ? address : `${address}&cursor=${encodeURIComponent(cursor)}`));
  return (
    <section className="timeline" aria-label={t("customers.timeline")} data-testid="timeline">
      <div className="row wrap timeline-tools" role="group" aria-label={t("customers.show")}>
        {Object.keys(CHOICES).map((each) => (
          <button key={each} type="button" className="chip-choice" aria-pressed={each === chosen} onClick={() => choose(each)}>{t(`customers.show_${each}`)}</button>
        ))}
        {group && <button type="button" className="chip-choice" aria-pressed={whole} onClick={() => setWhole(!whole)}>{t("customers.whole_group")}</button>}
      </div>
      {!items ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />) : items.length === 0 ? <Empty icon="clock" title={t("customers.nothing_yet")} /> : (
        <ol className="timeline-list">
          {items.map((entry) => (
            <li key={`${entry.kind} ${entry.id}`} className={entry.planned ? "entry planned" : "entry"} data-testid={`entry-${entry.kind}`}>
              <span className={entry.detail["outcome"] === "abandoned" ? "past-icon missed" : "past-icon"}><Icon name={iconOf(entry)} size={15} /></span>
              <span className="grow line-two">
                <span className="row"><span className="clip strong" dir="auto"><What entry={entry} /></span>{entry.planned && <Pill tone="accent" icon="clock">{t("customers.planned")}</Pill>}</span>
                <About entry={entry} whole={whole} />
              </span>
              <span className="tiny faint num entry-at">{momentText(entry.at, i18n.language as Language)}</span>
            </li>
          ))}
        </ol>
      )}
      {more && <Button small look="quiet" onPress={more}>{t("records.more")}</Button>}
    </section>
  );
}

function iconOf({ kind, detail }: Entry): IconName {
  return kind === "interaction" ? mediumIcon(String(detail["medium"])) : (ICONS[kind] ?? "dot");
}

const said = (value: unknown): string => (typeof value === "string" ? value : "");

function What({ entry: { id, kind, title, detail } }: { entry: Entry }) {
  const { t } = useTranslation();
  const party = useEntity("party");
  switch (kind) {
    case "interaction":
      return <Link to={recordOf(id)} className="plain-link" title={t("callrecord.open")}>{title || t(`medium.${said(detail["medium"])}`, { defaultValue: said(detail["medium"]) })}</Link>;
    case "letter":
      return <>{title || t("customers.letter")}</>;
    case "case":
      return <>{t("customers.case_opened", { number: said(detail["number"]), subject: title })}</>;
    case "case_event":
      return <>{t(`customers.case_${said(detail["event"])}`, { number: said(detail["number"]), subject: title })}</>;
    case "consent":
      return <>{t(`customers.consent_${said(detail["state"])}`, { purpose: t(`purpose.${said(detail["purpose"])}`, { defaultValue: said(detail["purpose"]) }) })}</>;
    case "relation":
      return <>{t(`relation.${said(detail["type"])}`, { one: said(detail["one"]), other: said(detail["other"]) })}</>;
    case "merge":
      return <>{t(detail["undone_at"] === null ? "customers.merged_with" : "customers.merge_undone", { name: title })}</>;
    case "change": {
      const fields = Object.keys((detail["changes"] ?? {}) as Record<string, unknown>);
      return <>{t(`audit.action_${said(detail["action"])}`, { defaultValue: said(detail["action"]) })}{detail["entity"] !== "party" ? <Of entity={said(detail["entity"])} /> : party && fields.length > 0 && <Fields names={fields} />}</>;
    }
    default:
      return <>{title}</>;
  }
}

/** What was written, where it is not the customer itself. */
function Of({ entity }: { entity: string }) {
  const { i18n } = useTranslation();
  const known = useEntity(entity);
  return known && <span className="soft">{" "}{known.label[i18n.language as Language]}</span>;
}

function Fields({ names }: { names: string[] }) {
  const { i18n } = useTranslation();
  const party = useEntity("party");
  const told = names.flatMap((name) => (party && fieldOf(party, name)?.label[i18n.language as Language]) || []);
  return told.length === 0 ? null : <span className="soft">{" "}{told.slice(0, 4).join(", ")}{told.length > 4 && "…"}</span>;
}

function About({ entry, whole }: { entry: Entry; whole: boolean }) {
  const { t } = useTranslation();
  const { detail } = entry;
  const words = [
    whole ? entry.party : "",
    said(detail["queue"]), said(detail["agent"]) || said(detail["author"]) || said(detail["by"]) || said(detail["owner"]),
    detail["outcome"] === "abandoned" ? t("customer.abandoned") : "",
    entry.kind === "interaction" ? said(detail["case"]) : "",
    entry.kind === "letter" ? (detail["direction"] === "out" ? ((detail["to"] as string[] | undefined) ?? []).join(", ") : said(detail["from"])) : "",
  ].filter(Boolean);
  const text = said(detail["note"]) || said(detail["text"]);
  return (
    <>
      {words.length > 0 && <span className="tiny faint clip">{words.join(" · ")}</span>}
      {text && <span className="small soft entry-text" dir="auto">{text}</span>}
    </>
  );
}
