/** What is done to a form while it is written: pure, each gives a new one. */
import type { Language } from "../../net/types";
import type { Choice, Form, Kind, Question, Words } from "./types";

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** In this language, else in another: the other Chinese first. */
export function said(words: Words, language: Language): string {
  const order: Language[] = language.startsWith("zh") ? [language, "zh-TW", "zh-CN", "en"] : [language, "en", "zh-TW", "zh-CN"];
  return order.map((each) => words[each]).find(Boolean) ?? "";
}

/** Without what is empty, so that a word that was taken away is not there. */
export function written(words: Words, language: Language, text: string): Words {
  const { [language]: _, ...rest } = words;
  return text === "" ? rest : { ...rest, [language]: text };
}

/** A name that no other field has: kept in what was sent, so it is chosen once and stays. */
export function freeName(form: Form, wanted: string): string {
  const taken = new Set(form.fields.map(({ name }) => name));
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}_${n}`;
    if (!taken.has(name)) return name;
  }
}

const NAMES: Record<Kind, string> = { text: "text", long_text: "message", email: "email", phone: "phone", number: "number", date: "date", choice: "choice", several: "several", yes_no: "yes_no", file: "files", consent: "consent" };

/** A new question of a kind; an address or a number is the visitor's, where no other one is. */
export function fresh(form: Form, kind: Kind): Question {
  const role = kind === "email" || kind === "phone" ? kind : "";
  return {
    name: freeName(form, NAMES[kind]), kind, label: {}, help: {}, required: false, least: null, most: null,
    choices: kind === "choice" || kind === "several" ? [freshChoice([])] : [], when: null,
    role: role !== "" && form.fields.some((each) => each.role === role) ? "" : role,
    maps_to: "", purpose: "", text: {}, text_version: kind === "consent" ? "1" : "", groups: ["image", "document"], most_mb: 5,
  };
}

export function freshChoice(choices: readonly Choice[]): Choice {
  const taken = new Set(choices.map(({ code }) => code));
  let n = choices.length + 1;
  while (taken.has(`c${n}`)) n++;
  return { code: `c${n}`, label: {}, priority_points: 0, skills: [] };
}

export const put = (form: Form, place: number, question: Question): Form => ({ ...form, fields: form.fields.map((each, at) => (at === place ? question : each)) });

/** Under another name: the conditions and the subject that name it go along. */
export function renamed(form: Form, place: number, name: string): Form {
  const old = form.fields[place]?.name ?? "";
  const fields = form.fields.map((each, at) => (at === place ? { ...each, name } : each.when?.field === old ? { ...each, when: { ...each.when, field: name } } : each));
  return { ...form, fields, subject: old ? form.subject.replaceAll(`{${old}}`, `{${name}}`) : form.subject };
}

export const without = (form: Form, place: number): Form => ({ ...form, fields: form.fields.filter((_, at) => at !== place) });

export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, at) => at !== from);
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return [...items];
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

/** `/fields/3/choices/0/code`: of which question, and where in it. */
export function placeOf(pointer: string): { place: number; at: string } | null {
  const found = /^\/fields\/(\d+)(\/.*)?$/.exec(pointer);
  return found ? { place: Number(found[1]), at: found[2] ?? "" } : null;
}

/** What a question may hang on: those before it that are chosen from. */
export const conditions = (form: Form, place: number): Question[] => form.fields.slice(0, place).filter(({ kind }) => kind === "choice" || kind === "several" || kind === "yes_no");

/** To begin with: who, what, and a consent to being answered is not asked for. */
export function template(queue: string, words: (key: string) => Words): Form {
  const empty: Form = {
    languages: ["en", "zh-TW", "zh-CN"], title: words("title"), intro: words("intro"), thanks: words("thanks"), fields: [], queues: { "": queue }, case_type_id: "", subject: "", origins: [],
    receipt: true, status_days: 30, guard: { caught: "mark", least_s: 3, place_hourly: 10, form_hourly: 500 },
  };
  const question = (kind: Kind, name: string, more: Partial<Question>): Question => ({ ...fresh(empty, kind), name, label: words(name), required: true, ...more });
  return { ...empty, fields: [question("text", "name", { role: "name" }), question("email", "email", { role: "email" }), question("long_text", "message", {}), question("file", "files", { required: false, most: 3 })] };
}
