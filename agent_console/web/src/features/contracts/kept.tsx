import { useTranslation } from "react-i18next";
import { Pill } from "../../ui/panes";
import type { StandingDoc } from "./standing";

/** How promises were kept in a contract's term: of each kind, met and missed. */
export function Kept({ performance }: { performance: StandingDoc["performance"] }) {
  const { t } = useTranslation();
  if (performance.kept.length === 0) return <p className="faint small">{t("contracts.none_promised")}</p>;
  return (
    <ul className="lines" data-testid="kept">
      {performance.kept.map((each) => (
        <li key={each.kind} className="line">
          <span className="grow clip">{t(`sla.kind_${each.kind}`)}</span>
          {each.met > 0 && <Pill tone="go" icon="check">{each.met} {t("contracts.met")}</Pill>}
          {each.missed > 0 && <Pill tone="stop" icon="warn">{each.missed} {t("contracts.missed")}</Pill>}
          {each.running > 0 && <Pill tone="mute" icon="clock">{each.running} {t("contracts.running")}</Pill>}
        </li>
      ))}
    </ul>
  );
}
