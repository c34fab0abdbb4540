import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useEntity, type FieldDoc, type Operator } from "../records/entities";
import type { EditorProps } from "../records/editors";
import { Cell, ListCell, PercentCell, Pick, Rows, TimeCell, ValueCell } from "./parts";

type Given = Record<string, unknown>;

const HOUR_S = 3600;
const DAY_S = 86_400;
const CLOCKS = ["first_response", "next_response", "resolution"];
const useFields = (name: unknown): FieldDoc[] => useEntity(String(name ?? "case"))?.fields.filter((field) => field.kind !== "json") ?? [];
const figure = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** What belongs to the trigger: which fields, states or clocks, or how long after what. */
export function DetailEditor({ value, change, read, writable }: EditorProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const fields = useFields(read("entity"));
  const detail = (value ?? {}) as Given;
  const set = (part: Given): void => {
    const next = Object.fromEntries(Object.entries({ ...detail, ...part }).filter(([, each]) => each !== null && !(Array.isArray(each) && each.length === 0)));
    change(Object.keys(next).length > 0 ? next : null);
  };
  const names = (of: (field: FieldDoc) => boolean) => fields.filter(of).map((field) => [field.name, field.label[language]] as const);
  const jump = (detail["jump"] ?? null) as Given | null;
  switch (read("trigger")) {
    case "changed":
      return (
        <div className="editor-cells">
          <ListCell label={t("casework.only_fields")} value={(detail["fields"] ?? []) as string[]} placeholder={t("casework.any_field")} writable={writable} change={(only) => set({ fields: only })} />
          <Pick label={t("casework.jump_field")} value={String(jump?.["field"] ?? "")} empty={t("casework.no_jump")} options={names(({ kind }) => kind === "number" || kind === "integer" || kind === "amount")} writable={writable} change={(field) => set({ jump: field ? { field, up_by: 0.5 } : null })} />
          {jump && <PercentCell label={t("casework.up_by")} value={figure(jump["up_by"])} writable={writable} change={(up_by) => set({ jump: { ...jump, up_by } })} testid="up-by" />}
          {jump && <PercentCell label={t("casework.down_by")} value={figure(jump["down_by"])} writable={writable} change={(down_by) => set({ jump: { ...jump, down_by } })} />}
        </div>
      );
    case "status_entered":
      return <div className="editor-cells"><ListCell label={t("casework.only_states")} value={(detail["states"] ?? []) as string[]} placeholder="solved, investigating" writable={writable} change={(states) => set({ states })} /></div>;
    case "sla_warned":
    case "sla_breached":
      return <div className="editor-cells"><Pick label={t("casework.only_clock")} value={((detail["clocks"] ?? []) as string[])[0] ?? ""} empty={t("casework.any_clock")} options={CLOCKS.map((each) => [each, t(`sla.kind_${each}`)] as const)} writable={writable} change={(clock) => set({ clocks: clock ? [clock] : [] })} /></div>;
    case "time_passed":
      return (
        <div className="editor-cells">
          <TimeCell unit={HOUR_S} label={t("casework.hours_after")} value={figure(detail["after_s"])} writable={writable} change={(after_s) => set({ after_s })} />
          <Pick label={t("casework.since")} value={String(detail["field"] ?? "")} empty={t("casework.choose")} options={names(({ kind, custom }) => (kind === "moment" || kind === "date") && !custom)} writable={writable} change={(field) => set({ field: field || null })} />
        </div>
      );
    default:
      return <p className="faint small form-text">{t("casework.no_detail")}</p>;
  }
}

interface Condition {
  field: string;
  is: Operator;
  value?: unknown;
}

/** Conditions that must all hold; one that is put together otherwise is shown as it is. */
export function ConditionEditor({ value, change, read, writable }: EditorProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const fields = useFields(read("entity"));
  const rows = readRows(value);
  if (rows === null) return <pre className="code small">{JSON.stringify(value, null, 1)}</pre>;
  const kept = (next: Condition[]): void => change(next.length === 0 ? null : next.length === 1 ? next[0] : { all: next });
  return (
    <Rows items={rows} change={kept} writable={writable} add={t("casework.add_condition")} name={({ field }) => field} fresh={(): Condition => ({ field: fields[0]?.name ?? "", is: fields[0]?.operators[0] ?? "eq" })}>
      {(row, set) => {
        const field = fields.find(({ name }) => name === row.field);
        const many = row.is === "in";
        return (
          <>
            <Pick label={t("casework.field")} value={row.field} options={fields.map((each) => [each.name, each.label[language]] as const)} writable={writable} change={(name) => set({ field: name, is: fields.find((each) => each.name === name)?.operators[0] ?? "eq" })} />
            <Pick label={t("casework.is")} value={row.is} options={(field?.operators ?? []).map((each) => [each, t(`casework.op_${each}`)] as const)} writable={writable} change={(is) => set({ ...row, is: is as Operator })} />
            {field && row.is !== "empty" && row.is !== "filled" && (many
              ? <ListCell label={t("casework.value")} value={((row.value ?? []) as unknown[]).map(String)} writable={writable} change={(value) => set({ ...row, value })} />
              : <ValueCell label={t("casework.value")} field={field} value={row.value} writable={writable} change={(next) => set({ ...row, value: next })} />)}
          </>
        );
      }}
    </Rows>
  );
}

function readRows(value: unknown): Condition[] | null {
  if (value === null || value === undefined) return [];
  const given = value as { all?: unknown[]; field?: string };
  const all = given.all ?? [given];
  return all.every((each) => typeof each === "object" && each !== null && "field" in each) ? (all as Condition[]) : null;
}

/** From how many alike on, within how long. */
export function CountEditor({ value, change, writable }: EditorProps) {
  const { t } = useTranslation();
  const count = value as { least: number; within_s?: number | null; same?: string[] } | null;
  const least = (text: string): void => change(text === "" ? null : { ...count, least: Number(text) });
  return (
    <div className="editor-cells">
      <Cell narrow type="number" label={t("casework.least")} value={count ? String(count.least) : ""} placeholder={t("casework.any_number")} writable={writable} change={least} />
      {count && <TimeCell unit={DAY_S} label={t("casework.within_days")} value={count.within_s ?? null} writable={writable} change={(within_s) => change({ ...count, within_s })} />}
      {count && <ListCell label={t("casework.same")} value={count.same ?? []} placeholder="party_id, category" writable={writable} change={(same) => change({ ...count, same })} />}
    </div>
  );
}
