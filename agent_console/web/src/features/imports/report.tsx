import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "../../i18n";
import { call, Problem } from "../../net/api";
import { usePages, type Page } from "../../store/pages";
import { Button } from "../../ui/button";
import { Failure, Pill, type Tone } from "../../ui/panes";
import { Link } from "../../ui/link";
import type { Language } from "../../net/types";
import { fieldOf, recordAddress, useEntity, type EntityDoc } from "../records/entities";
import { importPath } from "./imports-page";
import { AT_WORK, type ImportDoc, type Outcome, type ReportRow } from "./types";

const OUTCOMES: readonly Outcome[] = ["failed", "skipped", "created", "updated", "unchanged"];
const TONES: Record<Outcome, Tone> = { created: "go", updated: "accent", unchanged: "mute", skipped: "ring", failed: "stop" };

/** What became of each row, narrowed to one outcome, on the screen and as a file. */
export function Report({ item }: { item: ImportDoc }) {
  const { t } = useTranslation();
  const [chosen, setOutcome] = useState<Outcome | "" | null>(null);
  // what went wrong is what one wants to see first
  const outcome = chosen ?? (item.failed > 0 && !AT_WORK.includes(item.state) ? "failed" : "");
  const entity = useEntity(item.entity);
  const kept = item.state === "undone" || item.state === "undoing";
  const fetchPage = (cursor: string | null): Promise<Page<ReportRow>> => {
    const asked = new URLSearchParams({ limit: "50", ...(outcome && { outcome }), ...(cursor && { cursor }) });
    return call<Page<ReportRow>>("GET", importPath(item.id, `/rows?${asked}`));
  };
  // while it runs the first page is looked at again when there is something new of this outcome
  const news = outcome ? item[outcome] : Math.min(item.rows, 50);
  const { items, problem, again, more } = usePages(`${item.id} ${outcome} ${news} ${item.state}`, fetchPage);
  const file = `/api/v1${importPath(item.id, `/report.csv${outcome ? `?outcome=${outcome}` : ""}`)}`;
  return (
    <div className="import-report">
      <div className="row import-report-head">
        <h3 className="pane-title">{t("imports.report")}</h3>
        <select className="input short-select" aria-label={t("imports.outcome")} value={outcome} onChange={(event) => setOutcome(event.target.value as Outcome | "")} data-testid="import-outcome">
          <option value="">{t("imports.all")}</option>
          {OUTCOMES.map((each) => <option key={each} value={each}>{t(`imports.${each}`)} ({item[each]})</option>)}
        </select>
        <span className="grow" />
        <a className="btn small" href={file} download data-testid="import-download">{t("imports.download")}</a>
      </div>
      {problem && <Failure problem={problem} retry={again} />}
      {items && items.length > 0 && (
        <div className="import-table scroll" tabIndex={0} role="region" aria-label={t("imports.report")}>
          <table data-testid="import-report">
            <thead><tr><th scope="col">{t("imports.row")}</th><th scope="col">{t("imports.outcome")}</th><th scope="col">{t("imports.why")}</th><th scope="col">{t("imports.cells")}</th></tr></thead>
            <tbody>
              {items.map((row) => (
                <tr key={row.row}>
                  <td className="num">{row.row}</td>
                  <td><Pill tone={TONES[row.outcome]}>{t(`imports.outcome_${row.outcome}`)}</Pill>{kept && row.undo && <span className="tiny faint"> {t(`imports.undo_${row.undo}`)}</span>}</td>
                  <td>{row.code && <Why row={row} entity={entity} />}{!row.code && row.record_id && entity && row.undo !== "taken_back" && <Link to={recordAddress(entity, row.record_id)}>{t("imports.open")}</Link>}</td>
                  <td className="clip faint" dir="auto" title={row.given.join(" · ")}>{row.given.filter(Boolean).join(" · ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {items?.length === 0 && <p className="small faint">{t("imports.no_rows")}</p>}
      {more && <Button small onPress={more}>{t("imports.more")}</Button>}
    </div>
  );
}

function Why({ row, entity }: { row: ReportRow; entity: EntityDoc | null }) {
  const { t, i18n } = useTranslation();
  const field = row.field && entity ? fieldOf(entity, row.field) : undefined;
  const name = field?.label[i18n.language as Language] ?? (row.field ? t(`imports.column_${row.field}`, { defaultValue: row.field }) : "");
  return <span>{name && <strong>{name}{t("imports.colon")}</strong>}{problemText(t, new Problem(row.code ?? "", 0, row.params))}</span>;
}
