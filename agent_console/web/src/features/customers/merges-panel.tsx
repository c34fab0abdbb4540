import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Pill } from "../../ui/panes";
import { allows } from "../records/entities";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";
import { RecordPicker } from "../records/picker";
import { AlikeList, useAlike } from "./alike";
import { Undo } from "./duplicates-page";
import { MergeDialog } from "./merge-dialog";
import type { Merge } from "./types";

/** Who may be the same customer, whom to merge with, and what was merged before, to be taken back. */
export default function MergesPanel({ record, entity, refresh }: PanelProps) {
  const { t, i18n } = useTranslation();
  const [other, setOther] = useState<string | null>(null);
  const address = `/parties/${segment(record.id)}/merges`;
  const { data, problem, again } = useResource(`${address}#${record.row_version}`, () => call<{ items: Merge[] }>("GET", address));
  const found = useAlike(record, record.id);
  const may = allows(entity, "delete");
  const done = (): void => {
    setOther(null);
    again();
    refresh();
  };
  return (
    <>
      <h3 className="label">{t("customers.maybe_same")}</h3>
      {!found ? <Bones lines={2} /> : found.length === 0 ? <p className="faint small">{t("customers.nobody_alike")}</p> : <AlikeList found={found} act={may ? (party) => setOther(party.id) : undefined} />}
      {may && <div className="side-block"><RecordPicker refers="party" value={null} name={null} label={t("customers.merge_with")} placeholder={t("customers.merge_with")} linked={false} filter={{ field: "kind", is: "eq", value: record["kind"] }} change={(id) => id !== null && id !== record.id && setOther(id)} /></div>}
      <h3 className="label side-block">{t("customers.merged_before")}</h3>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />) : data.items.length === 0 ? <p className="faint small">{t("customers.never_merged")}</p> : (
        <ul className="lines airy">
          {data.items.map((each) => (
            <li key={each.id} className="belonging-row">
              <span className="line grow"><span className="past-icon"><Icon name="users" size={15} /></span><span className="grow line-two"><span className="clip" dir="auto">{each.merged_name} → {each.survivor_name}</span><span className="tiny faint num">{momentText(each.at, i18n.language as Language)} · {each.by}</span></span>{each.undone_at !== null && <Pill tone="mute" icon="undo">{t("customers.was_undone")}</Pill>}</span>
              {may && each.undone_at === null && <Undo mergeId={each.id} undone={done} />}
            </li>
          ))}
        </ul>
      )}
      {other && <MergeDialog a={record.id} b={other} close={() => setOther(null)} merged={done} />}
    </>
  );
}
