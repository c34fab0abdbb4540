import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useDesk } from "../../store/hooks";
import { Button } from "../../ui/button";
import { useBusy } from "../../ui/busy";
import { Bones, Failure, Wrong } from "../../ui/panes";
import { useHold } from "../../ui/unsaved";
import { newKey } from "../interaction/drafts";
import { fromLocalInput } from "../records/values";
import type { PanelProps } from "../records/panels";
import { TodoLine } from "./todo-line";
import { useWork } from "./work-panel";

/** What is to be done about a case, and one thing more. */
export default function TasksPanel({ record }: PanelProps) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const { data, problem, again } = useWork(record);
  const [subject, setSubject] = useState("");
  useHold(subject !== "");
  const [due, setDue] = useState("");
  const [busy, wrong, run] = useBusy();
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!subject.trim()) return;
    const due_at = fromLocalInput(due);
    const body = { subject: subject.trim(), due_at, remind_at: due_at, owner_id: session.user.id, party_id: record["party_id"] ?? null, about_entity: "case", about_id: record.id };
    run(() => call("POST", "/records/tasks", body, { "Idempotency-Key": newKey() }).then(() => { setSubject(""); setDue(""); again(); }));
  };
  return (
    <div className="tasks-panel">
      <ul className="todo-list" data-testid="case-tasks">{data.tasks.map((task) => <TodoLine key={task.id} task={task} changed={again} aboutCase />)}</ul>
      {data.tasks.length === 0 && <p className="faint small">{t("casework.no_tasks")}</p>}
      <form className="step-form" onSubmit={add}>
        <input className="input" value={subject} placeholder={t("casework.new_task")} aria-label={t("casework.new_task")} onChange={(event) => setSubject(event.target.value)} data-testid="task-subject" />
        <div className="row"><input className="input auto" type="datetime-local" value={due} aria-label={t("casework.due")} onChange={(event) => setDue(event.target.value)} /><span className="grow" /><Button type="submit" icon="plus" isDisabled={busy || !subject.trim()} data-testid="task-add">{t("casework.add_task")}</Button></div>
        <Wrong problem={wrong} />
      </form>
    </div>
  );
}
