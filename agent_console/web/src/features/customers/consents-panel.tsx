import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Icon } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/panes";
import { fieldOf, type EntityDoc, type Named, type RecordRow } from "../records/entities";
import type { PanelProps } from "../records/panels";
import { textOf } from "../records/values";
import { Belonging } from "./belonging";

const TONES: Record<string, Tone> = { given: "go", withdrawn: "stop", unknown: "mute" };

/** What was allowed and forbidden, with its evidence; the ids that other systems know the customer by. */
export default function ConsentsPanel({ record, refresh }: PanelProps) {
  const { t } = useTranslation();
  return (
    <>
      <h3 className="label">{t("customers.consents")}</h3>
      <Belonging of="consent" by="party_id" party={record.id} fields={["channel", "purpose", "state", "basis", "evidence", "evidence_ref"]} sort="-at" empty="customers.no_consents" add="customers.add_consent" kept
        line={(row, entity, named) => <Said row={row} entity={entity} named={named} />} />
      <h3 className="label side-block">{t("customers.identifiers")}</h3>
      <Belonging of="party_identifier" by="party_id" party={record.id} fields={["scheme", "value", "note"]} sort="scheme" empty="customers.no_identifiers" add="customers.add_identifier" changed={refresh}
        line={(row, entity, named) => <Id row={row} entity={entity} named={named} />} />
    </>
  );
}

interface LineProps {
  row: RecordRow;
  entity: EntityDoc;
  named: Named;
}

function useText({ row, entity, named }: LineProps): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => {
    const field = fieldOf(entity, name);
    return field ? textOf(field, row[name], named, { t, language: i18n.language as Language }) : "";
  };
}

function Said(props: LineProps) {
  const text = useText(props);
  const state = String(props.row["state"]);
  return (
    <span className="line grow">
      <span className="past-icon"><Icon name="shield" size={15} /></span>
      <span className="grow line-two">
        <span className="clip">{text("purpose")} · {text("channel")}</span>
        <span className="tiny faint clip">{[text("at"), text("by_id"), text("basis")].filter(Boolean).join(" · ")}</span>
        {props.row["evidence"] !== null && <span className="small soft entry-text" dir="auto">{text("evidence")}</span>}
      </span>
      <Pill tone={TONES[state] ?? "mute"} icon={state === "given" ? "check" : "off"}>{text("state")}</Pill>
    </span>
  );
}

function Id(props: LineProps) {
  const text = useText(props);
  return (
    <span className="line grow">
      <span className="past-icon"><Icon name="tag" size={15} /></span>
      <span className="grow line-two"><span className="clip num">{text("value")}</span><span className="tiny faint clip">{[text("scheme"), text("note")].filter(Boolean).join(" · ")}</span></span>
    </span>
  );
}
