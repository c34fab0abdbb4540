/** Small parts of the editor: words in each of the form's languages, what is wrong with a place. */
import { createContext, useContext, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, problemText } from "../../i18n";
import { Problem } from "../../net/api";
import type { Language } from "../../net/types";
import { Icon } from "../../ui/icon";
import { written } from "./document";
import type { Form, FormProblem, Known, Words } from "./types";

export interface Editing {
  form: Form;
  writable: boolean;
  problems: readonly FormProblem[];
  known: Known;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("outside of a form");
  return editing;
}

export const languageName = (code: string): string => LANGUAGES.find((each) => each.code === code)?.name ?? code;

/** A problem in words. */
export function useProblemWords(): (problem: FormProblem) => string {
  const { t } = useTranslation();
  return ({ code, params }) => {
    const language = params["language"];
    return problemText(t, new Problem(code, 0, typeof language === "string" ? { ...params, language: languageName(language) } : params));
  };
}

/** What is wrong at this place, or below it. */
export function Faults({ at, deep = false }: { at: string; deep?: boolean }) {
  const { problems } = useEditing();
  const words = useProblemWords();
  const here = problems.filter(({ pointer }) => pointer === at || (deep && pointer.startsWith(`${at}/`)));
  return <>{here.map((each, place) => <p key={place} className={`inquiry-fault tiny ${each.severity}`} data-code={each.code}><Icon name={each.severity === "error" ? "warn" : "info"} size={14} /><span>{words(each)}</span></p>)}</>;
}

export const Spot = ({ at, deep = false, children }: { at: string; deep?: boolean; children: ReactNode }) => <div className="inquiry-spot">{children}<Faults at={at} deep={deep} /></div>;

interface InAllProps {
  label: string;
  at: string;
  value: Words;
  change: (words: Words) => void;
  long?: boolean;
  testid?: string;
}

/** The same in each language of the form, one below the other. */
export function InAll({ label, at, value, change, long = false, testid }: InAllProps) {
  const { form, writable, problems } = useEditing();
  return (
    <fieldset className="inquiry-words">
      <legend className="tiny soft">{label}</legend>
      {form.languages.map((language: Language) => {
        const wrong = problems.some(({ pointer }) => pointer === `${at}/${language}`);
        const shared = { className: "input", lang: language, value: value[language] ?? "", readOnly: !writable, "aria-label": `${label} (${languageName(language)})`, "aria-invalid": wrong, "data-testid": testid ? `${testid}-${language}` : undefined };
        return (
          <div key={language} className="inquiry-word">
            <span className="tiny faint" aria-hidden="true">{SHORT[language]}</span>
            {long ? <textarea {...shared} rows={2} onChange={(event) => change(written(value, language, event.target.value))} /> : <input {...shared} maxLength={200} onChange={(event) => change(written(value, language, event.target.value))} />}
          </div>
        );
      })}
      <Faults at={at} deep />
    </fieldset>
  );
}

const SHORT: Record<Language, string> = { en: "EN", "zh-TW": "繁", "zh-CN": "简" };
