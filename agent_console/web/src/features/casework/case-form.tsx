import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { FieldRow } from "../records/fields";
import type { EditorProps } from "../records/editors";
import { asField, type CaseType, type FormField } from "./types";

type Values = Record<string, unknown>;

interface Props {
  form: readonly FormField[];
  values: Values;
  change: (values: Values) => void;
  wrong?: ReadonlyMap<string, string>;
  writable?: boolean;
  state?: string | null;
}

/** The fields of a type's form, one below the other. */
export function FormFields({ form, values, change, wrong, writable = true, state = null }: Props) {
  return (
    <>
      {form.map((field) => (
        <FieldRow key={field.name} field={asField(field, writable, state)} value={values[field.name] ?? null} named={{}} wrong={wrong?.get(field.name) ?? null}
          change={(value) => change({ ...values, [field.name]: value })} />
      ))}
    </>
  );
}

export const useCaseTypes = (): readonly CaseType[] | null => useResource("case-types", () => call<{ items: CaseType[] }>("GET", "/cases/types")).data?.items ?? null;

/** The form of the type that is chosen, in the case's own form. */
export default function CaseFormEditor({ value, change, read, writable, wrong }: EditorProps) {
  const { t } = useTranslation();
  const types = useCaseTypes();
  const chosen = types?.find(({ id }) => id === read("type_id"));
  if (!chosen || chosen.form.length === 0) return <p className="faint small form-text">{t("casework.no_form")}</p>;
  const state = read("state");
  return (
    <div className="case-form">
      <FormFields form={chosen.form} values={(value ?? {}) as Values} change={change} wrong={wrong} writable={writable} state={typeof state === "string" ? state : chosen.initial} />
    </div>
  );
}
