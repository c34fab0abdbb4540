import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Bones, Failure } from "../../ui/panes";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";

interface Hits {
  count: number;
  latest: { interaction_id: string; at: number; customer_address: string; entry_address: string }[];
}

/** How many calls an entry of the block list was applied to, and the latest of them. */
export default function HitsPanel({ record }: PanelProps) {
  const { t, i18n } = useTranslation();
  const { data, problem, again } = useResource(`hits ${record.id}`, () => call<Hits>("GET", `/blocked-callers/${segment(record.id)}/calls`), String(record.row_version));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return (
    <div data-testid="hits" data-count={data.count}>
      <p className="small soft">{t("guard.hits", { count: data.count })}</p>
      <ul className="why-rows">
        {data.latest.map((hit) => (
          <li key={hit.interaction_id}><span className="num">{momentText(hit.at, i18n.language as Language)}</span><span className="num">{t("guard.hit", { caller: hit.customer_address || t("item.withheld"), number: hit.entry_address })}</span></li>
        ))}
      </ul>
    </div>
  );
}
