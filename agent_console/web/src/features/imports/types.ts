/** What /api/v1/imports answers (docs/import.md). */
import type { Seconds } from "../../net/types";
import type { Labels } from "../records/entities";

export type Outcome = "created" | "updated" | "unchanged" | "skipped" | "failed";
export type Undo = "taken_back" | "changed_since" | "in_use" | "not_yours";
export type State = "draft" | "queued" | "running" | "finished" | "checked" | "stopped" | "failed" | "undoing" | "undone";

export interface Layout {
  format: "csv" | "xlsx";
  encoding: string;
  delimiter: string;
  header: boolean;
}

export interface ImportDoc extends Record<Outcome, number> {
  id: string;
  entity: string;
  state: State;
  file_name: string;
  layout: Layout;
  columns: string[];
  mode: Mode;
  match: string;
  clear: boolean;
  dry_run: boolean;
  rows_total: number;
  rows: number;
  taken_back: number;
  kept: number;
  searchable: boolean;
  error: string | null;
  created_at: Seconds;
  started_at: Seconds | null;
  finished_at: Seconds | null;
}

export type Mode = "both" | "create" | "update";

export interface Target {
  name: string;
  kind: string;
  label: Labels;
  required: boolean;
  key: boolean;
}

export interface Preview {
  item: ImportDoc;
  headings: string[];
  preview: string[][];
  guessed: string[];
  targets: Target[];
}

export interface ReportRow {
  row: number;
  outcome: Outcome;
  record_id: string | null;
  code: string | null;
  field: string | null;
  params: Record<string, unknown>;
  given: string[];
  undo: Undo | null;
}

export const AT_WORK: readonly State[] = ["queued", "running", "undoing"];
export const UNSTARTED: readonly State[] = ["draft", "checked"];
