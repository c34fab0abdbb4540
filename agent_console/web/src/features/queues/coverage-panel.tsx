import { useTranslation } from "react-i18next";
import { Bones, Failure } from "../../ui/panes";
import type { PanelProps } from "../records/panels";
import { useCoverage } from "./coverage";

/** How many agents meet what the queue asks, at once and after each step of relaxation. */
export default function CoveragePanel({ record }: PanelProps) {
  const { t } = useTranslation();
  const { data, problem, again } = useCoverage(String(record.row_version));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  const mine = data.items.find(({ id }) => id === record.id);
  if (!mine) return null;
  return (
    <div data-testid="coverage">
      <p className="small soft">{t("coverage.text")}</p>
      <ul className="why-rows">
        {mine.steps.map(({ after_s: after, agents }) => (
          <li key={after} data-agents={agents}>
            <span className="num">{after === 0 ? t("coverage.at_once") : t("coverage.after", { seconds: after })}</span>
            <span className="num">{t("coverage.of", { agents, all: mine.agents })}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
