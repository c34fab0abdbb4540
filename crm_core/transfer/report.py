"""The report of a batch: what became of each row of its file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from crm_core.paging import Page, number_from, to_cursor
from crm_core.tables import import_batch, import_row
from crm_core.transfer.batches import Batch, Overtaken
from crm_core.transfer.told import CREATED

LARGEST_PAGE = 500
_B, _R = import_batch.c, import_row.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A row of the report as it is shown."""

    row: int
    outcome: str
    record_id: str | None
    code: str | None
    field: str | None
    params: Mapping[str, Any]
    given: tuple[str, ...]
    undo: str | None


def report_page(
    conn: Connection,
    batch: Batch,
    *,
    outcome: str = "",
    undo: str = "",
    limit: int = 100,
    cursor: str | None = None,
) -> Page[ReportRow]:
    """A page of what became of the rows, in the order of the file."""
    query = select(import_row).where(_R.batch == batch.seq)
    if outcome:
        query = query.where(_R.outcome == outcome)
        if outcome != CREATED:
            query = query.where(_R.outcome != CREATED)  # says which index serves
    if undo:
        query = query.where(_R.undo == undo)
    if cursor is not None:
        query = query.where(_R.row > number_from(cursor))
    limit = max(1, min(limit, LARGEST_PAGE))
    rows = conn.execute(query.order_by(_R.row).limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(
        items=tuple(map(_report_row, rows[:limit])),
        next_cursor=to_cursor(str(rows[limit - 1].row)) if more else None,
    )


def clear(conn: Connection, batch: Batch, limit: int) -> int:
    """Forget rows of a report (of a dry run, before the real one), some at a time. `Overtaken` when the batch stands no more where it stood:
    then they are what somebody else has done meanwhile."""
    now = conn.execute(select(_B.state, _B.rows_done).where(_B.seq == batch.seq)).one_or_none()
    if now is None or (now.state, now.rows_done) != (batch.state, batch.rows_done):
        raise Overtaken
    few = select(_R.row).where(_R.batch == batch.seq).limit(limit)
    rows = list(conn.execute(few).scalars())
    if rows:
        conn.execute(delete(import_row).where(_R.batch == batch.seq, _R.row.in_(rows)))
    return len(rows)


def _report_row(row: Row[Any]) -> ReportRow:
    return ReportRow(
        row=row.row,
        outcome=row.outcome,
        record_id=row.record_id,
        code=row.code,
        field=row.field,
        params=json.loads(row.params) if row.params else {},
        given=tuple(json.loads(row.given)) if row.given else (),
        undo=row.undo,
    )
