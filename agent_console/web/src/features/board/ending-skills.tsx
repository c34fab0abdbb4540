import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Failure } from "../../ui/panes";
import type { EndingSkill } from "../account/types";
import { Ends } from "../people/ends";

/** Certificates that end soon or have ended; nothing while there are none. */
export function EndingSkills() {
  const { t } = useTranslation();
  const { data, problem, again } = useResource("skills ending", () => call<{ items: EndingSkill[] }>("GET", "/skills/ending"));
  if (problem && !data) return <Failure problem={problem} retry={again} />;
  if (!data || data.items.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="board-ending" data-testid="ending-skills">
      <h2 className="pane-title" id="board-ending">{t("people.skills_ending")}</h2>
      <p className="small soft ending-text">{t("people.skills_ending_text")}</p>
      <ul className="why-rows ending">
        {data.items.map((each) => (
          <li key={`${each.user} ${each.skill}`} data-standing={each.standing}>
            <span className="strong clip" dir="auto">{each.name}</span>
            <span className="soft row"><span className="num">{t("people.ends_on", { skill: each.skill, day: each.last_day })}</span><Ends standing={each.standing} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
