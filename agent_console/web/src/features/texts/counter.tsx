import { useTranslation } from "react-i18next";
import { count } from "./count";

/** How many messages this becomes, and what is left of the last one. */
export function Counter({ text, most }: { text: string; most: number }) {
  const { t } = useTranslation();
  const { encoding, parts, left } = count(text);
  const over = parts > most;
  return (
    <span className={`text-count tiny num${over ? " wrong" : " faint"}`} role={over ? "alert" : undefined} data-testid="text-count">
      {over ? t("texts.too_many_parts", { parts, most }) : t("texts.parts", { count: parts, left })} · {t(`texts.${encoding}`)}
    </span>
  );
}
