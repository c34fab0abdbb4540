import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { CalendarDoc } from "../../net/types";
import { serverNow } from "../../store/clock";
import { useAsTyped } from "../../ui/as-typed";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Wrong } from "../../ui/panes";
import { Field, FormEnd } from "./form-parts";
import { readHours, writeHours } from "./hours";

interface SpecialRow {
  key: number;
  day: string;
  name: string;
  hours: string;
}

const WORKWEEK = ["09:00-18:00", "09:00-18:00", "09:00-18:00", "09:00-18:00", "09:00-18:00", "", ""];
const COUNTRIES = ["TW", "CN", "HK", "MO", "SG", "JP", "US", "GB", "DE"];
const ZONES = Intl.supportedValuesOf("timeZone");

interface Props {
  calendar: CalendarDoc | null;
  done: () => void;
  leave: () => void;
}

/** The hours of a week, and the days on which it is otherwise. */
export function CalendarForm({ calendar, done, leave }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(calendar?.name ?? "");
  const [zone, setZone] = useState(calendar?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [week, setWeek] = useState(calendar ? calendar.week.map(writeHours) : WORKWEEK);
  const [special, setSpecial] = useState<SpecialRow[]>(() => (calendar?.special ?? []).map((each, key) => ({ key, day: each.day, name: each.name, hours: writeHours(each.hours) })));
  const [busy, problem, run] = useBusy();
  const wrongDays = week.map((hours) => readHours(hours) === null);
  const wrongRows = special.map(({ day, hours }) => !day || readHours(hours) === null);
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const body = {
      name: name.trim(), time_zone: zone, week: week.map((hours) => readHours(hours) ?? []),
      special: special.map(({ day, name: words, hours }) => ({ day, name: words, hours: readHours(hours) ?? [] })),
    };
    run(() => (calendar ? call("PUT", `/sla/calendars/${segment(calendar.id)}`, body) : call("POST", "/sla/calendars", body)).then(done));
  };
  const remove = (): void => run(() => call("DELETE", `/sla/calendars/${segment(calendar?.id ?? "")}`).then(done));
  const ready = Boolean(name.trim()) && !wrongDays.includes(true) && !wrongRows.includes(true);
  return (
    <form className="panel form" onSubmit={save} data-testid="sla-calendar-form">
      <h2 className="pane-title">{calendar ? t("sla.edit_calendar") : t("sla.new_calendar")}</h2>
      <div className="form-two">
        <Field id="sla-name" label={t("sla.name")} value={name} change={setName} />
        <Field id="sla-zone" label={t("sla.zone")} value={zone} change={setZone} list="sla-zones" />
        <datalist id="sla-zones">{ZONES.map((each) => <option key={each} value={each} />)}</datalist>
      </div>
      <fieldset className="week">
        <legend className="label">{t("sla.week")}</legend>
        {week.map((hours, place) => (
          <Field key={place} id={`sla-day-${place + 1}`} label={t(`sla.weekday_${place + 1}`)} value={hours} placeholder={t("sla.closed")}
            change={(value) => setWeek(week.map((each, at) => (at === place ? value : each)))} wrong={wrongDays[place] ? t("sla.wrong_hours") : null} />
        ))}
      </fieldset>
      <Special rows={special} wrong={wrongRows} change={setSpecial} worked={week[0] ?? ""} />
      <p className="tiny faint">{t("sla.calendar_text")}</p>
      <FormEnd busy={busy} problem={problem} ready={ready} remove={calendar ? remove : null} leave={leave} />
    </form>
  );
}

interface SpecialProps {
  rows: SpecialRow[];
  wrong: boolean[];
  change: (rows: SpecialRow[]) => void;
  worked: string;
}

/** Holidays and make-up workdays, by date. */
function Special({ rows, wrong, change, worked }: SpecialProps) {
  const { t } = useTranslation();
  const fresh = Math.max(0, ...rows.map(({ key }) => key)) + 1;
  const put = (key: number, part: Partial<SpecialRow>): void => change(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const add = (days: Omit<SpecialRow, "key">[]): void => {
    const known = new Set(rows.map(({ day }) => day));
    const added = days.filter(({ day }) => !day || !known.has(day)).map((day, place) => ({ ...day, key: fresh + place }));
    change([...rows, ...added].sort((one, two) => (one.day || "9").localeCompare(two.day || "9")));
  };
  return (
    <fieldset className="special">
      <legend className="label">{t("sla.special")}</legend>
      <ul className="special-rows scroll">
        {rows.map((row, place) => (
          <li key={row.key} className="row">
            <input className="input special-day" type="date" aria-label={t("sla.day")} value={row.day} aria-invalid={wrong[place]} onChange={(event) => put(row.key, { day: event.target.value })} />
            <input className="input grow" aria-label={t("sla.day_name")} placeholder={t("sla.day_name")} value={row.name} onChange={(event) => put(row.key, { name: event.target.value })} />
            <input className="input special-hours" aria-label={t("sla.hours")} placeholder={t("sla.closed")} value={row.hours} aria-invalid={wrong[place]} onChange={(event) => put(row.key, { hours: event.target.value })} />
            <IconButton small icon="cross" label={t("sla.remove_day", { day: row.day })} onPress={() => change(rows.filter(({ key }) => key !== row.key))} />
          </li>
        ))}
      </ul>
      <div className="row special-add">
        <Button small icon="pen" onPress={() => add([{ day: "", name: "", hours: "" }])}>{t("sla.add_day")}</Button>
        <span className="grow" />
        <Proposal add={add} worked={worked} />
      </div>
    </fieldset>
  );
}

/** A year's public holidays, to begin with; make-up workdays get Monday's hours. */
function Proposal({ add, worked }: { add: (days: Omit<SpecialRow, "key">[]) => void; worked: string }) {
  const { t, i18n } = useTranslation();
  const [country, setCountry] = useState("TW");
  const [year, setYear] = useState(new Date(serverNow() * 1000).getFullYear());
  const [shown, take] = useAsTyped(year, Number, String);
  const [busy, problem, run] = useBusy();
  const fill = (): void => run(async () => {
    const found = await call<{ items: { day: string; name: string; worked: boolean }[] }>("GET", `/sla/holidays?country=${country}&year=${year}&language=${i18n.language}`);
    add(found.items.map((each) => ({ day: each.day, name: each.name, hours: each.worked ? worked : "" })));
  });
  return (
    <>
      <Wrong problem={problem} />
      <select className="input short" aria-label={t("sla.country")} value={country} onChange={(event) => setCountry(event.target.value)}>{COUNTRIES.map((each) => <option key={each}>{each}</option>)}</select>
      <input className="input short" type="number" min={2000} max={2100} aria-label={t("sla.year")} value={shown} onChange={(event) => setYear(take(event.target.value))} />
      <Button small isDisabled={busy} onPress={fill} data-testid="sla-holidays">{t("sla.fill")}</Button>
    </>
  );
}
