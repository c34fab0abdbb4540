import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { go } from "../../route";
import { useResource } from "../../store/resource";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure, Wrong } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { useHere } from "../shell/here";
import type { PanelProps } from "../records/panels";
import { articleAddress, type ArticleDoc } from "./documents";

interface CaseArticle {
  id: string;
  number: string;
  title: string;
  state: string;
  kinds: string[];
}

/** On a case: the articles that were used or fit, and the way to make one of it. */
export default function CasePanel({ record }: PanelProps) {
  const { t } = useTranslation();
  const path = `/knowledge/cases/${segment(record.id)}`;
  const { data, problem, again } = useResource(`${path}/articles`, () => call<{ items: CaseArticle[] }>("GET", `${path}/articles`));
  const { place } = useHere();
  const [busy, wrong, run] = useBusy();
  const draft = (): void => run(() => call<ArticleDoc>("POST", `${path}/draft`).then(({ record: made }) => go(articleAddress(made.id), { from: place.path })));
  const unlink = (id: string): void => attempt(call("DELETE", `${path}/articles/${segment(id)}`).then(again));
  if (!data) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={3} />;
  return (
    <div className="knowledge-panel">
      {data.items.length === 0 && <Empty icon="book" title={t("knowledge.none_on_case")}><p>{t("knowledge.none_on_case_text")}</p></Empty>}
      <ul className="lines airy">
        {data.items.map((each) => (
          <li key={each.id} className="row">
            <Icon name="book" size={16} />
            <span className="grow line-two">
              <Link to={articleAddress(each.id)} className="clip strong" dir="auto">{each.title}</Link>
              <span className="tiny soft"><span className="num">{each.number}</span> · {each.kinds.map((kind) => t(`knowledge.kind_${kind}`)).join(" · ")}</span>
            </span>
            {each.kinds.includes("linked") && <IconButton small icon="unlink" label={t("knowledge.unlink")} onPress={() => unlink(each.id)} />}
          </li>
        ))}
      </ul>
      <Wrong problem={wrong} />
      <Button icon="plus" isDisabled={busy} onPress={draft} data-testid="case-draft">{t("knowledge.make_draft")}</Button>
    </div>
  );
}
