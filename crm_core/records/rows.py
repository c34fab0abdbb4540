"""Rows of any entity made, changed, removed and put back: each within somebody's rights, each change told to the audit chain, to search
and to the entity's own rules, all in the caller's unit."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import Connection, Row, insert, update
from sqlalchemy.exc import IntegrityError

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import audit
from crm_core.access.model import Action
from crm_core.records import known, listeners, lists, numbers
from crm_core.records.change import Acting, Change
from crm_core.records.checks import checked, must_be_complete, must_be_unique
from crm_core.records.declared import Entity
from crm_core.records.lists import Record, may, must, must_reach, reaches, read, record_of, row_of, values_of
from crm_core.records.shape import STAMPS, Shape, named_columns, shape_of
from crm_core.records.tables import table_of
from crm_core.search import index


def create(
    conn: Connection, acting: Acting, entity: Entity, given: Mapping[str, Any], *, row_id: str = ""
) -> Record:
    """Make a row. `RefusedFields` tells every field that is wrong. Without an owner it is its maker's."""
    must(acting.reader, entity, Action.CREATE)
    shape = shape_of(conn, entity)
    values = dict(shape.defaults)
    if entity.scoped and acting.reader.user_id:
        values |= {"owner_id": acting.reader.user_id, "team_id": next(iter(acting.reader.teams), None)}
    values |= checked(conn, acting, shape, given, None)
    values |= numbers.given(conn, entity, acting.now)
    must_be_complete(shape, values)
    change = Change(
        action=Action.CREATE,
        id=row_id or new_id(),
        before=None,
        after=values,
        given=frozenset(given),
        acting=acting,
    )
    _prepare(conn, entity, change)
    columns = columns_of(shape, change.after) | {
        "created_at": acting.now,
        "updated_at": acting.now,
        "row_version": 1,
    }
    _write(conn, entity, insert(table_of(entity)).values(id=change.id, **columns))
    return _done(conn, shape, change)


def patch(
    conn: Connection,
    acting: Acting,
    entity: Entity,
    row_id: str,
    given: Mapping[str, Any],
    *,
    version: int | None = None,
) -> Record:
    """Change what is given. With `version`, `Refused` (STALE) when somebody was quicker. What changes nothing writes nothing."""
    row_id = lists.at_home(conn, entity, row_id)
    row = row_of(conn, entity, row_id, locked=True)
    may(conn, acting.reader, entity, row_id, Action.UPDATE)
    if version is not None and row.row_version != version:
        raise Refused("record.stale", Kind.STALE, version=row.row_version)
    shape = shape_of(conn, entity)
    before = values_of(row, shape.fields)
    values = checked(conn, acting, shape, given, before)
    change = Change(
        action=Action.UPDATE,
        id=row_id,
        # apart from what comes after: a rule may change a structure in its place
        before=deepcopy(with_own_columns(named_columns(row), before)),
        after=with_own_columns(named_columns(row), before) | values,
        given=frozenset(given),
        acting=acting,
    )
    if all(before.get(name) == value for name, value in values.items()):
        return record_of(row, shape.readable(acting.reader))
    must_be_complete(shape, change.after)
    _prepare(conn, entity, change)
    old = columns_of(shape, change.before or {})
    changed = {
        n: value for n, value in columns_of(shape, change.after).items() if n not in old or old[n] != value
    }
    change_row(conn, acting, entity, row, changed)
    return _done(conn, shape, change)


def remove(
    conn: Connection, acting: Acting, entity: Entity, row_id: str, *, version: int | None = None
) -> None:
    """Delete a row, so that it can be put back."""
    row = row_of(conn, entity, row_id, locked=True)
    may(conn, acting.reader, entity, row_id, Action.DELETE)
    if version is not None and row.row_version != version:
        raise Refused("record.stale", Kind.STALE, version=row.row_version)
    _mark(conn, acting, entity, row, acting.now)


