/**
 * Fields that deserve better in a form than what their kind gives them, by entity and name.
 * To add one: write the component and name it here.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { FieldDoc } from "./entities";

export interface EditorProps {
  field: FieldDoc;
  value: unknown;
  change: (value: unknown) => void;
  /** What another field of the same form holds now. */
  read: (field: string) => unknown;
  writable: boolean;
  /** What is wrong in the form, by the last part of its pointer. */
  wrong: ReadonlyMap<string, string>;
  /** For the input, if it is one: its label names it by this. */
  id: string;
  /** The ids of what is said about it. */
  describedBy: string | undefined;
  invalid: boolean;
}

type Component = LazyExoticComponent<ComponentType<EditorProps>>;
type Load = Parameters<typeof lazy<ComponentType<EditorProps>>>[0];

export interface Editor {
  component: Component;
  /** Of many parts: it has the whole width below its label. */
  whole: boolean;
}

const input = (load: Load): Editor => ({ component: lazy(load), whole: false });
const structure = (load: Load): Editor => ({ component: lazy(load), whole: true });

const queue = input(() => import("../casework/named-fields").then((m) => ({ default: m.QueueChoice })));
const entity = input(() => import("../admin/entity-choice"));

const OF: Readonly<Record<string, Editor>> = {
  "case.type_id": input(() => import("../casework/type-choice")),
  "case.queue_id": queue,
  "template.queue_id": queue,
  "macro.queue_id": queue,
  "case.state": input(() => import("../casework/named-fields").then((m) => ({ default: m.StateName }))),
  "case.form": structure(() => import("../casework/case-form")),
  "case_type.form": structure(() => import("../casework/form-editor")),
  "case_type.lifecycle": structure(() => import("../casework/lifecycle-editor")),
  "procedure.steps": structure(() => import("../casework/steps-editor")),
  "rule.detail": structure(() => import("../casework/rule-editors").then((m) => ({ default: m.DetailEditor }))),
  "rule.condition": structure(() => import("../casework/rule-editors").then((m) => ({ default: m.ConditionEditor }))),
  "rule.count": structure(() => import("../casework/rule-editors").then((m) => ({ default: m.CountEditor }))),
  "macro.changes": structure(() => import("../casework/macro-editors").then((m) => ({ default: m.ChangesEditor }))),
  "macro.tasks": structure(() => import("../casework/macro-editors").then((m) => ({ default: m.TasksEditor }))),
  "party.contact_times": input(() => import("../customers/contact-times").then((m) => ({ default: m.ContactTimes }))),
  "role.scopes": structure(() => import("../admin/role-scopes")),
  "role.fields": structure(() => import("../admin/role-fields")),
  "custom_field.entity": entity,
  "custom_field.refers": entity,
  "custom_field.codes": input(() => import("../admin/code-list-choice")),
};

export const editorOf = (of: string, field: string): Editor | null => OF[`${of}.${field}`] ?? null;
