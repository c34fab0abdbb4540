/**
 * Editors of structures, by entity and field: what a form shows in place of their text.
 * To add one: write the component and name it here.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

export interface EditorProps {
  value: unknown;
  change: (value: unknown) => void;
  /** What another field of the same form holds now. */
  read: (field: string) => unknown;
  writable: boolean;
  /** What is wrong, by the last part of its pointer. */
  wrong: ReadonlyMap<string, string>;
}

const queue = lazy(() => import("../casework/named-fields").then((m) => ({ default: m.QueueChoice })));

const OF: Readonly<Record<string, LazyExoticComponent<ComponentType<EditorProps>>>> = {
  "case.type_id": lazy(() => import("../casework/type-choice")),
  "case.queue_id": queue,
  "template.queue_id": queue,
  "macro.queue_id": queue,
  "case.state": lazy(() => import("../casework/named-fields").then((m) => ({ default: m.StateName }))),
  "case.form": lazy(() => import("../casework/case-form")),
  "case_type.form": lazy(() => import("../casework/form-editor")),
  "case_type.lifecycle": lazy(() => import("../casework/lifecycle-editor")),
  "procedure.steps": lazy(() => import("../casework/steps-editor")),
  "rule.detail": lazy(() => import("../casework/rule-editors").then((m) => ({ default: m.DetailEditor }))),
  "rule.condition": lazy(() => import("../casework/rule-editors").then((m) => ({ default: m.ConditionEditor }))),
  "rule.count": lazy(() => import("../casework/rule-editors").then((m) => ({ default: m.CountEditor }))),
  "macro.changes": lazy(() => import("../casework/macro-editors").then((m) => ({ default: m.ChangesEditor }))),
  "macro.tasks": lazy(() => import("../casework/macro-editors").then((m) => ({ default: m.TasksEditor }))),
};

export const editorOf = (entity: string, field: string): LazyExoticComponent<ComponentType<EditorProps>> | null => OF[`${entity}.${field}`] ?? null;
