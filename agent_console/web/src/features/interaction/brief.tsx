import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import type { Language, Party, PastInteraction } from "../../net/types";
import { useNow } from "../../store/clock";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { recordOf } from "../callrecord/address";
import { Pill } from "../../ui/panes";
import { CallNumber } from "../dialling/call-number";
import { KnownOf, LastInquiry } from "../contracts/known";
import { Wishes } from "../wishes/lines";
import { iconOf } from "../desk/items";
import { CasePill, isOpen } from "./case-box";
import { useDispositionLabel } from "./dispositions";

/** What one wants to know before the first word: who, what is open, what was last. */
export function Brief({ party }: { party: Party }) {
  const { t } = useTranslation();
  const open = party.cases.filter(isOpen);
  return (
    <section className="brief">
      {(party.organisation || party.title || party.tier) && <Belongs party={party} />}
      {party.note && <p className="brief-note" lang={party.language ?? undefined}><Icon name="note" size={16} />{party.note}</p>}
      <Wishes party={party.id} medium="phone" />
      <LastInquiry party={party} />
      <div className="brief-columns">
        <div>
          <h2 className="label">{t("customer.open_cases")}</h2>
          {open.length === 0 ? <p className="faint small">{t("customer.no_open_cases")}</p> : (
            <ul className="lines">{open.map((each) => (
              <li key={each.id} className="line"><span className="grow line-two"><span className="clip" dir="auto">{each.subject}</span><span className="tiny faint num">{each.number}</span></span><CasePill status={each.status} /></li>
            ))}</ul>
          )}
        </div>
        <div>
          <h2 className="label">{t("customer.last")}</h2>
          {party.interactions.length === 0 ? <p className="faint small">{t("customer.no_history")}</p> : (
            <ul className="lines">{party.interactions.slice(0, 4).map((each) => <Past key={each.id} past={each} />)}</ul>
          )}
        </div>
      </div>
      <KnownOf party={party} />
    </section>
  );
}

function Belongs({ party }: { party: Party }) {
  const words = [party.title, party.department, party.organisation].filter(Boolean).join(" · ");
  return (
    <p className="row wrap">
      {party.tier && <Tier tier={party.tier} />}
      {words && <span className="soft" lang={party.language ?? undefined}>{words}</span>}
    </p>
  );
}

export function Tier({ tier }: { tier: string }) {
  const { t } = useTranslation();
  return <Pill tone={tier.toLowerCase() === "vip" || tier.toLowerCase() === "gold" ? "rest" : "mute"} icon="user">{t(`tier.${tier.toLowerCase()}`, { defaultValue: tier })}</Pill>;
}

/** `again`: the number at which the customer of a call is called again. */
export function Past({ past, again, party }: { past: PastInteraction; again?: string | undefined; party?: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const label = useDispositionLabel();
  const missed = past.outcome === "abandoned";
  const what = past.subject || (past.disposition && label(past.disposition)) || t(missed ? "customer.abandoned" : `medium.${past.medium}`);
  return (
    <li className="line">
      <span className={missed ? "past-icon missed" : "past-icon"}><Icon name={iconOf(past.medium)} size={15} /></span>
      <span className="grow line-two"><Link to={recordOf(past.id)} className="clip plain-link" dir="auto" title={t("callrecord.open")}>{what}</Link><span className="tiny faint clip">{[past.queue, past.agent].filter(Boolean).join(" · ")}</span></span>
      {again && past.medium === "voice" && <CallNumber number={again} party={party} bare />}
      {missed && past.subject && <Pill tone="stop">{t("customer.abandoned")}</Pill>}
      <span className="tiny faint num">{moment(past.at, now, i18n.language as Language)}</span>
    </li>
  );
}
