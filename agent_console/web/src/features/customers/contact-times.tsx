import { useTranslation } from "react-i18next";
import type { EditorProps } from "../records/editors";

interface Times {
  days?: number[];
  from?: string;
  until?: string;
}

const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** On which days, and between which hours, somebody wants to be called. */
export function ContactTimes({ field, value, change, writable, id, describedBy, invalid }: EditorProps) {
  const { t } = useTranslation();
  const times = (value ?? {}) as Times;
  const days = times.days ?? [];
  const set = (more: Times): void => {
    const next: Times = { ...times, ...more };
    const kept = Object.fromEntries(Object.entries(next).filter(([, each]) => each !== undefined && each !== "" && !(Array.isArray(each) && each.length === 0)));
    change(Object.keys(kept).length === 0 ? null : kept);
  };
  const turn = (day: number): void => set({ days: days.includes(day) ? days.filter((each) => each !== day) : [...days, day].sort() });
  return (
    <span className="contact-times" role="group" aria-label={t("customers.contact_times")} aria-describedby={describedBy} data-testid={`input-${field.name}`}>
      <span className="row wrap">
        {DAYS.map((day) => <button key={day} type="button" className="chip-choice" aria-pressed={days.includes(day)} disabled={!writable} onClick={() => turn(day)}>{t(`sla.weekday_${day}`)}</button>)}
      </span>
      <span className="row">
        <input id={id} className="input time" type="time" disabled={!writable} aria-label={t("customers.time_from")} aria-invalid={invalid} value={times.from ?? ""} onChange={(event) => set({ from: event.target.value })} />
        <span aria-hidden="true">–</span>
        <input className="input time" type="time" disabled={!writable} aria-label={t("customers.time_until")} aria-invalid={invalid} value={times.until ?? ""} onChange={(event) => set({ until: event.target.value })} />
      </span>
    </span>
  );
}
