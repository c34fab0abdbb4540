"""A whole import taken back, last row first: what it made goes, what it changed gets its old values. What somebody changed since, or what others
have come to refer to, or whoever takes it back may not treat so, stays as it is and is told."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    false,
    or_,
    select,
    update,
)

from crm_core import audit
from crm_core.access.model import Action
from crm_core.access.scopes import within_reach
from crm_core.records import known
from crm_core.records.change import Acting
from crm_core.records.declared import Entity, FieldKind
from crm_core.records.tables import table_of
from crm_core.search import index, sources
from crm_core.tables import import_batch, import_row, metadata
from crm_core.transfer.batches import UNDOING, UNDONE, Batch, Overtaken
from crm_core.transfer.told import CHANGED_SINCE, CREATED, IN_USE, NOT_YOURS, TAKEN_BACK, UPDATED, restored

_R, _B = import_row.c, import_batch.c
_LENT = ("search_document", "interaction_match")
"""Tables whose rows are made of others and go with them."""


def take_back(conn: Connection, acting: Acting, batch: Batch, entity: Entity, most: int) -> bool:
    """The next rows, last first, in one unit; whether there are more. `batch` may be as it was before: how far we are is kept beside it."""
    now = conn.execute(select(_B.state, _B.rows_done).where(_B.seq == batch.seq)).one_or_none()
    if now is None or now.state != UNDOING:
        raise Overtaken
    query = (
        select(_R.row, _R.outcome, _R.record_id, _R.before)
        .where(_R.batch == batch.seq, _R.row <= now.rows_done, _R.undo.is_(None))
        .where(_R.outcome.in_((CREATED, UPDATED)))
        .order_by(_R.row.desc())
        .limit(most)
    )
    rows: list[Row[Any]] = list(conn.execute(query))
    if not rows:
        conn.execute(
            update(import_batch).where(_B.seq == batch.seq).values(state=UNDONE, finished_at=acting.now)
        )
        return False
    outcomes = _outcomes(conn, acting, batch, entity, rows)
    for how in set(outcomes.values()):
        numbers = [number for number, its in outcomes.items() if its == how]
        conn.execute(update(import_row).where(_R.batch == batch.seq, _R.row.in_(numbers)).values(undo=how))
    gone = sum(how == TAKEN_BACK for how in outcomes.values())
    counted = {"taken_back": _B.taken_back + gone, "kept": _B.kept + len(outcomes) - gone}
    conn.execute(
        update(import_batch).where(_B.seq == batch.seq).values(rows_done=rows[-1].row - 1, **counted)
    )
    return True


def _outcomes(
    conn: Connection, acting: Acting, batch: Batch, entity: Entity, rows: Sequence[Row[Any]]
) -> dict[int, str]:
    outcomes: dict[int, str] = {}
    for part in _without_doubles(rows):
        outcomes |= _part(conn, acting, batch, entity, part)
    return outcomes


def _without_doubles(rows: Sequence[Row[Any]]) -> Iterator[list[Row[Any]]]:
    """A record that the file names twice is taken back step by step."""
    part: list[Row[Any]] = []
    seen: set[str] = set()
    for row in rows:
        if row.record_id in seen:
            yield part
            part, seen = [], set()
        part.append(row)
        seen.add(row.record_id)
    yield part


def _part(
    conn: Connection, acting: Acting, batch: Batch, entity: Entity, rows: Sequence[Row[Any]]
) -> dict[int, str]:
    table = table_of(entity)
    ids = [row.record_id for row in rows]
    may_delete = within_reach(entity, acting.reader, Action.DELETE).label("may_delete")
    may_update = within_reach(entity, acting.reader, Action.UPDATE).label("may_update")
    columns = (table.c.id, table.c.updated_at, table.c.deleted_at, may_delete, may_update)
    query = select(*columns).where(table.c.id.in_(ids))
    there = {row.id: row for row in conn.execute(query)}
    outcomes: dict[int, str] = {}
    made: dict[str, int] = {}
    changed: list[Row[Any]] = []
    for row in rows:
        current = there.get(row.record_id)
        if current is None or current.updated_at != batch.started_at or current.deleted_at is not None:
            outcomes[row.row] = CHANGED_SINCE
        elif not (current.may_delete if row.outcome == CREATED else current.may_update):
            outcomes[row.row] = NOT_YOURS
        elif row.outcome == CREATED:
            made[row.record_id] = row.row
        else:
            changed.append(row)
            outcomes[row.row] = TAKEN_BACK
    used = _referred(conn, entity, list(made)) | _added_since(conn, entity, list(made), batch.started_at)
    outcomes |= {number: IN_USE if row_id in used else TAKEN_BACK for row_id, number in made.items()}
    gone = [row_id for row_id in made if row_id not in used]
    _remove(conn, entity, gone)
    _restore(conn, entity, changed)
    _tell(
        conn,
        acting,
        batch,
        entity,
        [("import_undone", row_id) for row_id in (*gone, *(r.record_id for r in changed))],
    )
    return outcomes


def _remove(conn: Connection, entity: Entity, ids: Sequence[str]) -> None:
    """As if they had never been: with what they brought along and their words."""
    if not ids:
        return
    table = table_of(entity)
    goes_along = {column.table for column in _belonging(table)}  # the database takes these away itself
    for column in _owned(entity):
        if column.table not in goes_along:
            conn.execute(delete(column.table).where(column.in_(ids)))
    if entity.searched:
        index.forget_many(conn, entity.name, ids)
    conn.execute(delete(table).where(table.c.id.in_(ids)))


def _restore(conn: Connection, entity: Entity, rows: Sequence[Row[Any]]) -> None:
    table = table_of(entity)
    for row in rows:
        before: Mapping[str, Any] = json.loads(row.before or "{}")
        columns = restored(table, before.get("columns", {}))
        if columns:
            statement = update(table).where(table.c.id == row.record_id)
            conn.execute(statement.values(row_version=table.c.row_version + 1, **columns))
        if entity.brings is not None and before.get("added"):
            entity.brings.take_back(conn, {row.record_id: before["added"]})
    if entity.searched and rows:
        index.put(conn, sources.read(conn, entity.name, list({row.record_id for row in rows})))


def _tell(
    conn: Connection, acting: Acting, batch: Batch, entity: Entity, done: Sequence[tuple[str, str]]
) -> None:
    entries = [
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action=action,
            entity=entity.name,
            object_id=row_id,
            detail={"import": batch.id},
        )
        for action, row_id in done
    ]
    audit.record_all(conn, entries)


def _referred(conn: Connection, entity: Entity, ids: Sequence[str]) -> set[str]:
    """Which of these others refer to: rows of other tables by key, records of all entities by their fields."""
    return set(conn.execute(_in_use(entity.name), {"ids": list(ids)}).scalars()) if ids else set()


@cache
def _in_use(name: str) -> Select[Any]:
    """One statement for all columns, put together once: there are some thirty, and a unit of undo has few rows."""
    entity = known.entity(name)
    record = table_of(entity).alias()  # records may refer to others of their kind
    refers = [exists().where(column == record.c.id) for column in _referring(entity)]
    asked = record.c.id.in_(bindparam("ids", expanding=True))
    return select(record.c.id).where(asked, or_(false(), *refers))


def _added_since(conn: Connection, entity: Entity, ids: Sequence[str], at: float | None) -> set[str]:
    """Those to which somebody added or changed what an import brings along: a number, an id of another system."""
    found: set[str] = set()
    for column in _owned(entity) if ids else ():
        query = select(column).where(column.in_(ids), column.table.c.updated_at != at)
        found.update(conn.execute(query.distinct()).scalars())
    return found


def _owned(entity: Entity) -> list["Column[Any]"]:
    return (
        []
        if entity.brings is None
        else [metadata.tables[table].c[name] for table, name in entity.brings.owned]
    )


def _referring(entity: Entity) -> list["Column[Any]"]:
    table = table_of(entity)
    its_own = {*_belonging(table), *_owned(entity)}
    keys = [
        key.parent
        for other in metadata.tables.values()
        for key in other.foreign_keys
        if key.column.table is table and other.name not in _LENT
    ]
    fields = [
        table_of(other).c[field.name]
        for other in known.every()
        for field in other.fields
        if field.kind is FieldKind.REFERENCE and field.refers == entity.name
    ]
    return [column for column in dict.fromkeys([*keys, *fields]) if column not in its_own]


def _belonging(table: Table) -> list["Column[Any]"]:
    """Columns of tables whose rows go when the record goes: what it brought along."""
    return [
        key.parent
        for other in metadata.tables.values()
        for key in other.foreign_keys
        if key.column.table is table and key.ondelete == "CASCADE"
    ]
