import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { RecordPicker } from "../records/picker";
import { useEntity, type FieldDoc } from "../records/entities";
import type { EditorProps } from "../records/editors";
import { Cell, Pick, Rows, TimeCell, ValueCell } from "./parts";

interface Target {
  kind: string;
  who?: string;
}

export interface Step {
  kind: string;
  to?: Target[];
  [given: string]: unknown;
}

const KINDS = ["notify", "reassign", "raise", "escalate", "create_task", "call_back", "set_field", "send_mail", "move", "open_case"];
const TARGETS = ["owner", "watchers", "head", "escalation", "role:agent", "role:supervisor", "role:admin"];
/** What a letter to a customer is for: a receipt goes at any hour, the others keep to the customer's hours and consents. */
const PURPOSES = ["receipt", "service", "survey", "marketing"];
const HOUR_S = 3600;

/** A procedure's steps, one below the other. */
export default function StepsEditor({ value, change, read, writable }: EditorProps) {
  const { t } = useTranslation();
  const steps = Array.isArray(value) ? (value as Step[]) : [];
  const entity = String(read("entity") ?? "case");
  return (
    <Rows items={steps} change={change} writable={writable} add={t("casework.add_step")} name={(step) => t(`casework.step_${step.kind}`)} fresh={(): Step => ({ kind: "notify", to: [{ kind: "owner" }] })}>
      {(step, set) => (
        <>
          <Pick label={t("casework.step")} value={step.kind} options={KINDS.map((kind) => [kind, t(`casework.step_${kind}`)] as const)} writable={writable} change={(kind) => set(kind === "notify" ? { kind, to: [{ kind: "owner" }] } : { kind })} />
          <StepCells step={step} set={set} entity={entity} writable={writable} />
        </>
      )}
    </Rows>
  );
}

interface CellsProps {
  step: Step;
  set: (step: Step) => void;
  entity: string;
  writable: boolean;
}

function StepCells({ step, set, entity, writable }: CellsProps) {
  const { t } = useTranslation();
  const text = (name: string): string => (typeof step[name] === "string" ? step[name] : "");
  const put = (name: string, value: unknown): void => {
    const next: Step = { ...step, [name]: value };
    if (value === "" || value === null) delete next[name];
    set(next);
  };
  const line = (name: string, label: string) => <Cell label={label} value={text(name)} writable={writable} change={(words) => put(name, words)} />;
  const hours = <TimeCell unit={HOUR_S} label={t("casework.due_hours")} value={typeof step["due_in_s"] === "number" ? step["due_in_s"] : null} writable={writable} change={(due_in_s) => put("due_in_s", due_in_s)} />;
  const targets = <Targets value={step.to ?? []} writable={writable} change={(to) => put("to", to.length > 0 ? to : null)} />;
  switch (step.kind) {
    case "notify":
      return <>{targets}{line("text", t("casework.words"))}</>;
    case "reassign":
      return <>{targets}<Other label={t("casework.to_user")} refers="user" value={text("owner_id")} change={(id) => put("owner_id", id)} /><Other label={t("casework.to_team")} refers="org_unit" value={text("team_id")} change={(id) => put("team_id", id)} /></>;
    case "raise":
      return <Pick label={t("casework.what")} value={text("field") || "severity"} options={[["severity", t("casework.severity")], ["priority", t("casework.priority")]]} writable={writable} change={(field) => put("field", field)} />;
    case "create_task":
      return <>{line("subject", t("casework.subject"))}{targets}{hours}</>;
    case "call_back":
      return <>{targets}{hours}</>;
    case "set_field":
      return <SetField entity={entity} field={text("field")} value={step["value"]} set={(field, value) => set({ kind: step.kind, field, value })} writable={writable} />;
    case "send_mail":
      return <><Other label={t("casework.text_template")} refers="template" value={text("template_id")} change={(id) => put("template_id", id)} /><Pick label={t("wishes.purpose")} value={text("purpose")} empty={t("wishes.purpose_by_rule")} options={PURPOSES.map((code) => [code, t(`wishes.purpose_${code}`)] as const)} writable={writable} change={(code) => put("purpose", code)} /></>;
    case "move":
      return line("state", t("casework.to"));
    case "open_case":
      return <>{line("subject", t("casework.subject"))}<Other label={t("casework.type")} refers="case_type" value={text("type_id")} change={(id) => put("type_id", id)} />{line("severity", t("casework.severity"))}{line("task", t("casework.first_task"))}{hours}</>;
    default:
      return null;
  }
}

export function Other({ label, refers, value, change }: { label: string; refers: string; value: string; change: (id: string | null) => void }) {
  return (
    <div className="cell">
      <span className="tiny soft">{label}</span>
      <RecordPicker refers={refers} value={value || null} name={null} change={(id) => change(id)} label={label} linked={false} />
    </div>
  );
}

const asText = ({ kind, who }: Target): string => (who ? `${kind}:${who}` : kind);

function Targets({ value, change, writable }: { value: readonly Target[]; change: (value: Target[]) => void; writable: boolean }) {
  const { t } = useTranslation();
  const chosen = new Set(value.map(asText));
  const toggle = (code: string, on: boolean): void => {
    const [kind = "", who] = code.split(":");
    change(on ? [...value, who ? { kind, who } : { kind }] : value.filter((each) => asText(each) !== code));
  };
  const people = value.filter(({ kind }) => kind === "user");
  return (
    <fieldset className="cell wide targets">
      <legend className="tiny soft">{t("casework.whom")}</legend>
      {TARGETS.map((code) => (
        <label key={code} className="tick small"><input type="checkbox" checked={chosen.has(code)} disabled={!writable} onChange={(event) => toggle(code, event.target.checked)} />{t(`casework.target_${code.replace(":", "_")}`)}</label>
      ))}
      <div className="target-user"><RecordPicker refers="user" value={people[0]?.who ?? null} name={null} label={t("casework.to_user")} placeholder={t("casework.to_user")} linked={false} change={(id) => change([...value.filter(({ kind }) => kind !== "user"), ...(id ? [{ kind: "user", who: id }] : [])])} /></div>
    </fieldset>
  );
}

interface SetProps {
  entity: string;
  field: string;
  value: unknown;
  set: (field: string, value: unknown) => void;
  writable: boolean;
}

/** A field of a record and the value that it gets. */
export function SetField({ entity, field, value, set, writable }: SetProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const known = useEntity(entity);
  const fields: FieldDoc[] = (known?.fields ?? []).filter((each) => each.kind !== "json");
  const chosen = fields.find(({ name }) => name === field);
  return (
    <>
      <Pick label={t("casework.field")} value={field} empty={t("casework.choose")} options={fields.map((each) => [each.name, each.label[language]] as const)} writable={writable} change={(name) => set(name, null)} />
      {chosen && <ValueCell label={t("casework.value")} field={chosen} value={value} writable={writable} change={(next) => set(field, next)} />}
    </>
  );
}
