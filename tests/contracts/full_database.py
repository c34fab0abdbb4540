"""A row in every table, whatever tables there are: made from the metadata alone."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Double,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
)

from crm_core.tables import metadata
from crm_core.tables.base import Amount, Json, TextList

_VALUES: tuple[tuple[type, Any], ...] = (
    (TextList, ("一", "two\n3")),
    (Amount, Decimal("1234.5600")),
    (Json, {"一": ["two", 3, None]}),
    (LargeBinary, bytes(range(256))),
    (Boolean, True),
    (Double, 1_700_000_000.125),
    (Integer, 7),
)
_LISTED = re.compile(r"(\w+) IN \((.*)\)")


def fill(conn: Connection) -> None:
    """Put one row into each table that has none."""
    for table in metadata.sorted_tables:
        if conn.execute(select(table).limit(1)).first() is None:
            conn.execute(
                insert(table).values({column.name: _value(conn, column) for column in table.columns})
            )


def _value(conn: Connection, column: "Column[Any]") -> Any:
    for key in column.foreign_keys:
        parent = key.column
        if parent.table is column.table:
            return None
        return conn.execute(select(parent).limit(1)).scalar_one()
    words = _allowed(column)
    if words:
        return words[0]
    text = f"{column.table.name}.{column.name} 王小明 '\"\\ \t"
    return next((value for kind, value in _VALUES if isinstance(column.type, kind)), text)


def _allowed(column: "Column[Any]") -> list[str]:
    table: Table = column.table
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = _LISTED.match(str(constraint.sqltext))
            if found and found[1] == column.name:
                return re.findall(r"'([^']*)'", found[2])
    return []
