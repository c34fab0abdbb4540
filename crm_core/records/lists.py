"""Rows of any entity as somebody may read them: lists by cursor, single rows, counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, false, func, select, true

from config.errors import Kind, Refused
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.access.scopes import live, within_reach
from crm_core.paging import Page
from crm_core.records import filters
from crm_core.records.cursors import from_place, to_place
from crm_core.records.declared import Entity, Field
from crm_core.records.shape import Shape, shape_of, value_of
from crm_core.records.tables import table_of
from crm_core.search import find
from crm_core.tables.base import by_code_point

LARGEST_PAGE = 200
MOST_COUNTED = 10_000
"""Rows that are counted for the head of a list; beyond, it says `more than`."""
MOST_FOUND = 200
"""Rows that a search within a list yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row as its reader may see it: hidden fields are neither in `values` nor in `fields`."""

    id: str
    version: int
    deleted_at: float | None
    values: Mapping[str, Any]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows, in which order, and how many at once. `words`: only those that search finds for them."""

    filter: Any = None
    sort: str = ""
    limit: int = 50
    cursor: str | None = None
    deleted: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page, the fields of its rows, and how many rows there are in all where that was asked: up to one more than `MOST_COUNTED`."""

    page: Page[Record]
    fields: tuple[Field, ...]
    count: int | None


def listed(conn: Connection, reader: Reader, entity: Entity, asked: Asked, *, now: float) -> Page[Record]:
    """A page of the rows that they may read. `Refused` for filters, orders and cursors that mean nothing."""
    return listing(conn, reader, entity, asked, now=now).page


def counted(conn: Connection, reader: Reader, entity: Entity, asked: Asked, *, now: float) -> int:
    """How many rows fit, up to one more than `MOST_COUNTED`."""
    must(reader, entity, Action.READ)
    return _count(conn, _fitting(conn, shape_of(conn, entity), reader, asked, now))


def listing(
    conn: Connection, reader: Reader, entity: Entity, asked: Asked, *, now: float, count: bool = False
) -> Listing:
    """The page with its count: what was understood and found for the one serves the other."""
    must(reader, entity, Action.READ)
    shape = shape_of(conn, entity)
    order = filters.orders(shape, reader, asked.sort)
    fitting = query = _fitting(conn, shape, reader, asked, now)
    if asked.cursor is not None:
        place = from_place(asked.cursor, order)
        query = query.where(filters.place_after(shape, order, place))
    limit = max(1, min(asked.limit, LARGEST_PAGE))
    rows = conn.execute(in_order(query, shape, order).limit(limit + 1)).all()
    more = len(rows) > limit
    fields = shape.readable(reader)
    items = tuple(record_of(row, fields) for row in rows[:limit])
    page = Page(items=items, next_cursor=to_place(shape, order, rows[limit - 1]) if more else None)
    return Listing(page=page, fields=fields, count=_count(conn, fitting) if count else None)


def _fitting(conn: Connection, shape: Shape, reader: Reader, asked: Asked, now: float) -> Select[Any]:
    return chosen(shape, reader, asked).where(found_by(conn, reader, shape.entity, asked.words, now))


def _count(conn: Connection, fitting: Select[Any]) -> int:
    few = fitting.limit(MOST_COUNTED + 1).subquery()
    return conn.execute(select(func.count()).select_from(few)).scalar_one()


def chosen(shape: Shape, reader: Reader, asked: Asked, action: Action = Action.READ) -> Select[Any]:
    """The query of a list, an export, a bulk change: one and the same. Deleted rows are shown to those who may delete."""
    entity = shape.entity
    table = table_of(entity)
    if asked.deleted:
        must(reader, entity, Action.DELETE)
        alive: ColumnElement[bool] = table.c.deleted_at.is_not(None)
    else:
        alive = live(entity)
    return select(table).where(
        alive, within_reach(entity, reader, action), filters.condition(shape, reader, asked.filter)
    )


def in_order(query: Select[Any], shape: Shape, order: Sequence[filters.Order]) -> Select[Any]:
    """Rows without a value come last, and equal ones in the order of their ids."""
    for key in order:
        column = filters.sorted_by(shape, key.field)
        query = query.order_by(column.desc().nulls_last() if key.falling else column.asc().nulls_last())
    return query.order_by(by_code_point(table_of(shape.entity).c.id))


def read(conn: Connection, reader: Reader, entity: Entity, row_id: str, *, deleted: bool = False) -> Record:
    """One row. `Refused` (MISSING) for those that there are not and (FORBIDDEN) for those they may not read; a deleted one is shown, as in
    lists, to those who may delete it."""
    row_id = row_id if deleted else at_home(conn, entity, row_id)
    row = row_of(conn, entity, row_id, deleted=deleted)
    must_reach(conn, reader, entity, row_id, Action.READ)
    if row.deleted_at is not None:
        may(conn, reader, entity, row_id, Action.DELETE)
    return record_of(row, shape_of(conn, entity).readable(reader))


def record_of(row: Row[Any], fields: Sequence[Field]) -> Record:
    """The row with these fields."""
    return Record(
        id=row.id,
        version=row.row_version,
        deleted_at=row.deleted_at,
        values=values_of(row, fields),
        fields=tuple(fields),
    )


def values_of(row: Row[Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The fields' values, wherever they are kept."""
    return {field.name: value_of(row, field) for field in fields}


