/** What flows may name: queues, calendars, skills, levels of customers, prompts; and what things of a flow are called. */
import { createContext, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { TFunction } from "i18next";
import { phoneNumber } from "../../format";
import { LANGUAGES } from "../../i18n";
import { call } from "../../net/api";
import type { CalendarDoc, Language } from "../../net/types";
import { useList } from "../../store/hooks";
import { useResource } from "../../store/resource";
import { fieldOf, useEntity } from "../records/entities";
import { exits, type Exit } from "./kinds";
import type { Flow, PromptDoc, Prompts, Step } from "./types";

export interface Named {
  id: string;
  name: string;
}

export interface Known {
  queues: Named[];
  calendars: Named[];
  skills: string[];
  tiers: Named[];
  prompts: Prompts | null;
  /** Ask for the prompts anew. */
  again: () => void;
}

const NOTHING: Known = { queues: [], calendars: [], skills: [], tiers: [], prompts: null, again: () => undefined };
export const KnownContext = createContext<Known>(NOTHING);
export const useKnown = (): Known => useContext(KnownContext);

/** Fetched once for a page. */
export function useFetchedKnown(): Known {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  const queues = useList("queues");
  const calendars = useResource("calendars", () => call<{ items: CalendarDoc[] }>("GET", "/sla/calendars"));
  const skills = useResource("skills", () => call<{ items: string[] }>("GET", "/skills"));
  const { data: prompts, again } = useResource("prompts", () => call<Prompts>("GET", "/prompts"));
  const party = useEntity("party");
  return useMemo<Known>(() => ({
    queues: queues.map(({ id, name }) => ({ id, name })).sort((one, two) => one.name.localeCompare(two.name, language)),
    calendars: calendars.data?.items ?? [],
    skills: skills.data?.items ?? [],
    tiers: ((party && fieldOf(party, "tier")?.choices) ?? []).filter(({ retired }) => !retired).map(({ code, label }) => ({ id: code, name: label[language] })),
    prompts, again,
  }), [queues, calendars.data, skills.data, party, prompts, again, language]);
}

export const languageName = (code: string): string => LANGUAGES.find((each) => each.code === code)?.name ?? code;
const nameIn = (of: readonly Named[], id: string): string => of.find((each) => each.id === id)?.name ?? id;
export const queueName = (known: Known, id: string): string => nameIn(known.queues, id);

export const uploaded = (known: Known, prompt: string): PromptDoc | null => (prompt.startsWith("prompt:") && known.prompts?.items.find(({ id }) => `prompt:${id}` === prompt)) || null;

/** What a prompt is called; one of the product's own is what it says. */
export function promptName(known: Known, prompt: string, language: Language): string {
  const [source = "", name = ""] = prompt.split(/:(.*)/s);
  if (source === "ours") return known.prompts?.ours.find((each) => each.name === name)?.texts[language] ?? name;
  return uploaded(known, prompt)?.name ?? name;
}

/** What is said, as far as it is written down. */
export function promptText(known: Known, prompt: string, language: Language): string {
  return uploaded(known, prompt)?.text || promptName(known, prompt, language);
}

export const kindName = (t: TFunction, kind: Step["kind"]): string => t(`flows.kind.${kind}`);
export const stepTitle = (t: TFunction, flow: Flow, name: string): string => {
  const step = flow.steps[name];
  return step ? step.label || kindName(t, step.kind) : name;
};

/** The most telling thing of a step in a few words, for its card. */
export function summary(t: TFunction, known: Known, step: Step, language: Language): string {
  const said = (prompt: string): string => promptText(known, prompt, language);
  switch (step.kind) {
    case "say": case "menu": case "language": case "hangup": return said(step.prompt);
    case "collect": return said(step.prompt) || step.name;
    case "queue": case "callback": case "voicemail": case "fax": return queueName(known, step.queue_id);
    case "hours": return step.queue_id ? queueName(known, step.queue_id) : nameIn(known.calendars, step.calendar_id);
    case "lookup": return t(`flows.by.${step.by}`);
    case "transfer": return phoneNumber(step.number);
    case "caller": return step.tiers.map((tier) => nameIn(known.tiers, tier)).join(", ");
    case "identify": return t("flows.identify_short");
    case "contract": return step.tell ? t("flows.contract_tells") : "";
  }
}

/** A way out in words: "1 Sales", "Closed". */
export const exitWords = (t: TFunction, exit: Exit): string => (exit.word ? t(`flows.exit.${exit.word}`) : exit.label || t("flows.exit.key", { key: exit.key }));

/** Names under which a flow keeps what callers key. */
export function collected(flow: Flow, secret: boolean): string[] {
  const names = Object.values(flow.steps).flatMap((step) => (step.kind === "collect" && step.name && step.secret === secret ? [step.name] : []));
  return [...new Set(names)];
}

/** For those who listen: a step, what it does, and where it leads. */
export function told(t: TFunction, known: Known, flow: Flow, name: string, language: Language): string {
  const step = flow.steps[name];
  if (!step) return name;
  const ways = exits(step).map((exit) => `${exitWords(t, exit)}: ${exit.target in flow.steps ? stepTitle(t, flow, exit.target) : t("flows.nowhere")}`);
  return [stepTitle(t, flow, name), step.label ? kindName(t, step.kind) : "", summary(t, known, step, language), ...ways].filter(Boolean).join(". ");
}
