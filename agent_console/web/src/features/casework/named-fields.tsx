import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useList } from "../../store/hooks";
import type { EditorProps } from "../records/editors";
import { useCaseTypes } from "./case-form";

/** A queue by its name; none: nothing, or any. */
export function QueueChoice({ field, value, change, writable, id, describedBy, invalid }: EditorProps) {
  const queues = useList("queues");
  const chosen = typeof value === "string" ? value : "";
  return (
    <select id={id} className="input" value={chosen} disabled={!writable} aria-describedby={describedBy} aria-invalid={invalid} aria-required={field.required} onChange={(event) => change(event.target.value || null)} data-testid="input-queue_id">
      <option value="">–</option>
      {chosen !== "" && !queues.some(({ id }) => id === chosen) && <option value={chosen}>{chosen}</option>}
      {queues.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
    </select>
  );
}

/** A state by its name in the reader's language. */
export function StateName({ value, read, id }: EditorProps) {
  const { i18n } = useTranslation();
  const types = useCaseTypes() ?? [];
  const states = types.find(({ id }) => id === read("type_id"))?.states ?? [];
  const name = states.find((state) => state.name === value)?.label[i18n.language as Language] ?? String(value ?? "–");
  return <output id={id} className="form-text">{name}</output>;
}
