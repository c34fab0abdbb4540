import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { go } from "../../route";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Pill, type Tone } from "../../ui/panes";
import { momentText } from "../records/values";
import { articleAddress, LANGUAGE_NAMES, type WaitingDoc } from "./documents";

const LOOK: Record<WaitingDoc["why"], { tone: Tone; icon: IconName }> = {
  submitted: { tone: "ring", icon: "clock" },
  review_due: { tone: "talk", icon: "calendar" },
  expired: { tone: "stop", icon: "warn" },
  unhelpful: { tone: "rest", icon: "question" },
};

/** `/knowledge/review`: what waits for a reviewer, and what is to be looked at again. */
export default function ReviewPage() {
  const { t, i18n } = useTranslation();
  const { data, problem, again } = useResource("review", () => call<{ items: WaitingDoc[] }>("GET", "/knowledge/review"));
  return (
    <main className="records-page" aria-label={t("page.article_review")} data-testid="review-page">
      <header className="page-head">
        <h1 className="page-title grow">{t("page.article_review")}</h1>
        <Button icon="plus" look="primary" onPress={() => void go("/records/articles/new")}>{t("knowledge.new_article")}</Button>
      </header>
      {!data && (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={5} /></div>)}
      {data?.items.length === 0 && <Empty icon="check" title={t("knowledge.review_empty")}><p>{t("knowledge.review_empty_text")}</p></Empty>}
      {data && data.items.length > 0 && (
        <ul className="review-list scroll" tabIndex={0} aria-label={t("page.article_review")}>
          {data.items.map((each) => (
            <li key={`${each.why}-${each.article_id}-${each.language}`} className="review-row">
              <Icon name="book" />
              <span className="grow line-two">
                <Link to={`${articleAddress(each.article_id)}${each.language ? `?language=${each.language}` : ""}`} className="strong clip" dir="auto">{each.title}</Link>
                <span className="tiny soft"><span className="num">{each.number}</span>{each.language && <> · {LANGUAGE_NAMES[each.language]}</>}{each.by && <> · {t("knowledge.by", { name: each.by })}</>} · <span className="num">{momentText(each.since, i18n.language as Language)}</span></span>
              </span>
              {each.usefulness.helpful + each.usefulness.not_helpful > 0 && <span className="tiny soft num">{t("knowledge.votes", { helpful: each.usefulness.helpful, not: each.usefulness.not_helpful })}</span>}
              <Pill tone={LOOK[each.why].tone} icon={LOOK[each.why].icon}>{t(`knowledge.why_${each.why}`)}</Pill>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}
