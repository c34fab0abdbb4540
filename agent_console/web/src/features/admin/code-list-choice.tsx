import { useId } from "react";
import { useEntities } from "../records/entities";
import type { EditorProps } from "../records/editors";

/** A code list: one of those in use, or the name of a new one. */
export default function CodeListChoice({ field, value, change, writable, id, describedBy, invalid }: EditorProps) {
  const { entities } = useEntities();
  const known = useId();
  const lists = new Set((entities ?? []).flatMap((entity) => entity.fields.map(({ codes }) => codes)).filter(Boolean));
  return (
    <>
      <input id={id} className="input" list={known} disabled={!writable} value={typeof value === "string" ? value : ""} aria-invalid={invalid} aria-describedby={describedBy} onChange={(event) => change(event.target.value || null)} data-testid={`input-${field.name}`} />
      <datalist id={known}>{[...lists].sort().map((name) => <option key={name} value={name} />)}</datalist>
    </>
  );
}
