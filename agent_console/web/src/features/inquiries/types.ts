/** Inquiry forms and what was sent by them, as the API has them. */
import type { Language, Seconds } from "../../net/types";

export type Words = Partial<Record<Language, string>>;
export const KINDS = ["text", "long_text", "email", "phone", "number", "date", "choice", "several", "yes_no", "file", "consent"] as const;
export type Kind = (typeof KINDS)[number];
export type Role = "" | "name" | "email" | "phone";
export type FileGroup = "image" | "document" | "archive";

export interface SkillNeed {
  skill: string;
  level: number;
}

export interface Choice {
  code: string;
  label: Words;
  priority_points: number;
  skills: SkillNeed[];
}

export interface Question {
  name: string;
  kind: Kind;
  label: Words;
  help: Words;
  required: boolean;
  least: number | null;
  most: number | null;
  choices: Choice[];
  when: { field: string; values: string[] } | null;
  role: Role;
  maps_to: string;
  purpose: string;
  text: Words;
  text_version: string;
  groups: FileGroup[];
  most_mb: number;
}

export interface Guard {
  caught: "drop" | "mark";
  least_s: number;
  place_hourly: number;
  form_hourly: number;
}

export interface Form {
  languages: Language[];
  title: Words;
  intro: Words;
  thanks: Words;
  fields: Question[];
  queues: Record<string, string>;
  case_type_id: string;
  subject: string;
  origins: string[];
  receipt: boolean;
  status_days: number;
  guard: Guard;
}

export interface FormProblem {
  severity: "error" | "warning";
  code: string;
  /** Into the document (RFC 6901). */
  pointer: string;
  params: Record<string, unknown>;
}

export interface FormBrief {
  id: string;
  key: string;
  name: string;
  languages: Language[];
  /** The version that visitors see. */
  published: number | null;
  published_at: Seconds | null;
  /** The draft differs from it. */
  changed: boolean;
  received: number;
  suspected: number;
  caught: Record<string, number>;
  updated_at: Seconds;
  row_version: number;
}

export interface FormDoc extends FormBrief {
  address: string;
  document: Form;
  problems: FormProblem[];
}

export interface VersionBrief {
  version: number;
  note: string;
  published_at: Seconds;
  by: string | null;
}

export interface Named {
  id: string;
  label: Words;
}

export interface Known {
  queues: Named[];
  types: Named[];
  purposes: Named[];
  skills: string[];
  targets: (Named & { kind: string })[];
}

export interface AnswerDoc {
  name: string;
  kind: Kind;
  role: Role;
  maps_to: string;
  label: Words;
  value: unknown;
  shown: Words;
  /** The case's field would not take it. */
  unmapped: boolean;
}

export interface SubmissionDoc {
  id: string;
  form: string;
  form_id: string;
  version: number;
  at: Seconds;
  language: Language;
  via: "page" | "frame" | "api";
  page: string;
  suspected: string | null;
  receipted: boolean;
  letter_id: string;
  answers: AnswerDoc[];
  files: { id: string; name: string; size: number }[];
}
