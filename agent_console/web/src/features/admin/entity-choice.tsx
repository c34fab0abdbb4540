import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useEntities } from "../records/entities";
import type { EditorProps } from "../records/editors";

/** One of the kinds of records that there are, by its name. */
export default function EntityChoice({ field, value, change, writable, id, describedBy, invalid }: EditorProps) {
  const { t, i18n } = useTranslation();
  const { entities } = useEntities();
  return (
    <select id={id} className="input" disabled={!writable} value={typeof value === "string" ? value : ""} aria-invalid={invalid} aria-describedby={describedBy} aria-required={field.required} onChange={(event) => change(event.target.value || null)} data-testid={`input-${field.name}`}>
      <option value="">{t("records.nothing")}</option>
      {(entities ?? []).map((entity) => <option key={entity.name} value={entity.name}>{entity.label[i18n.language as Language]}</option>)}
    </select>
  );
}
