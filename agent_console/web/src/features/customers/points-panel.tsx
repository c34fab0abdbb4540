import { useTranslation } from "react-i18next";
import { phoneNumber } from "../../format";
import type { Language } from "../../net/types";
import { today } from "../../store/clock";
import { Icon, type IconName } from "../../ui/icon";
import { Pill } from "../../ui/panes";
import { CallNumber } from "../dialling/call-number";
import { fieldOf, type EntityDoc, type RecordRow } from "../records/entities";
import type { PanelProps } from "../records/panels";
import { day, momentText, textOf } from "../records/values";
import { WriteText } from "../texts/new-text";
import { Belonging } from "./belonging";

const ICONS: Record<string, IconName> = { phone: "phone", sms: "phone", fax: "note", email: "mail", postal: "building", web_id: "globe" };
const FIELDS = ["kind", "raw", "label", "is_primary", "valid_from", "valid_until"];
const LATER = ["verified_at", "invalid_since", "invalid_reason", "opted_out_at"];

/** Numbers and addresses with the time for which they hold. */
export default function PointsPanel({ record, refresh }: PanelProps) {
  return (
    <Belonging of="contact_point" by="party_id" party={record.id} fields={FIELDS} later={LATER} sort="kind" empty="customers.no_points" add="customers.add_point"
      changed={refresh} line={(row, entity) => <Point row={row} entity={entity} />} />
  );
}

const NUMBERS = new Set(["phone", "sms", "fax"]);

function Point({ row, entity }: { row: RecordRow; entity: EntityDoc }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const kind = String(row["kind"]);
  const raw = String(row["raw"]);
  const until = row["valid_until"];
  const past = typeof until === "string" && until < today();
  const field = fieldOf(entity, "kind");
  const about = [field && textOf(field, kind, {}, { t, language }), row["label"]].filter(Boolean).join(" · ");
  return (
    <span className="line grow">
      <span className="past-icon"><Icon name={ICONS[kind] ?? "globe"} size={15} /></span>
      <span className="grow line-two">
        {kind === "phone" ? <CallNumber number={String(row["normal"])} party={String(row["party_id"])} className={past || row["invalid_since"] !== null ? "struck clip" : "clip"} /> : <span className={past || row["invalid_since"] !== null ? "struck clip" : "clip"} dir="auto">{NUMBERS.has(kind) ? phoneNumber(String(row["normal"])) : raw}</span>}
        <span className="tiny faint clip">{about}{typeof until === "string" && <> · {t("customers.until", { day: day(until, language) })}</>}</span>
      </span>
      {(kind === "phone" || kind === "sms") && !past && row["invalid_since"] === null && <WriteText bare number={String(row["normal"])} party={String(row["party_id"])} />}
      {row["is_primary"] === true && <Pill tone="accent" icon="star">{t("customers.preferred")}</Pill>}
      {row["verified_at"] !== null && <Pill tone="go" icon="check">{t("customers.verified")}</Pill>}
      {typeof row["invalid_since"] === "number" && <Pill tone="stop" icon="warn"><span title={momentText(row["invalid_since"], language)}>{String(row["invalid_reason"] ?? "") || t("customers.invalid")}</span></Pill>}
      {past && <Pill tone="mute">{t("customers.expired")}</Pill>}
      {row["opted_out_at"] !== null && <Pill tone="ring" icon="off">{t("customers.opted_out")}</Pill>}
    </span>
  );
}
