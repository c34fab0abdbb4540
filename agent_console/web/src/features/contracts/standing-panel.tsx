import { useTranslation } from "react-i18next";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Bones, Failure } from "../../ui/panes";
import type { PanelProps } from "../records/panels";
import { momentText } from "../records/values";
import { Meter, StateMark } from "./contract-marks";
import { Kept } from "./kept";
import { limited } from "./limit";
import { readStanding } from "./standing";

/** On a contract's page: what is left of its limits now, and how promises were kept in its term. */
export default function StandingPanel({ record }: PanelProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { data, problem, again } = useResource(record.id, () => readStanding(record.id), String(record.row_version));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  const { contract, performance } = data;
  return (
    <div className="standing" data-testid="standing">
      <p className="row wrap"><StateMark state={contract.state} /><span className="faint small num">{t("contracts.period", { since: momentText(data.since, language), until: momentText(data.until, language) })}</span></p>
      {limited(contract) ? (
        <div className="meters">{contract.calls && <Meter limit={contract.calls} unit="calls" />}{contract.minutes && <Meter limit={contract.minutes} unit="minutes" />}</div>
      ) : <p className="faint small">{t("contracts.no_limits")}</p>}
      <div>
        <h3 className="label">{t("contracts.performance")} · {t("contracts.performance_cases", { count: performance.cases })}{performance.more && ` (${t("contracts.more_cases")})`}</h3>
        <Kept performance={performance} />
      </div>
    </div>
  );
}
