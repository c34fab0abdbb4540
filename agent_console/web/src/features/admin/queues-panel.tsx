/** On a department's page: which queues belong to it. */
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { allows, type EntityDoc } from "../records/entities";
import type { PanelProps } from "../records/panels";

interface KeptQueue {
  id: string;
  name: string;
  language: Language;
  department: { id: string; name: string } | null;
}

export default function QueuesPanel({ record, entity }: PanelProps) {
  return <QueuesOf entity={entity} id={record.id} />;
}

export function QueuesOf({ entity, id }: { entity: EntityDoc; id: string }) {
  const { t } = useTranslation();
  const [busy, wrong, run] = useBusy();
  const { data, problem, again } = useResource("queues", () => call<{ items: KeptQueue[] }>("GET", "/queues"));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={2} />;
  const mine = data.items.filter(({ department }) => department?.id === id);
  const others = data.items.filter(({ department }) => department?.id !== id);
  const put = (queue: string, department: string | null): void => run(() => call("PUT", `/queues/${segment(queue)}/department`, { department_id: department }).then(again));
  return (
    <div className="standing">
      {mine.length === 0 ? <p className="faint small">{t("departments.no_queues")}</p> : (
        <ul className="lines" data-testid="unit-queues">{mine.map((queue) => (
          <li key={queue.id} className="line">
            <Icon name="list" size={15} />
            <span className="grow clip" lang={queue.language}>{queue.name}</span>
            {allows(entity, "update") && <IconButton small icon="cross" isDisabled={busy} label={t("departments.take_out", { name: queue.name })} onPress={() => put(queue.id, null)} data-testid={`queue-out-${queue.name}`} />}
          </li>
        ))}</ul>
      )}
      {allows(entity, "update") && others.length > 0 && (
        <select className="input auto" value="" disabled={busy} aria-label={t("departments.put_in")} onChange={(event) => put(event.target.value, id)} data-testid="queue-put-in">
          <option value="" disabled>{t("departments.put_in")}</option>
          {others.map((queue) => <option key={queue.id} value={queue.id}>{queue.department ? t("departments.queue_of", { queue: queue.name, department: queue.department.name }) : queue.name}</option>)}
        </select>
      )}
      <Wrong problem={wrong} />
    </div>
  );
}
