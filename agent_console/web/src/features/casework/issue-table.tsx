import { useTranslation } from "react-i18next";
import type { CaseStatus, Language } from "../../net/types";
import { serverNow, useNow } from "../../store/clock";
import { Link } from "../../ui/link";
import { Pill } from "../../ui/panes";
import { CasePill } from "../interaction/case-box";
import { momentText } from "../records/values";
import { ClockMark, span } from "../sla/sla-mark";
import { mostUrgent } from "../sla/urgency";
import type { Issue } from "./types";

/** Unfinished cases with owner and age; what is late stands out by colour, icon and word. */
export function IssueTable({ items, mine }: { items: readonly Issue[]; mine?: boolean }) {
  const { t, i18n } = useTranslation();
  useNow();
  const now = serverNow();
  const language = i18n.language as Language;
  if (items.length === 0) return <p className="faint small">{t("casework.no_issues")}</p>;
  return (
    <table className="issues" data-testid="issues">
      <thead><tr><th>{t("casework.issue")}</th><th>{t("case.status")}</th>{!mine && <th>{t("casework.owner")}</th>}<th className="figure">{t("casework.age")}</th><th>{t("casework.next")}</th></tr></thead>
      <tbody>
        {items.map((each) => {
          const clock = mostUrgent(each.clocks, now);
          return (
            <tr key={each.id} className={each.late ? "late" : ""} data-testid={`issue-${each.number}`}>
              <td>
                <Link to={`/records/cases/${each.id}`} className="grid-main">{each.subject || each.number}</Link>
                <p className="tiny soft row wrap"><span className="num">{each.number}</span>{each.party && <span>{each.party}</span>}{each.queue && <span>{each.queue}</span>}</p>
              </td>
              <td><span className="row wrap"><CasePill status={each.status as CaseStatus} />{each.late && <Pill tone="stop" icon="warn">{t("casework.late")}</Pill>}{each.is_complaint && <Pill tone="ring" icon="warn">{t("casework.complaint")}</Pill>}{each.escalation_level > 0 && <Pill tone="stop" icon="up">{t("casework.level", { level: each.escalation_level })}</Pill>}</span></td>
              {!mine && <td>{each.owner ?? <span className="faint">{t("casework.nobody")}</span>}</td>}
              <td className="figure num">{span(t, Math.max(0, now - each.created_at))}</td>
              <td>{clock ? <ClockMark clock={clock} /> : each.due_at !== null ? <span className="small num">{t("casework.by", { moment: momentText(each.due_at, language) })}</span> : each.follow_up_at !== null ? <span className="small num">{t("casework.follow_up", { moment: momentText(each.follow_up_at, language) })}</span> : null}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
