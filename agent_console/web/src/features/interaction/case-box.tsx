import { useEffect, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { CaseStatus, Item, Language } from "../../net/types";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Pill, Wrong, type Tone } from "../../ui/panes";
import { useBusy } from "../../ui/busy";
import { attempt } from "../../ui/toasts";
import { given } from "../knowledge/typing";
import { Link } from "../../ui/link";
import { FormFields, useCaseTypes } from "../casework/case-form";
import { faults } from "../records/draft";
import { caseOpened, keepCase, readCase, type CaseDraft } from "./drafts";
import { useWriting } from "./writing";

const CASE: Record<CaseStatus, { tone: Tone; icon: IconName }> = {
  open: { tone: "ring", icon: "dot" },
  pending: { tone: "talk", icon: "clock" },
  solved: { tone: "go", icon: "check" },
  closed: { tone: "mute", icon: "check" },
};

/** Whether there is still something to do; what is solved may come back, what is closed does not. */
export const isOpen = ({ status }: { status: CaseStatus }): boolean => status === "open" || status === "pending";

export function CasePill({ status }: { status: CaseStatus }) {
  const { t } = useTranslation();
  const { tone, icon } = CASE[status];
  return <Pill tone={tone} icon={icon}>{t(`case.${status}`)}</Pill>;
}

/** The case this interaction belongs to, or a line to open one. */
export function CaseBox({ item }: { item: Item }) {
  return item.case ? <LinkedCase item={item} /> : <OpenCase item={item} />;
}

const STATUSES: CaseStatus[] = ["open", "pending", "solved", "closed"];

/** Where the case stands, and the way to change it. */
export function CaseStatusChoice({ item }: { item: Item }) {
  const { t } = useTranslation();
  const linked = item.case;
  if (!linked) return null;
  const set = (status: string): void => attempt(call("PUT", `/cases/${segment(linked.id)}/status`, { status }));
  return (
    <span className={`case-choice ${CASE[linked.status].tone}`}>
      <Icon name={CASE[linked.status].icon} size={15} />
      <select aria-label={t("case.status")} value={linked.status} onChange={(event) => set(event.target.value)} data-testid="case-status">
        {STATUSES.map((status) => <option key={status} value={status}>{t(`case.${status}`)}</option>)}
      </select>
    </span>
  );
}

function LinkedCase({ item }: { item: Item }) {
  const { t } = useTranslation();
  if (!item.case) return null;
  return (
    <section className="block">
      <h2 className="label">{t("case.title")}</h2>
      <div className="linked-case">
        <Icon name="case" />
        <div className="grow">
          <Link to={`/records/cases/${item.case.id}`} className="grid-main clip" dir="auto">{item.case.subject || item.case.number}</Link>
          <p className="tiny faint num">{item.case.number}</p>
        </div>
        <CaseStatusChoice item={item} />
      </div>
    </section>
  );
}

function OpenCase({ item }: { item: Item }) {
  const { t, i18n } = useTranslation();
  const types = useCaseTypes();
  const [draft, setDraft] = useState(() => readCase(item.id));
  const { subject, form } = draft;
  const write = (part: Partial<CaseDraft>): void => {
    const next = { ...draft, ...part };
    keepCase(item.id, next);
    setDraft(next);
  };
  useEffect(() => given(item.id, subject), [item.id, subject]);
  const box = useWriting<HTMLInputElement>(item.id, "case");
  const type = types?.find(({ id }) => id === draft.type) ?? types?.[0];
  const [busy, problem, run] = useBusy();
  const open = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!subject.trim()) return;
    run(() => call("POST", `/interactions/${segment(item.id)}/case`, { subject: subject.trim(), ...(type ? { type_id: type.id, form } : {}) }).then(() => caseOpened(item.id)));
  };
  return (
    <section className="block">
      <label className="label" htmlFor={`case-${item.id}`}>{t("case.title")}</label>
      <form onSubmit={open}>
        <div className="row wrap">
        {types && types.length > 1 && (
          <select className="input auto" value={type?.id ?? ""} aria-label={t("casework.type")} onChange={(event) => write({ type: event.target.value, form: {} })} data-testid="case-type">
            {types.map((each) => <option key={each.id} value={each.id}>{each.label[i18n.language as Language]}</option>)}
          </select>
        )}
        <input ref={box} id={`case-${item.id}`} className="input case-subject" value={subject} placeholder={t("case.subject_hint")} onChange={(event) => write({ subject: event.target.value })} data-testid="case-subject" />
        <Button type="submit" icon="case" isDisabled={busy || !subject.trim()} data-testid="case-open">{t("case.open_one")}</Button>
        </div>
        {type && type.form.length > 0 && <div className="case-form"><FormFields form={type.form} values={form} change={(next) => write({ form: next })} wrong={faults(problem, t)} state={type.initial} /></div>}
      </form>
      <Wrong problem={problem} />
    </section>
  );
}