def put_back(conn: Connection, acting: Acting, entity: Entity, row_id: str) -> Record:
    """Undo a deletion; harmless for a row that is there."""
    row = row_of(conn, entity, row_id, deleted=True, locked=True)
    if row.deleted_at is not None:
        if not reaches(conn, acting.reader, entity, row_id, Action.DELETE):
            raise Refused("record.not_yours", Kind.FORBIDDEN, entity=entity.name)
        _mark(conn, acting, entity, row, None)
    return read(conn, acting.reader, entity, row_id)


def _mark(conn: Connection, acting: Acting, entity: Entity, row: Row[Any], deleted_at: float | None) -> None:
    shape = shape_of(conn, entity)
    values = with_own_columns(named_columns(row), values_of(row, shape.fields))
    change = Change(
        action=Action.DELETE,
        id=row.id,
        before=values,
        after=dict(values) | {"deleted_at": deleted_at},
        given=frozenset(),
        acting=acting,
    )
    _prepare(conn, entity, change)
    change_row(conn, acting, entity, row, {"deleted_at": deleted_at})
    if entity.written is not None:
        entity.written(conn, change)
    if entity.searched:
        index.refresh(conn, entity.name, row.id)
    action = "deleted" if deleted_at is not None else "put_back"
    audit.record(
        conn,
        audit.Entry(at=acting.now, origin=acting.origin, action=action, entity=entity.name, object_id=row.id),
    )


def change_row(
    conn: Connection, acting: Acting, entity: Entity, row: Row[Any], columns: Mapping[str, Any]
) -> None:
    """Write these columns of a row that was read, and no others: what somebody else wrote into the rest stays. `Refused` (STALE) when it
    is no longer the row that was read."""
    table = table_of(entity)
    stamps = {"updated_at": acting.now, "row_version": row.row_version + 1}
    same = (table.c.id == row.id, table.c.row_version == row.row_version)
    if _write(conn, entity, update(table).where(*same).values(**columns, **stamps)) != 1:
        raise Refused("record.stale", Kind.STALE, version=row.row_version)


def _done(conn: Connection, shape: Shape, change: Change) -> Record:
    entity, acting = shape.entity, change.acting
    if entity.written is not None:
        entity.written(conn, change)
    listeners.tell(conn, entity, change)
    if entity.searched:
        index.refresh(conn, entity.name, change.id)
    audit.record(
        conn,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="created" if change.before is None else "changed",
            entity=entity.name,
            object_id=change.id,
            detail={"changes": differences(shape, change)} | change.noted,
        ),
    )
    return record_of(row_of(conn, entity, change.id), shape.readable(acting.reader))


def differences(shape: Shape, change: Change) -> dict[str, list[Any]]:
    """Field by field: before and after, for what changed."""
    before = change.before or {}
    return {
        field.name: [before.get(field.name), change.after.get(field.name)]
        for field in shape.fields
        if before.get(field.name) != change.after.get(field.name) and field not in STAMPS
    }


def _prepare(conn: Connection, entity: Entity, change: Change) -> None:
    if entity.follows is not None:
        of, column = entity.follows
        must_reach(conn, change.acting.reader, known.entity(of), change.after[column], Action.UPDATE)
    if entity.prepare is not None:
        entity.prepare(conn, change)
    if change.after.get("deleted_at") is None:
        must_be_unique(conn, entity, change)


def columns_of(shape: Shape, values: Mapping[str, Any]) -> dict[str, Any]:
    """By column of the table: custom fields together in one, and what an entity's rules have set beside the fields."""
    columns = shape.columns
    own = {name: value for name, value in values.items() if name in columns}
    own["custom"] = (values.get("custom") or {}) | {name: values.get(name) for name in shape.customs}
    return own


def with_own_columns(row: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields' values with the columns that are no fields: an entity's rules may keep something there."""
    return {name: value for name, value in row.items() if name not in ("id", "row_version")} | dict(values)


def _write(conn: Connection, entity: Entity, statement: Any) -> int:
    """How many rows it was."""
    try:
        return conn.execute(statement).rowcount
    except IntegrityError as error:
        # another node was quicker by a moment, or a rule of the table itself was broken: the unit is undone
        raise Refused("record.conflict", entity=entity.name) from error
