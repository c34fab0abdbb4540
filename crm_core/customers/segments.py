"""Segments: customers who fit a saved filter, counted and kept as a list that is made anew in the background.

A new list is written beside the old one and takes its place at the end, so that whoever reads meanwhile reads a whole one.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.scopes import readable
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.records import known, lists
from crm_core.records.lists import Asked
from crm_core.records.shape import shape_of
from crm_core.records.tables import table_of
from crm_core.tables import party, segment_member

AT_ONCE = 5000
_M = segment_member.c


def fitting(conn: Connection, segment_id: str, after: str) -> list[str]:
    """Some customers who fit, in the order of their ids. `Refused` when the segment is gone or its filter means nothing any more."""
    entity = known.entity("party_segment")
    asked = lists.row_of(conn, entity, segment_id).filter
    query = lists.chosen(shape_of(conn, known.entity("party")), SYSTEM, Asked(filter=asked))
    row = party.c
    return list(
        conn.execute(
            query.with_only_columns(row.id).where(row.id > after).order_by(row.id).limit(AT_ONCE)
        ).scalars()
    )


def keep(conn: Connection, segment_id: str, ids: Sequence[str], *, first: bool) -> None:
    """Write some of the new list; what an earlier attempt left of one goes first."""
    generation = _generation(conn, segment_id) + 1
    if first:
        conn.execute(delete(segment_member).where(_M.segment_id == segment_id, _M.generation >= generation))
    # a customer who was removed for good meanwhile is nobody's member
    there = list(conn.execute(select(party.c.id).where(party.c.id.in_(ids))).scalars())
    if there:
        rows = [{"segment_id": segment_id, "generation": generation, "party_id": each} for each in there]
        conn.execute(insert(segment_member), rows)


def finish(conn: Connection, segment_id: str, count: int, now: float) -> None:
    """The new list takes the old one's place."""
    table = table_of(known.entity("party_segment"))
    generation = _generation(conn, segment_id) + 1
    values = {"generation": generation, "count": count, "refreshed_at": now}
    conn.execute(update(table).where(table.c.id == segment_id).values(**values))
    conn.execute(delete(segment_member).where(_M.segment_id == segment_id, _M.generation < generation))


def members(
    conn: Connection, reader: Reader, segment_id: str, *, limit: int = 50, cursor: str | None = None
) -> Page[Any]:
    """Rows (id, name, kind, tier) of the members that they may read, by id."""
    lists.read(conn, reader, known.entity("party_segment"), segment_id)
    row = party.c
    query = (
        select(row.id, row.name, row.kind, row.tier)
        .join(segment_member, _M.party_id == row.id)
        .where(
            _M.segment_id == segment_id,
            _M.generation == _generation(conn, segment_id),
            readable(known.entity("party"), reader),
        )
    )
    if cursor is not None:
        query = query.where(row.id > from_cursor(cursor, 1)[0])
    found = conn.execute(query.order_by(row.id).limit(limit + 1)).all()
    return Page(
        items=tuple(found[:limit]), next_cursor=to_cursor(found[limit - 1].id) if len(found) > limit else None
    )


def _generation(conn: Connection, segment_id: str) -> int:
    table = table_of(known.entity("party_segment"))
    return int(conn.execute(select(table.c.generation).where(table.c.id == segment_id)).scalar() or 0)
