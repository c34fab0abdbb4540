"""Numbers that people quote (`K-2026-000123`), counted without gaps or doubles within their year."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from crm_core.prepared import Prepared
from crm_core.records.declared import Entity
from crm_core.tables import counter


def given(conn: Connection, entity: Entity, now: float) -> dict[str, str]:
    """The numbers of a new row, for the fields that have one."""
    return {
        field.name: _next(conn, entity.name, field.number, now) for field in entity.fields if field.number
    }


def _next(conn: Connection, entity: str, pattern: str, now: float) -> str:
    year = datetime.fromtimestamp(now, UTC).year
    name = f"{entity}-{year}" if "{year}" in pattern else entity
    count = _counting(conn.dialect.name).run(conn, {"name": name})
    return pattern.format(year=year, n=count.scalar_one())


@cache
def _counting(dialect: str) -> Prepared:
    """The first of its name is 1."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    made: Any = insert(counter).values(name=bindparam("name"), value=literal_column("1"))
    return Prepared(
        made.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1}).returning(
            counter.c.value
        )
    )
