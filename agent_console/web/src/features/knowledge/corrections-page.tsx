import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useResource } from "../../store/resource";
import { Button } from "../../ui/button";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure } from "../../ui/panes";
import { attempt } from "../../ui/toasts";
import { useEntity, type FieldDoc } from "../records/entities";
import { momentText } from "../records/values";

interface Correction {
  id: string;
  party_id: string;
  party: string;
  changes: Record<string, [unknown, unknown]>;
  at: number;
}

/** `/knowledge/corrections`: what customers changed about themselves in the portal, until somebody has looked at it. */
export default function CorrectionsPage() {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const entity = useEntity("party");
  const { data, problem, again } = useResource("corrections", () => call<{ items: Correction[] }>("GET", "/portal/corrections"));
  const label = (name: string): string => entity?.fields.find((field: FieldDoc) => field.name === name)?.label[language] ?? t(`knowledge.point_${name}`, { defaultValue: name });
  const seen = (id: string): void => attempt(call("POST", `/portal/corrections/${segment(id)}/seen`).then(again));
  const said = (value: unknown): string => (value === null || value === "" ? "–" : String(value));
  return (
    <main className="records-page" aria-label={t("page.corrections")} data-testid="corrections-page">
      <header className="page-head"><h1 className="page-title grow">{t("page.corrections")}</h1></header>
      {!data && (problem ? <Failure problem={problem} retry={again} /> : <div className="page-bones"><Bones lines={4} /></div>)}
      {data?.items.length === 0 && <Empty icon="check" title={t("knowledge.no_corrections")}><p>{t("knowledge.no_corrections_text")}</p></Empty>}
      {data && data.items.length > 0 && (
        <ul className="review-list scroll" tabIndex={0} aria-label={t("page.corrections")}>
          {data.items.map((each) => (
            <li key={each.id} className="review-row">
              <span className="grow line-two">
                <Link to={`/records/parties/${segment(each.party_id)}`} className="strong clip">{each.party}</Link>
                {Object.entries(each.changes).map(([name, [before, after]]) => (
                  <span key={name} className="small"><span className="soft">{label(name)}:</span> <del>{said(before)}</del> → <ins>{said(after)}</ins></span>
                ))}
                <span className="tiny faint num">{momentText(each.at, language)}</span>
              </span>
              <Button small icon="check" onPress={() => seen(each.id)}>{t("knowledge.seen")}</Button>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}
