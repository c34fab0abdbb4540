import i18next, { type TFunction } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Problem } from "../net/api";
import type { Language } from "../net/types";

export const LANGUAGES: { code: Language; name: string }[] = [
  { code: "zh-TW", name: "繁體中文" },
  { code: "zh-CN", name: "简体中文" },
  { code: "en", name: "English" },
];

type Words = { [key: string]: string | Words };
type Catalogue = () => Promise<{ default: Words }>;

// What all share, and beside it a file for each feature: its words, and those of the codes that only it is refused with.
const CATALOGUES: Record<Language, Catalogue[]> = {
  en: [() => import("./en.json"), ...Object.values(import.meta.glob<{ default: Words }>("./en/*.json"))],
  "zh-TW": [() => import("./zh-TW.json"), ...Object.values(import.meta.glob<{ default: Words }>("./zh-TW/*.json"))],
  "zh-CN": [() => import("./zh-CN.json"), ...Object.values(import.meta.glob<{ default: Words }>("./zh-CN/*.json"))],
};

/** All words of a language, the features' put into the common tree. */
async function words(language: Language): Promise<Words> {
  const parts = await Promise.all(CATALOGUES[language].map((load) => load()));
  return parts.reduce<Words>((tree, part) => merged(tree, part.default), {});
}

export function merged(tree: Words, more: Words): Words {
  const both: Words = { ...tree };
  for (const [key, value] of Object.entries(more)) {
    const known = both[key];
    both[key] = typeof known === "object" && typeof value === "object" ? merged(known, value) : value;
  }
  return both;
}
const REMEMBERED = "trunkline.language";

/** The language chosen before, else the browser's: Hant scripts read zh-TW, every other Chinese zh-CN. */
export function firstLanguage(wanted: readonly string[] = navigator.languages): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered && remembered in CATALOGUES) return remembered as Language;
  for (const tag of wanted) {
    if (/^zh\b.*(TW|HK|MO|Hant)/i.test(tag)) return "zh-TW";
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export async function startLanguages(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    interpolation: { escapeValue: false }, // React escapes
    resources: { [language]: { translation: await words(language) } },
  });
  document.documentElement.lang = language;
}

export async function switchLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await words(language));
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(REMEMBERED, language);
}

/** A failure in the user's words; a code that no catalogue knows is shown as it is, so that it can be reported. */
export function problemText(t: TFunction, problem: Problem): string {
  const key = `problem.${problem.code.replaceAll(".", "_")}`;
  const field = problem.errors[0];
  const words = t(key, { ...problem.params, defaultValue: "" });
  if (words) return words;
  if (field) return t(`problem.${field.code.replaceAll(".", "_")}`, { ...field.params, defaultValue: t("problem.unknown", { code: field.code }) });
  return t("problem.unknown", { code: problem.code });
}
