import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Item, Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Icon } from "../../ui/icon";
import { Failure, Pill } from "../../ui/panes";
import { CallNumber } from "../dialling/call-number";
import { said } from "./document";
import { languageName } from "./parts";
import type { AnswerDoc, SubmissionDoc } from "./types";
import "../../styles/inquiries.css";

/** What the visitor filled in, field by field in the form's order, in the agent's language where the form has it. */
export function Submissions({ item }: { item: Item }) {
  const { data, problem, again } = useResource(`submissions ${item.id}`, () => call<{ items: SubmissionDoc[] }>("GET", `/interactions/${segment(item.id)}/submissions`));
  if (problem) return <Failure problem={problem} retry={again} />;
  return <>{data?.items.map((each) => <Submission key={each.id} submission={each} item={item} />)}</>;
}

function Submission({ submission, item }: { submission: SubmissionDoc; item: Item }) {
  const { t } = useTranslation();
  return (
    <details className="block inquiry-sent" open data-testid="submission">
      <summary>
        <Icon name="form" size={16} /><span className="strong clip" dir="auto">{submission.form}</span>
        <span className="tiny faint">{t(`inquiries.via_${submission.via}`)} · {languageName(submission.language)}</span>
        {submission.suspected && <Pill tone="ring" icon="warn">{t("inquiries.suspected", { why: t(`inquiries.reason_${submission.suspected}`) })}</Pill>}
        <span className="grow" />
        {submission.page && <span className="tiny faint clip inquiry-from">{submission.page}</span>}
      </summary>
      <dl className="inquiry-answers">{submission.answers.map((each) => <Line key={each.name} answer={each} item={item} />)}</dl>
    </details>
  );
}

function Line({ answer, item }: { answer: AnswerDoc; item: Item }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const nothing = answer.value === null || answer.value === "";
  return (
    <div className={answer.kind === "long_text" ? "wide" : ""} data-testid={`answer-${answer.name}`}>
      <dt className="tiny soft" dir="auto">{said(answer.label, language) || answer.name}</dt>
      <dd dir="auto">
        {nothing ? <span className="faint">{t("inquiries.left_out")}</span> : answer.kind === "phone" ? <CallNumber number={String(answer.value)} caseId={item.case?.id} className="num" /> : <span className="inquiry-said">{answer.shown[language] ?? String(answer.value)}</span>}
        {answer.unmapped && <span className="tiny inquiry-unmapped"><Icon name="info" size={14} />{t("inquiries.unmapped")}</span>}
      </dd>
    </div>
  );
}
