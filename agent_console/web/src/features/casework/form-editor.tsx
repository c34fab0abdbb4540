import { useTranslation } from "react-i18next";
import type { EditorProps } from "../records/editors";
import { Cell, listed, ListCell, NameIn, Pick, ReadCell, Rows, Tick, type Words } from "./parts";

interface Field {
  name: string;
  kind: string;
  label?: Words;
  required?: boolean;
  required_at?: string[];
  pauses_recording?: boolean;
  choices?: Choice[];
}

interface Choice {
  code: string;
  label?: Words;
}

const KINDS = ["text", "long_text", "integer", "number", "boolean", "date", "moment", "choice", "email", "phone", "url"];

/** The fields of a type's form, kept without code. */
export default function FormEditor({ value, change, writable }: EditorProps) {
  const { t } = useTranslation();
  const fields = Array.isArray(value) ? (value as Field[]) : [];
  const kinds = KINDS.map((kind) => [kind, t(`casework.kind_${kind}`)] as const);
  const kept = (next: Field[]): void => change(next.length > 0 ? next : null);
  return (
    <Rows items={fields} change={kept} writable={writable} add={t("casework.add_field")} name={(field) => field.name} fresh={(): Field => ({ name: `field_${fields.length + 1}`, kind: "text", label: {} })}>
      {(field, set) => (
        <>
          <Cell label={t("casework.field_name")} value={field.name} writable={writable} change={(name) => set({ ...field, name })} />
          <Pick label={t("casework.field_kind")} value={field.kind} options={kinds} writable={writable} change={(kind) => set({ ...field, kind })} />
          <NameIn value={field.label} writable={writable} change={(label) => set({ ...field, label })} />
          <Tick label={t("casework.required")} value={field.required ?? false} writable={writable} change={(required) => set({ ...field, required })} />
          <Tick label={t("tape.pauses")} value={field.pauses_recording ?? false} writable={writable} change={(pauses_recording) => set({ ...field, pauses_recording })} />
          <ListCell label={t("casework.required_at")} value={field.required_at ?? []} placeholder={t("casework.required_at_hint")} writable={writable} change={(required_at) => set({ ...field, required_at })} />
          {field.kind === "choice" && <ReadCell label={t("casework.choices")} value={field.choices ?? []} read={readChoices} write={(choices) => choices.map(choiceText).join(", ")} placeholder={t("casework.choices_hint")} writable={writable} change={(choices) => set({ ...field, choices })} testid={`choices-${field.name}`} />}
        </>
      )}
    </Rows>
  );
}

/** `code` or `code=English/繁體/简体`. */
function readChoice(text: string): Choice {
  const [code = "", labels = ""] = text.split("=");
  const [en = "", zhTW = "", zhCN = ""] = labels.split("/");
  return labels ? { code: code.trim(), label: { en, "zh-TW": zhTW, "zh-CN": zhCN } } : { code };
}

const readChoices = (text: string): Choice[] => listed(text).map(readChoice);

function choiceText({ code, label }: Choice): string {
  if (!label) return code;
  return `${code}=${[label.en ?? "", label["zh-TW"] ?? "", label["zh-CN"] ?? ""].join("/").replace(/\/+$/, "")}`;
}
