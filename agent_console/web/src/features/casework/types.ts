/** What the API tells of the work on cases. */
import type { ClockDoc } from "../../net/types";
import type { FieldDoc, FieldKind, Labels } from "../records/entities";

export interface FormField {
  name: string;
  kind: FieldKind;
  label: Labels;
  hint: Labels | null;
  required: boolean;
  required_at: string[];
  choices: { code: string; label: Labels }[];
  least: number | null;
  most: number | null;
  pauses_recording: boolean;
}

export interface StateDoc {
  name: string;
  class: string;
  label: Labels;
}

export interface CaseType {
  id: string;
  label: Labels;
  kind: string;
  form: FormField[];
  states: StateDoc[];
  moves: { from: string; to: string; label: Labels }[];
  initial: string;
  on_customer: string;
  on_reply: string | null;
}

export interface Fault {
  pointer: string;
  code: string;
  params: Record<string, unknown>;
}

export interface StepDoc {
  to: string;
  label: Labels;
  to_label: Labels;
  to_class: string;
  needs: string[];
  resolution: boolean;
  approval: boolean;
  faults: Fault[];
}

export interface LinkDoc {
  id: string;
  kind: string;
  outward: boolean;
  case_id: string;
  number: string;
  subject: string;
  status: string;
}

export interface Todo {
  id: string;
  subject: string;
  kind: string;
  status: string;
  due_at: number | null;
  phone: string | null;
  party_id: string | null;
  party: string | null;
  about_entity: string | null;
  about_id: string | null;
  number: string | null;
  row_version: number;
}

export interface ActivityDoc {
  seq: number;
  at: number;
  kind: string;
  actor: string | null;
  data: Record<string, unknown>;
}

export interface ApprovalDoc {
  id: string;
  request_id: string;
  case_id: string;
  state_to: string;
  position: number;
  kind: string;
  who: string;
  asked_at: number;
  asked_by: string | null;
  turn: boolean;
  mine: boolean;
  decision: "approved" | "rejected" | "withdrawn" | null;
  decided_at: number | null;
  decided_by: string | null;
  note: string;
}

export interface Work {
  type: CaseType;
  state: StateDoc;
  steps: StepDoc[];
  form: Record<string, unknown>;
  links: LinkDoc[];
  parts: LinkDoc[];
  watchers: { user_id: string; name: string; email: string | null; since: number }[];
  watching: boolean;
  tasks: Todo[];
  activity: ActivityDoc[];
  approvals: ApprovalDoc[];
  regroupings: { id: string; kind: string; case_id: string; other_id: string; at: number }[];
  macros: { id: string; name: string }[];
  procedures: { id: string; name: string; note: string | null }[];
  merged_into: { id: string; name: string } | null;
}

export interface Issue {
  id: string;
  number: string;
  subject: string;
  status: string;
  owner: string | null;
  queue: string | null;
  party: string | null;
  severity: string | null;
  is_complaint: boolean;
  escalation_level: number;
  created_at: number;
  due_at: number | null;
  follow_up_at: number | null;
  waiting_since: number | null;
  late: boolean;
  important: boolean;
  clocks: ClockDoc[];
}

export interface Notice {
  id: string;
  at: number;
  code: string;
  params: Record<string, unknown>;
  entity: string;
  record_id: string;
  seen_at: number | null;
}

export interface Figure {
  key: string;
  name: string;
  opened: number;
  complaints: number;
  answered: number;
  first_response_mean_s: number | null;
  solved: number;
  handling_mean_s: number | null;
  backlog: number;
}

export interface Filled {
  template_id: string;
  subject: string;
  body: string;
  lacking: string[];
}

/** A form's field as the inputs of records take it. */
export function asField(field: FormField, writable: boolean, state: string | null): FieldDoc {
  return {
    name: field.name,
    kind: field.kind,
    label: field.label,
    hint: field.hint,
    required: field.required || (state !== null && field.required_at.includes(state)),
    writable,
    default: null,
    codes: "",
    choices: field.choices.map((choice) => ({ ...choice, retired: false })),
    refers: "",
    least: field.least,
    most: field.most,
    listed: false,
    sortable: false,
    operators: [],
    section: "",
    custom: false,
    pauses_recording: field.pauses_recording,
    shown_for: [],
  };
}
