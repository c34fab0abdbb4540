import en from "../i18n/widget.en.json";
import zhCN from "../i18n/widget.zh-CN.json";
import zhTW from "../i18n/widget.zh-TW.json";

export type Key = keyof typeof en;
const ALL: Record<string, Record<Key, string>> = { en, "zh-TW": zhTW, "zh-CN": zhCN };

export function languageOf(...wanted: readonly (string | null)[]): string {
  for (const tag of wanted) {
    if (!tag) continue;
    if (/^zh\b.*(TW|HK|MO|Hant)/i.test(tag)) return "zh-TW";
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export const wordsOf = (language: string) => (key: Key, values: Record<string, string | number> = {}): string =>
  (ALL[language] ?? en)[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));

export type Say = ReturnType<typeof wordsOf>;

/** What a refusal says; one without words of its own is told in general. */
export const told = (say: Say, code: string, values: Record<string, string | number> = {}): string => {
  const key = `problem_${code.replace(/^chat\./, "")}`;
  return say((key in en ? key : "problem_other") as Key, values);
};
