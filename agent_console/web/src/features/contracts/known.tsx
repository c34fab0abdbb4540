/** What is known of a customer beside who they are: contracts, what they bought where, what they have, how the last inquiry ended. */
import { useTranslation } from "react-i18next";
import { moment } from "../../format";
import type { Language, Party } from "../../net/types";
import { today, useNow } from "../../store/clock";
import { Icon } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { amount, day } from "../records/values";
import { LimitMark, StateMark, useLevel } from "./contract-marks";

type Brief = Pick<Party, "contracts" | "assets" | "purchases" | "last_inquiry">;

const empty = ({ contracts, assets, purchases }: Brief): boolean => contracts.length + assets.length + purchases.count === 0;

export function KnownOf({ party }: { party: Brief }) {
  if (empty(party)) return null;
  return (
    <div className="brief-columns" data-testid="known">
      {party.contracts.length > 0 && <Contracts party={party} />}
      {party.purchases.count > 0 && <Purchases party={party} />}
      {party.assets.length > 0 && <Assets party={party} />}
    </div>
  );
}

export function LastInquiry({ party }: { party: Brief }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const last = party.last_inquiry;
  if (!last) return null;
  const look = last.ended === "solved" && !last.missed ? "go" : last.ended === "open" ? "ring" : "stop";
  return (
    <p className="row wrap last-inquiry" data-testid="last-inquiry">
      <span className="label">{t("contracts.last_inquiry")}</span>
      <span className="clip grow" dir="auto">{last.subject}</span>
      <Pill tone={look} icon={last.ended === "solved" ? "check" : last.ended === "open" ? "clock" : "undo"}>{t(`contracts.ended_${last.ended}`)}</Pill>
      {last.missed && <Pill tone="stop" icon="warn">{t("contracts.promise_missed")}</Pill>}
      <span className="tiny faint num">{moment(last.at, now, i18n.language as Language)}</span>
    </p>
  );
}

function Contracts({ party }: { party: Brief }) {
  const { t, i18n } = useTranslation();
  const level = useLevel();
  return (
    <div>
      <h2 className="label">{t("contracts.plural")}</h2>
      <ul className="lines">{party.contracts.map((each) => (
        <li key={each.id} className="line">
          <Icon name="shield" size={15} />
          <span className="grow line-two"><span className="clip" dir="auto">{[each.name, level(each.level)].filter(Boolean).join(" · ") || each.number}</span><span className="tiny faint num">{each.number} · {t("contracts.until", { day: day(each.ends_on, i18n.language as Language) })}</span></span>
          {each.state === "renewal_due" && <StateMark state={each.state} />}<LimitMark contract={each} />
        </li>
      ))}</ul>
    </div>
  );
}

function Purchases({ party }: { party: Brief }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const language = i18n.language as Language;
  const { departments, bought, count } = party.purchases;
  return (
    <div>
      <h2 className="label">{t("contracts.purchases", { count })}</h2>
      <ul className="lines">
        {departments.map((each) => (
          <li key={each.name} className="line">
            <Icon name="building" size={15} />
            <span className="grow clip">{each.name || t("contracts.no_department")}</span>
            <span className="small num">{t("contracts.times", { count: each.times })}</span>
            <span className="small soft num">{Object.entries(each.amounts).map(([currency, sum]) => `${currency} ${amount(sum, language)}`.trim()).join(" · ")}</span>
          </li>
        ))}
        {bought.map((each, place) => (
          <li key={place} className="line">
            <Icon name="tag" size={15} />
            <span className="grow clip" dir="auto">{each.what || t("contracts.something")}{each.quantity !== null && each.quantity !== 1 ? ` × ${each.quantity}` : ""}</span>
            <span className="tiny faint num">{moment(each.at, now, language)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Assets({ party }: { party: Brief }) {
  const { t, i18n } = useTranslation();
  return (
    <div>
      <h2 className="label">{t("contracts.assets")}</h2>
      <ul className="lines">{party.assets.map((each) => (
        <li key={each.id} className="line">
          <Icon name="box" size={15} />
          <span className="grow line-two"><span className="clip" dir="auto">{each.product || each.serial_number}</span><span className="tiny faint num">{each.serial_number}</span></span>
          {each.warranty_until && <Pill tone={each.warranty_until < today() ? "stop" : "go"} icon="shield">{t(each.warranty_until < today() ? "contracts.warranty_over" : "contracts.warranty", { day: day(each.warranty_until, i18n.language as Language) })}</Pill>}
        </li>
      ))}</ul>
    </div>
  );
}
