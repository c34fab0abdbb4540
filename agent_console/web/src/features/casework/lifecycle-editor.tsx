import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import type { EditorProps } from "../records/editors";
import { Cell, inLanguage, listed, ListCell, NameIn, Pick, ReadCell, Rows, Tick, type Words } from "./parts";
import { Picture } from "./picture";

interface State {
  name: string;
  class: string;
  label?: Words;
}

interface Approver {
  kind: string;
  who?: string;
  levels?: number;
}

interface Move {
  from: string;
  to: string;
  label?: Words;
  needs?: { fields?: string[]; resolution?: boolean; roles?: string[]; not_owner?: boolean; approvers?: Approver[] };
}

interface Table {
  states: State[];
  moves: Move[];
  initial: string;
  on_customer?: string;
  on_reply?: string | null;
}

const CLASSES = ["open", "pending", "solved", "closed"];
const BEGINNING: Table = {
  initial: "open",
  on_customer: "open",
  on_reply: null,
  states: [
    { name: "open", class: "open", label: { en: "Open", "zh-TW": "處理中", "zh-CN": "处理中" } },
    { name: "solved", class: "solved", label: { en: "Solved", "zh-TW": "已解決", "zh-CN": "已解决" } },
  ],
  moves: [{ from: "open", to: "solved", label: { en: "Solve", "zh-TW": "解決", "zh-CN": "解决" } }],
};

/** States, steps and what each asks for: the owner's to change, drawn as it is edited. */
export default function LifecycleEditor({ value, change, writable }: EditorProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const table = value as Table | null;
  if (!table) return writable ? <span><Button small icon="plus" onPress={() => change(BEGINNING)}>{t("casework.own_lifecycle")}</Button></span> : <p className="faint small form-text">{t("casework.plain_lifecycle")}</p>;
  const names = table.states.map((state) => [state.name, inLanguage(state.label, language, state.name)] as const);
  const set = (part: Partial<Table>): void => change({ ...table, ...part });
  return (
    <div className="lifecycle-editor">
      <Picture states={table.states} moves={table.moves} initial={table.initial} />
      <h3 className="label">{t("casework.states")}</h3>
      <Rows items={table.states} change={(states) => set({ states })} writable={writable} add={t("casework.add_state")} name={({ name }) => name} fresh={(): State => ({ name: `state_${table.states.length + 1}`, class: "open", label: {} })}>
        {(state, put) => (
          <>
            <Cell label={t("casework.field_name")} value={state.name} writable={writable} change={(name) => put({ ...state, name })} />
            <Pick label={t("casework.class")} value={state.class} options={CLASSES.map((each) => [each, t(`case.${each}`)] as const)} writable={writable} change={(of) => put({ ...state, class: of })} />
            <NameIn value={state.label} writable={writable} change={(label) => put({ ...state, label })} />
          </>
        )}
      </Rows>
      <div className="editor-cells">
        <Pick label={t("casework.initial")} value={table.initial} options={names} writable={writable} change={(initial) => set({ initial })} />
        <Pick label={t("casework.on_customer")} value={table.on_customer ?? table.initial} options={names} writable={writable} change={(on_customer) => set({ on_customer })} />
        <Pick label={t("casework.on_reply")} value={table.on_reply ?? ""} options={names} empty={t("casework.stays")} writable={writable} change={(to) => set({ on_reply: to || null })} />
      </div>
      <h3 className="label">{t("casework.moves")}</h3>
      <Rows items={table.moves} change={(moves) => set({ moves })} writable={writable} add={t("casework.add_move")} name={(move) => `${move.from} → ${move.to}`} fresh={(): Move => ({ from: table.initial, to: table.states.at(-1)?.name ?? table.initial, label: {} })}>
        {(move, put) => <MoveCells move={move} put={put} names={names} writable={writable} />}
      </Rows>
      {writable && <span><Button small look="quiet" icon="cross" onPress={() => change(null)}>{t("casework.plain_again")}</Button></span>}
    </div>
  );
}

function MoveCells({ move, put, names, writable }: { move: Move; put: (move: Move) => void; names: readonly (readonly [string, string])[]; writable: boolean }) {
  const { t } = useTranslation();
  const needs = move.needs ?? {};
  const ask = (part: Move["needs"]): void => put({ ...move, needs: { ...needs, ...part } });
  return (
    <>
      <Pick label={t("casework.from")} value={move.from} options={names} writable={writable} change={(from) => put({ ...move, from })} />
      <Pick label={t("casework.to")} value={move.to} options={names} writable={writable} change={(to) => put({ ...move, to })} />
      <NameIn value={move.label} writable={writable} change={(label) => put({ ...move, label })} />
      <ListCell label={t("casework.needs_fields")} value={needs.fields ?? []} placeholder="owner_id, form.serial" writable={writable} change={(fields) => ask({ fields })} />
      <ListCell label={t("casework.needs_roles")} value={needs.roles ?? []} placeholder="supervisor" writable={writable} change={(roles) => ask({ roles })} />
      <ReadCell label={t("casework.approvers")} value={needs.approvers ?? []} read={(text) => listed(text).map(readApprover)} write={(approvers) => approvers.map(approverText).join(", ")} placeholder="head, head+1, role:admin" writable={writable} change={(approvers) => ask({ approvers })} testid="approvers" />
      <Tick label={t("casework.needs_resolution")} value={needs.resolution ?? false} writable={writable} change={(resolution) => ask({ resolution })} />
      <Tick label={t("casework.needs_other")} value={needs.not_owner ?? false} writable={writable} change={(not_owner) => ask({ not_owner })} />
    </>
  );
}

function approverText({ kind, who, levels }: Approver): string {
  if (kind === "head") return levels ? `head+${levels}` : "head";
  return who ? `${kind}:${who}` : kind;
}

function readApprover(text: string): Approver {
  const [kind = "", who = ""] = text.split(":");
  const head = /^head(?:\+(\d+))?$/.exec(text);
  return head ? { kind: "head", levels: Number(head[1] ?? 0) } : { kind, who };
}
