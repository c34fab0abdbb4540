import { useTranslation } from "react-i18next";
import { duration } from "../../format";
import { piecesOf } from "./scale";
import type { CallRecord } from "./types";
import { isNamed, laneName, lasted, markName, outcomeOf, spanName } from "./words";

/** The same in words, one line after the other by time: for who does not see the drawing, and to be copied. */
export function RecordTable({ record }: { record: CallRecord }) {
  const { t } = useTranslation();
  const rows = record.lanes.flatMap((lane, row) => piecesOf(lane, row, record.end).map((piece) => ({ lane, piece }))).sort((one, two) => one.piece.begin - two.piece.begin || one.piece.lane - two.piece.lane);
  return (
    <details data-testid="record-table">
      <summary className="pane-title">{t("callrecord.table")}</summary>
      <table className="grid">
        <thead><tr><th className="end">{t("callrecord.from")}</th><th className="end">{t("callrecord.until")}</th><th className="end">{t("callrecord.lasted")}</th><th>{t("callrecord.who")}</th><th>{t("callrecord.what")}</th><th>{t("callrecord.outcome")}</th></tr></thead>
        <tbody>
          {rows.map(({ lane, piece: { key, span, mark, begin, end } }) => (
            <tr key={key}>
              <td className="end num">{duration(begin - record.begin)}</td>
              <td className="end num">{span ? (span.end === null ? t("callrecord.now") : duration(end - record.begin)) : ""}</td>
              <td className="end num">{span ? lasted(end - begin) : ""}</td>
              <td dir="auto">{laneName(t, lane)}{isNamed(lane) && <span className="faint tiny"> {t(`callrecord.lane_${lane.kind}`)}</span>}</td>
              <td dir="auto">{span ? spanName(t, lane, span) : mark ? markName(t, mark) : ""}</td>
              <td>{span ? outcomeOf(t, span) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
