"""The chain read: for administrators whole, on a record's page what was done to that record."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, true

from config.errors import Kind, Refused
from crm_core.paging import Page
from crm_core.tables import audit_detail, audit_event

READS = ("read", "listed")
"""Actions that only look."""
LARGEST_PAGE = 200
_E, _D = audit_event.c, audit_detail.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event. `detail` is None once it was erased with the person whom it was about."""

    seq: int
    at: float
    actor_id: str | None
    actor: str
    via: str
    action: str
    entity: str
    object_id: str | None
    detail: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events: all that is given must fit; nothing given is everything. `since` is the first moment, `until` the one after the last."""

    actor_id: str = ""
    action: str = ""
    entity: str = ""
    object_id: str = ""
    since: float | None = None
    until: float | None = None
    unread: bool = False
    """Without those that only look."""


def events(conn: Connection, wanted: Wanted, *, limit: int, cursor: str | None = None) -> Page[Told]:
    """The newest first."""
    limit = max(1, min(limit, LARGEST_PAGE))
    query = (
        select(audit_event, _D.body)
        .outerjoin(audit_detail, _D.seq == _E.seq)
        .where(_fits(wanted), true() if cursor is None else _E.seq < _place(cursor))
        .order_by(_E.seq.desc())
    )
    rows = conn.execute(query.limit(limit + 1)).all()
    items = tuple(_told(row) for row in rows[:limit])
    return Page(items=items, next_cursor=str(items[-1].seq) if len(rows) > limit else None)


def every(conn: Connection, wanted: Wanted, *, most: int) -> Iterator[Told]:
    """The newest, at most so many, some at a time."""
    cursor: str | None = None
    while most > 0:
        page = events(conn, wanted, limit=min(most, LARGEST_PAGE), cursor=cursor)
        yield from page.items
        most -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def within(told: Told, fields: Sequence[str]) -> Told:
    """With no other fields' values than these: what somebody may not read of a record, its past does not tell either."""
    if told.detail is None:
        return told
    changes = told.detail.get("changes") or {}
    return replace(told, detail={"changes": {name: pair for name, pair in changes.items() if name in fields}})


def sides(told: Told) -> list[dict[str, Any]]:
    """The values before and after a change, each as if it were a record, so that what they refer to can be named."""
    changes = (told.detail or {}).get("changes") or {}
    return [{name: pair[side] for name, pair in changes.items()} for side in (0, 1)]


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    fits: ColumnElement[bool] = true()
    for column, value in (
        (_E.actor_id, wanted.actor_id),
        (_E.action, wanted.action),
        (_E.entity, wanted.entity),
        (_E.object_id, wanted.object_id),
    ):
        if value:
            fits &= column == value
    if wanted.since is not None:
        fits &= _E.at >= wanted.since
    if wanted.until is not None:
        fits &= _E.at < wanted.until
    return fits & _E.action.not_in(READS) if wanted.unread else fits


def _place(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/query/cursor")
    return int(cursor)


def _told(row: Row[Any]) -> Told:
    return Told(
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        actor=row.actor,
        via=row.via,
        action=row.action,
        entity=row.entity,
        object_id=row.object_id,
        detail=None if row.body is None else json.loads(row.body),
    )
