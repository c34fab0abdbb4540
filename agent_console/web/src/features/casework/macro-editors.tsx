import { useTranslation } from "react-i18next";
import type { EditorProps } from "../records/editors";
import { Cell, Rows, TimeCell } from "./parts";
import { SetField } from "./steps-editor";

/** Fields of a case and what they become. */
export function ChangesEditor({ value, change, writable }: EditorProps) {
  const { t } = useTranslation();
  const rows = Object.entries((value ?? {}) as Record<string, unknown>);
  const kept = (next: [string, unknown][]): void => change(next.length > 0 ? Object.fromEntries(next) : null);
  return (
    <Rows items={rows} change={kept} writable={writable} add={t("casework.add_change")} name={([field]) => field} fresh={(): [string, unknown] => ["", null]}>
      {([field, given], set) => <SetField entity="case" field={field} value={given} set={(name, next) => set([name, next])} writable={writable} />}
    </Rows>
  );
}

interface Task {
  subject: string;
  due_in_s?: number;
}

const HOUR_S = 3600;

/** Tasks that a macro makes. */
export function TasksEditor({ value, change, writable }: EditorProps) {
  const { t } = useTranslation();
  const tasks = Array.isArray(value) ? (value as Task[]) : [];
  return (
    <Rows items={tasks} change={(next) => change(next.length > 0 ? next : null)} writable={writable} add={t("casework.add_task")} name={({ subject }) => subject} fresh={(): Task => ({ subject: "", due_in_s: 24 * HOUR_S })}>
      {(task, set) => (
        <>
          <Cell label={t("casework.subject")} value={task.subject} writable={writable} change={(subject) => set({ ...task, subject })} />
          <TimeCell unit={HOUR_S} label={t("casework.due_hours")} value={task.due_in_s ?? null} writable={writable} change={(due_in_s) => set({ ...task, due_in_s: due_in_s ?? 0 })} />
        </>
      )}
    </Rows>
  );
}
