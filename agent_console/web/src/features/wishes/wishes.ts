/** What a customer wishes, in the words of whoever reads it. */
import type { TFunction } from "i18next";
import type { Language } from "../../net/types";

export interface Times {
  days?: number[];
  from?: string;
  until?: string;
}

/** The server's answer to whether this customer may be contacted so now. */
export interface Contact {
  outcome: "go" | "wait" | "no";
  reason: string;
  until: number | null;
  instead: string | null;
  channel: string | null;
  language: string | null;
  times: Times | null;
  time_zone: string;
  do_not_contact: boolean;
  good_now: boolean;
  good_from: number | null;
}

/** Mon–Fri · 09:00–18:00 */
export function timesWords(times: Times | null, language: Language): string {
  const hours = times?.from || times?.until ? `${times.from ?? "00:00"}–${times.until ?? "24:00"}` : "";
  return [dayWords(times?.days ?? [], language), hours].filter(Boolean).join(" · ");
}

/** Days in a row as their first and last: Mon–Fri. */
export function dayWords(days: number[], language: Language): string {
  const word = (day: number): string => new Date(2024, 0, day).toLocaleDateString(language, { weekday: "short" }); // the first of 2024 was a Monday
  const runs: [number, number][] = [];
  for (const day of [...days].sort()) {
    const last = runs.at(-1);
    if (last && last[1] === day - 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs.map(([first, last]) => (first === last ? word(first) : `${word(first)}–${word(last)}`)).join(", ");
}

/** A moment by the customer's clock: Tue 09:00. */
export function clockThere(at: number, zone: string, language: Language): string {
  return new Date(at * 1000).toLocaleString(language, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
}

/** In what a letter that is being written differs from the customer's wishes; nothing when it does not. `language`: the one that is written in. */
export function differences(contact: Contact, language: string, now: number, t: TFunction, mine: Language): string[] {
  const told: string[] = [];
  if (contact.instead) told.push(t(`channel.${contact.instead}`, { defaultValue: contact.instead }));
  if (contact.language && contact.language !== language) told.push(t(`language.${contact.language}`, { defaultValue: contact.language }));
  if (!contact.good_now && contact.times) told.push(t("wishes.hours_there", { hours: timesWords(contact.times, mine), now: clockThere(now, contact.time_zone, mine) }));
  return told;
}

/** E-mail: consent withdrawn. */
export const refusal = (contact: Contact, medium: string, t: TFunction): string =>
  t("wishes.refused", { medium: t(`channel.${medium}`, { defaultValue: medium }), why: t(`wishes.why_${contact.reason}`, { defaultValue: contact.reason }) });
