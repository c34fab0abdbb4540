import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import type { PanelProps } from "../records/panels";
import { Writing } from "./writing";

/** A first letter to a customer: a case is opened for it when it is sent. */
export default function PartyPanel({ record, refresh }: PanelProps) {
  const { t, i18n } = useTranslation();
  const [writing, setWriting] = useState(false);
  const language = typeof record.language === "string" ? record.language : i18n.language;
  if (!writing) return <div><p className="small soft">{t("writing.first_text")}</p><Button small icon="pen" onPress={() => setWriting(true)} data-testid="write">{t("writing.write")}</Button></div>;
  return (
    <section className="composer" aria-label={t("writing.write")}>
      <Writing place={{ party: record.id }} version={String(record.row_version)} lang={language} sent={() => { setWriting(false); refresh(); }} label={t("writing.write")}
        texts={{ address: {}, language, channel: "email", about: record.id }} />
    </section>
  );
}
