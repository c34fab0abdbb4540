"""Rows as they were before and after a change, by their raw values: what is put back is what was there, bit for bit."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    insert,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy.types import Text, TypeDecorator, TypeEngine

from crm_core.tables.base import Json, metadata

_BYTES = "$bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What one change did to one row. `key`: its primary key afterwards. `before`: the changed columns, or None for a row that was made;
    `after` likewise, or None for a row that was deleted."""

    table: str
    key: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def raw_type(column: "Column[Any]", conn: Connection) -> TypeEngine[Any]:
    """The database's own type under ours, so that nothing is read and written back in another spelling."""
    if isinstance(column.type, Json):
        return column.type if conn.dialect.name == "postgresql" else Text()
    if isinstance(column.type, TypeDecorator):
        inner: TypeEngine[Any] = column.type.impl_instance
        return inner
    return column.type


def raw(column: "Column[Any]", conn: Connection) -> ColumnElement[Any]:
    return type_coerce(column, raw_type(column, conn)).label(column.name)


def read(conn: Connection, table: Table, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Whole rows with raw values, as they are kept in an image (JSON)."""
    query = select(*(raw(column, conn) for column in table.columns)).where(where)
    names = [column.name for column in table.columns]
    return [
        {name: _told(value) for name, value in zip(names, row, strict=True)} for row in conn.execute(query)
    ]


def by_key(table: Table, key: Mapping[str, Any], conn: Connection) -> ColumnElement[bool]:
    return and_(*(table.c[name] == _bound(table.c[name], value, conn) for name, value in key.items()))


def key_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: row[column.name] for column in table.primary_key.columns}


def write(conn: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Set raw values in one row."""
    bound = {table.c[name]: _bound(table.c[name], value, conn) for name, value in values.items()}
    conn.execute(update(table).where(by_key(table, key, conn)).values(bound))


def make(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    bound = {table.c[name]: _bound(table.c[name], value, conn) for name, value in row.items()}
    conn.execute(insert(table).values(bound))


def unmake(conn: Connection, table: Table, key: Mapping[str, Any]) -> None:
    conn.execute(delete(table).where(by_key(table, key, conn)))


def change(conn: Connection, table: Table, row: Mapping[str, Any], values: Mapping[str, Any]) -> Image | None:
    """Change a row (as `read` told it) and tell how it looked; None when that changes nothing."""
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return None
    write(conn, table, key_of(table, row), changed)
    return Image(
        table=table.name,
        key=key_of(table, {**row, **changed}),
        before={name: row[name] for name in changed},
        after=changed,
    )


def named(table: str) -> Table:
    return metadata.tables[table]


def differing(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> Sequence[str]:
    """The columns that are no longer as the change left them."""
    return [name for name, value in wanted.items() if now[name] != value]


def _bound(column: "Column[Any]", value: Any, conn: Connection) -> ColumnElement[Any]:
    if isinstance(value, dict) and set(value) == {_BYTES}:
        value = base64.b64decode(value[_BYTES])
    return literal(value, raw_type(column, conn))


def _told(value: Any) -> Any:
    return {_BYTES: base64.b64encode(value).decode()} if isinstance(value, bytes) else value
