import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { useList } from "../../store/hooks";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Failure, Pill } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { recordAddress, useEntities } from "../records/entities";
import { momentText } from "../records/values";
import { Decide } from "./approvals";
import { IssueTable } from "./issue-table";
import { TodoLine } from "./todo-line";
import type { ApprovalDoc, Issue, Notice, Todo } from "./types";

interface MyWork {
  tasks: Todo[];
  cases: Issue[];
  approvals: ApprovalDoc[];
  notices: Notice[];
}

/** `/work`: what is mine to do, to decide and to know. */
export default function WorkPage() {
  const { t } = useTranslation();
  // whatever was told comes with a notice: then the page is looked up anew
  const told = useList("notices").map(({ id }) => id).join(" ");
  const { data, problem, again } = useResource("my-work", () => call<MyWork>("GET", "/work"), told);
  return (
    <main className="work-page scroll" aria-label={t("page.work")}>
      <header className="page-head"><h1 className="page-title grow"><Icon name="check" /> {t("page.work")}</h1><Link to="/records/tasks/new" className="btn plain"><Icon name="plus" /> {t("casework.new_task")}</Link></header>
      {!data ? (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={8} /></div>) : (
        <div className="work-columns">
          <div>
            {data.approvals.length > 0 && <Part title={t("casework.to_decide")} count={data.approvals.length}><ul className="todo-list">{data.approvals.map((each) => <li key={each.id} className="todo"><Icon name="users" size={16} /><div className="grow"><p><Link to={`/records/cases/${each.case_id}`} className="grid-main">{t("casework.step_to", { state: each.state_to })}</Link> <span className="tiny soft">{each.asked_by}</span></p><Decide approval={each} changed={again} /></div></li>)}</ul></Part>}
            <Part title={t("casework.my_tasks")} count={data.tasks.length}>{data.tasks.length > 0 ? <ul className="todo-list" data-testid="my-tasks">{data.tasks.map((task) => <TodoLine key={task.id} task={task} changed={again} />)}</ul> : <p className="faint small">{t("casework.no_tasks")}</p>}</Part>
            <Part title={t("casework.my_cases")} count={data.cases.length}><IssueTable items={data.cases} mine /></Part>
          </div>
          <Notices items={data.notices} again={again} />
        </div>
      )}
    </main>
  );
}

export function Part({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return <section className="work-part" aria-label={title}><h2 className="work-title">{title}{count !== undefined && count > 0 && <Pill tone="mute">{count}</Pill>}</h2>{children}</section>;
}

/** Leads to what it is about, where that has a page. */
const About = ({ to, children }: { to: string | null; children: ReactNode }) => (to === null ? <span className="grid-main">{children}</span> : <Link to={to} className="grid-main">{children}</Link>);

function Notices({ items, again }: { items: Notice[]; again: () => void }) {
  const { t, i18n } = useTranslation();
  const unseen = items.some(({ seen_at }) => seen_at === null);
  const seen = (): void => attempt(call("POST", "/work/notices/seen", {}).then(again));
  const { entities } = useEntities();
  const address = (each: Notice): string | null => {
    const entity = entities?.find(({ name }) => name === each.entity);
    return entity ? recordAddress(entity, each.record_id) : null;
  };
  return (
    <Part title={t("casework.news")}>
      {unseen && <Button small look="quiet" icon="check" onPress={seen} data-testid="notices-seen">{t("casework.all_seen")}</Button>}
      <ul className="notice-list" data-testid="notices">
        {items.map((each) => <li key={each.id} className={each.seen_at === null ? "new" : ""}><About to={address(each)}>{t(`notice.${each.code.replaceAll(".", "_")}`, { ...each.params, defaultValue: each.code })}</About><span className="tiny faint num">{momentText(each.at, i18n.language as Language)}</span></li>)}
      </ul>
      {items.length === 0 && <p className="faint small">{t("casework.no_news")}</p>}
    </Part>
  );
}
