import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Pill, Wrong } from "../../ui/panes";
import { momentText } from "../records/values";
import type { Todo } from "./types";

const ICONS: Record<string, IconName> = { callback: "phone", contact: "phone", visit: "users", renewal: "undo" };

/** A task: what, for whom, by when; done with its result in one press. */
export function TodoLine({ task, changed, aboutCase }: { task: Todo; changed: () => void; aboutCase?: boolean }) {
  const { t, i18n } = useTranslation();
  useNow();
  const [result, setResult] = useState<string | null>(null);
  const [busy, problem, run] = useBusy();
  const over = task.status === "done" || task.status === "cancelled";
  const late = !over && task.due_at !== null && task.due_at < serverNow();
  const finish = (): void => run(() => call("PATCH", `/records/tasks/${segment(task.id)}`, { status: "done", ...(result ? { result } : {}) }, { "If-Match": `"${task.row_version}"` }).then(changed));
  return (
    <li className={`todo${over ? " over" : ""}`} data-testid={`task-${task.id}`}>
      <Icon name={over ? "check" : (ICONS[task.kind] ?? "dot")} size={16} />
      <div className="grow">
        <p className="row"><Link to={`/records/tasks/${task.id}`} className="grid-main grow clip" >{task.subject}</Link>{late && <Pill tone="stop" icon="warn">{t("casework.late")}</Pill>}</p>
        <p className="tiny soft row wrap">
          {task.due_at !== null && <span className="num">{t("casework.by", { moment: momentText(task.due_at, i18n.language as Language) })}</span>}
          {task.party && task.party_id && <Link to={`/records/parties/${task.party_id}`} className="grid-link">{task.party}</Link>}
          {!aboutCase && task.number && task.about_id && <Link to={`/records/cases/${task.about_id}`} className="grid-link num">{task.number}</Link>}
          {task.phone && <a className="grid-link num" href={`tel:${task.phone.replace(/[^\d+]/g, "")}`} data-party={task.party_id ?? undefined}>{task.phone}</a>}
        </p>
        {result !== null && !over && (
          <div className="row"><input className="input grow" autoFocus value={result} placeholder={t("casework.result")} aria-label={t("casework.result")} onChange={(event) => setResult(event.target.value)} /><Button small look="go" icon="check" isDisabled={busy} onPress={finish} data-testid="task-done-sure">{t("casework.done")}</Button></div>
        )}
        <Wrong problem={problem} />
      </div>
      {!over && result === null && <Button small look="quiet" icon="check" onPress={() => setResult("")} data-testid="task-done">{t("casework.done")}</Button>}
    </li>
  );
}
