import { useTranslation } from "react-i18next";
import { size } from "../../format";
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
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const [given, without] = [submission.answers.filter((each) => !isLeftOut(each)), submission.answers.filter(isLeftOut)];
  return (
    <details className="block inquiry-sent" open data-testid="submission">
      <summary>
        <Icon name="form" size={16} /><span className="strong clip" dir="auto">{submission.form}</span>
        <span className="tiny faint">{t(`inquiries.via_${submission.via}`)} · {languageName(submission.language)}</span>
        {submission.suspected && <Pill tone="ring" icon="warn">{t("inquiries.suspected", { why: t(`inquiries.reason_${submission.suspected}`) })}</Pill>}
        <span className="grow" />
        {submission.page && <span className="tiny faint clip inquiry-from">{submission.page}</span>}
      </summary>
      <dl className="inquiry-answers">{given.map((each) => <Line key={each.name} answer={each} files={submission.files} item={item} />)}</dl>
      {without.length > 0 && <p className="tiny faint" data-testid="left-out">{t("inquiries.left_out", { names: without.map((each) => said(each.label, language) || each.name).join(" · ") })}</p>}
    </details>
  );
}

const isLeftOut = ({ value }: AnswerDoc): boolean => value === null || value === "";

function Line({ answer, files, item }: { answer: AnswerDoc; files: SubmissionDoc["files"]; item: Item }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return (
    <div className={answer.kind === "long_text" || answer.kind === "file" ? "wide" : ""} data-testid={`answer-${answer.name}`}>
      <dt className="tiny soft" dir="auto">{said(answer.label, language) || answer.name}</dt>
      <dd dir="auto">
        {answer.kind === "phone" ? <CallNumber number={String(answer.value)} caseId={item.case?.id} className="num" /> : answer.kind === "file" ? <Files answer={answer} files={files} /> : <span className="inquiry-said">{answer.shown[language] ?? String(answer.value)}</span>}
        {answer.unmapped && <span className="tiny inquiry-unmapped"><Icon name="info" size={14} />{t("inquiries.unmapped")}</span>}
        {answer.maps_to.startsWith("party.") && <span className="tiny faint"> {t("inquiries.for_party")}</span>}
      </dd>
    </div>
  );
}

/** Never shown by the browser itself: each is kept to the disk. */
function Files({ answer, files }: { answer: AnswerDoc; files: SubmissionDoc["files"] }) {
  const names = Array.isArray(answer.value) ? answer.value : [];
  return <ul className="attachments">{files.filter(({ name }) => names.includes(name)).map(({ id, name, size: bytes }) => <li key={id}><a href={`/api/v1/attachments/${segment(id)}`} download={name}><Icon name="clip" size={15} /><bdi className="clip">{name}</bdi><span className="faint tiny num">{size(bytes)}</span></a></li>)}</ul>;
}
