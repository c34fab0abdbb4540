import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Bones, Failure } from "../../ui/panes";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";

interface Readings {
  items: { user_id: string; name: string; at: number | null }[];
  read: number;
  of: number;
}

/** On a memo: who has read it, and who has not. */
export default function MemoPanel({ record }: PanelProps) {
  const { t, i18n } = useTranslation();
  const path = `/knowledge/memos/${segment(record.id)}/readings`;
  const { data, problem, again } = useResource(path, () => call<Readings>("GET", path));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return (
    <div className="knowledge-panel">
      <p className="strong num">{t("knowledge.read_n_of", { read: data.read, of: data.of })}</p>
      <ul className="lines airy">
        {data.items.map((each) => (
          <li key={each.user_id} className="row small"><Icon name={each.at === null ? "clock" : "check"} size={15} /><span className="grow">{each.name}</span><span className="tiny faint num">{each.at === null ? t("knowledge.unread") : momentText(each.at, i18n.language as Language)}</span></li>
        ))}
      </ul>
    </div>
  );
}
