import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { Button } from "../../ui/button";
import { languageName } from "./parts";
import type { Form } from "./types";

const DRAWN_AFTER_MS = 300;

/** What a visitor sees, as it is written: the server's own page in a frame in which nothing runs. */
export function Preview({ form }: { form: Form }) {
  const { t, i18n } = useTranslation();
  const [chosen, choose] = useState<Language>(i18n.language as Language);
  const [narrow, setNarrow] = useState(false);
  const [html, setHtml] = useState("");
  const language = form.languages.includes(chosen) ? chosen : (form.languages[0] ?? "en");
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      call<{ html: string }>("POST", "/inquiry-forms/preview", { document: form, language }).then(
        (drawn) => current && setHtml(drawn.html),
        () => undefined, // what cannot be drawn yet is told beside its field; the last picture stays
      );
    }, DRAWN_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [form, language]);
  return (
    <section className="inquiry-preview" aria-label={t("inquiries.preview")}>
      <div className="inquiry-preview-head row">
        <h2 className="label grow">{t("inquiries.preview")}</h2>
        {form.languages.map((code) => <Button key={code} small look={code === language ? "on" : "quiet"} aria-pressed={code === language} onPress={() => choose(code)} data-testid={`preview-${code}`}>{languageName(code)}</Button>)}
        <Button small look={narrow ? "on" : "quiet"} icon="phone" aria-pressed={narrow} onPress={() => setNarrow(!narrow)}>{t("inquiries.narrow")}</Button>
      </div>
      <div className="inquiry-preview-stage"><iframe className={narrow ? "narrow" : ""} title={t("inquiries.preview")} sandbox="allow-same-origin" srcDoc={html} data-testid="form-preview" /></div>
    </section>
  );
}