def found_by(conn: Connection, reader: Reader, entity: Entity, words: str, now: float) -> ColumnElement[bool]:
    """Rows that search finds for these words; where an entity is not searched, those whose title has them."""
    row = table_of(entity).c
    if not words.strip():
        return true()
    if not entity.searched:
        if entity.title in reader.hidden(entity.name):
            return false()
        pattern = f"%{filters.escaped(words.strip().lower())}%"
        return func.lower(row[entity.title]).like(pattern, escape="\\")
    hits: list[str] = []
    cursor: str | None = None
    while len(hits) < MOST_FOUND:
        page = find.find(
            conn, reader, words, now=now, kinds=(entity.name,), limit=find.LARGEST_PAGE, cursor=cursor
        )
        hits += [hit.id for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    return row.id.in_(hits)


def at_home(conn: Connection, entity: Entity, row_id: str) -> str:
    """The id under which the row is now: where two were made one, the old id leads to the one that stayed."""
    if entity.moved is None:
        return row_id
    return entity.moved(conn, row_id) or row_id


def row_of(
    conn: Connection, entity: Entity, row_id: str, *, deleted: bool = False, locked: bool = False
) -> Row[Any]:
    """`locked`: as it is once everybody else is done with it, and so that nobody changes it before this unit is (on SQLite the whole
    database is, anyway)."""
    table = table_of(entity)
    query = select(table).where(table.c.id == row_id)
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None or (row.deleted_at is not None and not deleted):
        raise Refused("record.unknown", Kind.MISSING, entity=entity.name, id=row_id[:100])
    return row


def must(reader: Reader, entity: Entity, action: Action) -> None:
    if reader.scope(entity.name, action) is Scope.NONE:
        raise Refused("access.action", Kind.FORBIDDEN, entity=entity.name, action=action.value)


def must_reach(conn: Connection, reader: Reader, entity: Entity, row_id: str, action: Action) -> None:
    """`Refused` (FORBIDDEN) unless they may treat this row so."""
    if not reaches(conn, reader, entity, row_id, action):
        raise Refused("record.not_yours", Kind.FORBIDDEN, entity=entity.name)


def may(conn: Connection, reader: Reader, entity: Entity, row_id: str, action: Action) -> None:
    """Changing needs a right of its own, and nobody changes what they cannot read."""
    must(reader, entity, action)
    reached = reaches(conn, reader, entity, row_id, Action.READ) and reaches(
        conn, reader, entity, row_id, action
    )
    if not reached:
        raise Refused("record.not_yours", Kind.FORBIDDEN, entity=entity.name)


def reaches(conn: Connection, reader: Reader, entity: Entity, row_id: str, action: Action) -> bool:
    row = table_of(entity).c
    query = select(row.id).where(row.id == row_id, within_reach(entity, reader, action))
    return conn.execute(query).first() is not None
