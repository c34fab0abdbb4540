import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { usePages, type Page } from "../../store/pages";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill } from "../../ui/panes";
import { fieldOf, useEntity, type RecordAnswer } from "../records/entities";
import { RecordForm } from "../records/form";
import { momentText } from "../records/values";
import { Belonging } from "./belonging";
import { JobStrip } from "./job-strip";
import { partyAddress, type Incomplete } from "./types";

const CONTACT = new Set(["contact", "phone", "email", "postal"]);

/** Customers whose record lacks what it must have: completed here, one after another; a complete one leaves the list. */
export default function RepairPage() {
  const { t, i18n } = useTranslation();
  const [round, setRound] = useState(0);
  const [open, setOpen] = useState<Incomplete | null>(null);
  const { items, problem, again, more } = usePages(`repairs#${round}`, (cursor) => call<Page<Incomplete>>("GET", `/parties/repairs${cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`}`));
  const reload = (): void => setRound((now) => now + 1);
  return (
    <main className="work-page" aria-label={t("page.repairs")} data-testid="repair-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.repairs")}</h1><JobStrip kind="repair_scan" finished={reload} /></header>
      <div className="work-body split">
        <div className="scroll" tabIndex={0} aria-label={t("page.repairs")}>
          {!items ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={5} />) : items.length === 0 ? <Empty icon="check" title={t("customers.all_complete")} /> : (
            <ul className="work-rows">
              {items.map((each) => (
                <li key={each.party_id}>
                  <button type="button" className="work-row" aria-current={open?.party_id === each.party_id} onClick={() => setOpen(each)} data-testid="repair-row">
                    <Icon name={each.kind === "organisation" ? "building" : "user"} size={16} />
                    <span className="grow line-two"><span className="clip strong" dir="auto">{each.name}</span><span className="tiny faint num">{t("customers.since", { at: momentText(each.since, i18n.language as Language) })}</span></span>
                    <Lacking names={each.lacking} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          {more && <Button small look="quiet" onPress={more}>{t("records.more")}</Button>}
        </div>
        {open ? <Mend key={open.party_id} incomplete={open} changed={reload} /> : <Empty icon="pen" title={t("customers.choose_repair")} />}
      </div>
    </main>
  );
}

function Lacking({ names }: { names: string[] }) {
  const { t, i18n } = useTranslation();
  const party = useEntity("party");
  return <span className="row wrap end">{names.map((name) => <Pill key={name} tone="ring">{CONTACT.has(name) ? t(`customers.lacks_${name}`) : ((party && fieldOf(party, name)?.label[i18n.language as Language]) ?? name)}</Pill>)}</span>;
}

function Mend({ incomplete, changed }: { incomplete: Incomplete; changed: () => void }) {
  const { t } = useTranslation();
  const party = useEntity("party");
  const address = `/records/parties/${segment(incomplete.party_id)}`;
  const { data, problem, again } = useResource(address, () => call<RecordAnswer>("GET", address));
  const fields = incomplete.lacking.filter((name) => !CONTACT.has(name));
  if (!party || !data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const saved = (): void => {
    again();
    changed();
  };
  return (
    <section className="work-side scroll" aria-label={incomplete.name}>
      <h2 className="row"><Link to={partyAddress(incomplete.party_id)} dir="auto">{incomplete.name}</Link></h2>
      {fields.length > 0 && <RecordForm entity={party} record={data.record} named={data.named} only={fields} saved={saved} />}
      {incomplete.lacking.some((name) => CONTACT.has(name)) && (
        <><h3 className="label">{t("customers.points")}</h3><Belonging of="contact_point" by="party_id" party={incomplete.party_id} fields={["kind", "raw", "label"]} later={["invalid_since"]} sort="kind" empty="customers.no_points" add="customers.add_point" changed={saved} line={(row) => <span className="line grow">{String(row["raw"])}</span>} /></>
      )}
    </section>
  );
}
