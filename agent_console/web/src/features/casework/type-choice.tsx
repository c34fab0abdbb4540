import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import type { EditorProps } from "../records/editors";
import { useCaseTypes } from "./case-form";

/** A case's type by its name in the reader's language; the one that a case has stays, though it is offered no more. */
export default function TypeChoice({ field, value, change, writable, id, describedBy, invalid }: EditorProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const types = useCaseTypes() ?? [];
  const known = value === null || value === undefined || types.some(({ id }) => id === value);
  return (
    <select id={id} className="input" value={typeof value === "string" ? value : ""} disabled={!writable} aria-describedby={describedBy} aria-invalid={invalid} aria-required={field.required} onChange={(event) => change(event.target.value || null)} data-testid="input-type_id">
      <option value="">{t("casework.choose")}</option>
      {!known && <option value={String(value)}>{t("casework.type_gone")}</option>}
      {types.map((each) => <option key={each.id} value={each.id}>{each.label[language]}</option>)}
    </select>
  );
}
