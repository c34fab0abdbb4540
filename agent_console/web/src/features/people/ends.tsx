import { useTranslation } from "react-i18next";
import { Pill } from "../../ui/panes";
import type { SkillStanding } from "../account/types";

/** Whether a certificate ends soon or has ended; nothing while it is good. */
export function Ends({ standing }: { standing: SkillStanding }) {
  const { t } = useTranslation();
  if (standing === "good") return null;
  return standing === "soon" ? <Pill tone="rest" icon="clock">{t("people.skill_soon")}</Pill> : <Pill tone="stop" icon="cross">{t("people.skill_expired")}</Pill>;
}
