import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { Language } from "../../net/types";
import { useDesk } from "../../store/hooks";
import { usePages } from "../../store/pages";
import { Button } from "../../ui/button";
import { Bones, Failure } from "../../ui/panes";
import { fieldOf, type EntityDoc, type Named } from "./entities";
import type { PanelProps } from "./panels";
import { momentText, textOf } from "./values";

interface Past {
  seq: number;
  at: number;
  actor: string;
  via: string;
  action: string;
  /** Before and after, by field. */
  changes: Record<string, [unknown, unknown]>;
}

interface PastPage {
  items: Past[];
  named: Named;
  next_cursor: string | null;
}

/** Who changed what and when. */
export default function HistoryPanel({ record, entity }: PanelProps) {
  const { t, i18n } = useTranslation();
  const { session } = useDesk();
  const [reads, setReads] = useState(false);
  const address = `/records/${entity.collection}/${segment(record.id)}/history?reads=${reads}`;
  const { items, problem, again, more } = usePages(`${address}#${record.row_version}`, (cursor) =>
    call<PastPage>("GET", cursor === null ? address : `${address}&cursor=${encodeURIComponent(cursor)}`).then((page) => ({ next_cursor: page.next_cursor, items: page.items.map((past) => ({ past, named: page.named })) })));
  if (!items) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={4} />;
  return (
    <>
      {session.user.role !== "agent" && <label className="row check"><input type="checkbox" checked={reads} onChange={(event) => setReads(event.target.checked)} data-testid="history-reads" />{t("records.history_reads")}</label>}
      {items.length === 0 && <p className="faint small">{t("records.no_history")}</p>}
      <ol className="past-list" data-testid="history">
        {items.map(({ past, named }) => (
          <li key={past.seq} className="past">
            <p className="row past-head"><span className="strong">{past.actor}</span><span className="soft">{t(`audit.action_${past.action}`, { defaultValue: past.action })}</span><span className="grow" /><span className="tiny faint num">{momentText(past.at, i18n.language as Language)}</span></p>
            <Changes entity={entity} changes={past.changes} named={named} />
          </li>
        ))}
      </ol>
      {more && <Button small look="quiet" onPress={more}>{t("records.more")}</Button>}
    </>
  );
}

export function Changes({ entity, changes, named }: { entity: EntityDoc; changes: Past["changes"]; named: Named }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const rows = Object.entries(changes).flatMap(([name, [before, after]]) => {
    const field = fieldOf(entity, name);
    return field ? [{ field, before: textOf(field, before, named, { t, language }), after: textOf(field, after, named, { t, language }) }] : [];
  });
  if (rows.length === 0) return null;
  return (
    <dl className="past-changes">
      {rows.map(({ field, before, after }) => (
        <div key={field.name}>
          <dt>{field.label[language]}</dt>
          <dd dir="auto">{before && <><del>{before}</del> <span aria-hidden="true">→</span> </>}<ins>{after || t("records.nothing")}</ins></dd>
        </div>
      ))}
    </dl>
  );
}
