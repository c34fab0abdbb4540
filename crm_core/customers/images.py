"""Rows as they were before and after a change, by their raw values: what is put back is what was there, bit for bit."""

import base64
from collections.abc import Iterator, Mapping, Sequence
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
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.types import Text, TypeDecorator, TypeEngine

from crm_core.tables.base import Json, metadata

_BYTES = "$bytes"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What one change did to one row. `key`: its primary key afterwards. `before`: the changed columns, or None for a row that was made;
    `after` likewise, or None for a row that was deleted. Rows that were changed alike have one image, with lists of their keys' values."""

    table: str
    key: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """How many rows it tells of."""
        first = next(iter(self.key.values()))
        return len(first) if isinstance(first, list) else 1


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


def point(conn: Connection, table: Table, column: "Column[Any]", before: str, after: str) -> Iterator[Image]:
    """Have all rows whose column says the one thing say the other: in one statement, and with an image for some hundred of them."""
    keys = [
        dict(zip((each.name for each in table.primary_key.columns), row, strict=True))
        for row in conn.execute(select(*table.primary_key.columns).where(column == before))
    ]
    if not keys:
        return
    conn.execute(update(table).where(column == before).values({column: after}))
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        changed = {column.name: after}
        if column.primary_key:
            some = [each | changed for each in some]
        yield Image(
            table=table.name,
            key={name: [each[name] for each in some] for name in some[0]},
            before={column.name: before},
            after=changed,
        )


def is_of_many(key: Mapping[str, Any]) -> bool:
    return all(isinstance(values, list) for values in key.values())


def keys_of(key: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The keys of an image of many rows, each by itself."""
    return [dict(zip(key, values, strict=True)) for values in zip(*key.values(), strict=True)]


def point_back(
    conn: Connection,
    table: Table,
    key: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The opposite of `point`, for rows that still say what it had them say. The keys of those that say something else now, and of those
    that are gone."""
    ((name, was),) = before.items()
    column, columns = table.c[name], [table.c[each] for each in key]
    place: Any = columns[0] if len(columns) == 1 else tuple_(*columns)
    wanted = [tuple(each.values()) for each in keys_of(key)]
    where = place.in_([each[0] if len(columns) == 1 else each for each in wanted])
    found = {tuple(row[:-1]): row[-1] for row in conn.execute(select(*columns, column).where(where))}
    conn.execute(update(table).where(where, column == after[name]).values({column: was}))
    others = [each for each in wanted if each in found and found[each] != after[name]]
    gone = [each for each in wanted if each not in found]
    return _named(key, others), _named(key, gone)


def _named(key: Mapping[str, Any], wanted: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(key, each, strict=True)) for each in wanted]


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
