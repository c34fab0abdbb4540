import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../net/api";
import { Button } from "../../ui/button";
import { Wrong } from "../../ui/panes";

interface FieldProps {
  id: string;
  label: string;
  value: string;
  change: (value: string) => void;
  wrong?: string | null;
  placeholder?: string;
  type?: string;
  list?: string;
}

/** A labelled line of text; `wrong` says what is not right with it. */
export function Field({ id, label, value, change, wrong, placeholder, type = "text", list }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" type={type} value={value} list={list} placeholder={placeholder} aria-invalid={Boolean(wrong)} aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(event) => change(event.target.value)} data-testid={id} />
      {wrong && <span id={`${id}-wrong`} className="wrong tiny">{wrong}</span>}
    </div>
  );
}

export function Choice({ id, label, value, change, children }: { id: string; label: string; value: string; change: (value: string) => void; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={(event) => change(event.target.value)} data-testid={id}>{children}</select>
    </div>
  );
}

interface EndProps {
  busy: boolean;
  problem: Problem | null;
  ready: boolean;
  remove: (() => void) | null;
  leave: () => void;
}

/** Save, leave, delete: the same below every form. */
export function FormEnd({ busy, problem, ready, remove, leave }: EndProps) {
  const { t } = useTranslation();
  return (
    <>
      <Wrong problem={problem} />
      <div className="row">
        <Button type="submit" look="primary" icon="check" isDisabled={busy || !ready} data-testid="sla-save">{t("sla.save")}</Button>
        <Button look="quiet" isDisabled={busy} onPress={leave}>{t("sla.leave")}</Button>
        <span className="grow" />
        {remove && <Button look="quiet" icon="cross" isDisabled={busy} onPress={remove} data-testid="sla-delete">{t("sla.delete")}</Button>}
      </div>
    </>
  );
}
