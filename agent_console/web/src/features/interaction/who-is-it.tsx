import { useState } from "react";
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import { call, segment } from "../../net/api";
import type { Item, Language, Party } from "../../net/types";
import { useNow } from "../../store/clock";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Wrong } from "../../ui/panes";
import { NewProspect } from "../customer/new-prospect";
import { useBusy } from "../../ui/busy";
import { CasePill, isOpen } from "./case-box";
import { Tier } from "./brief";
import { PartySearch } from "../customer/party-search";

/** No party yet: choose between several, or search for one. A caller is never made a customer automatically. */
export function WhoIsIt({ item, folded = false }: { item: Item; folded?: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(!folded);
  if (item.match.strength === "pending") return <section className="block"><Bones lines={3} /></section>;
  if (!open) return <p className="block row"><Icon name="unknown" /><span className="soft grow">{t("who.none_short")}</span><Button small icon="link" onPress={() => setOpen(true)}>{t("who.link")}</Button></p>;
  return item.match.strength === "many" ? <Many item={item} /> : <None item={item} />;
}

/** Link the interaction to a party; every screen follows from the server's document. */
export function useLinkParty(item: Item) {
  const [busy, problem, run] = useBusy();
  const link = (party: string): void => run(() => call("PUT", `/interactions/${segment(item.id)}/party`, { party_id: party }));
  return { busy, problem, link };
}

function Many({ item }: { item: Item }) {
  const { t } = useTranslation();
  const { busy, problem, link } = useLinkParty(item);
  const [searching, setSearching] = useState(false);
  return (
    <section className="who" aria-labelledby="who-title">
      <h2 id="who-title">{t("who.many", { count: item.match.parties.length })}</h2>
      <p className="soft small">{t("who.many_text")}</p>
      <Wrong problem={problem} />
      <ul className="candidates">
        {item.match.parties.map((party) => (
          <li key={party.id}><Candidate party={party} busy={busy} choose={() => link(party.id)} /></li>
        ))}
      </ul>
      {searching ? <PartySearch item={item} /> : <Button small look="quiet" icon="search" onPress={() => setSearching(true)}>{t("who.somebody_else")}</Button>}
    </section>
  );
}

/** What distinguishes people who share a number: where they belong, what is open, when they last spoke with us. */
function Candidate({ party, busy, choose }: { party: Party; busy: boolean; choose: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const last = party.interactions[0];
  const open = party.cases.find(isOpen);
  const belongs = [party.title, party.department, party.organisation].filter(Boolean).join(" · ");
  return (
    <button type="button" className="candidate" disabled={busy} onClick={choose} data-testid={`party-${party.id}`}>
      <span className="candidate-icon"><Icon name={party.kind === "organisation" ? "building" : "user"} size={20} /></span>
      <span className="candidate-body" lang={party.language ?? undefined}>
        <span className="row"><span className="strong clip">{party.name}</span>{party.tier && <Tier tier={party.tier} />}</span>
        <span className="soft small clip">{belongs || party.emails[0] || "–"}</span>
        {party.strength === "former" && <span className="row small soft"><Icon name="question" size={14} />{t("correct.strength_former")}</span>}
        {open && <span className="row small"><CasePill status={open.status} /><span className="clip">{open.subject}</span></span>}
      </span>
      <span className="candidate-last tiny faint">
        {last ? <>{t("who.last_contact")}<br /><span className="num">{moment(last.at, now, i18n.language as Language)}</span></> : t("who.never")}
      </span>
      <Icon name="right" />
    </button>
  );
}

function None({ item }: { item: Item }) {
  const { t } = useTranslation();
  return (
    <section className="who" aria-labelledby="who-title">
      <h2 id="who-title"><Icon name="unknown" size={22} />{t("who.none")}</h2>
      <p className="soft small">{t("who.none_text")}</p>
      <PartySearch item={item} />
      <NewProspect item={item} />
    </section>
  );
}
