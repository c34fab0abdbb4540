"""Numbers that people quote (`K-2026-000123`), counted without gaps or doubles within their year."""

from datetime import UTC, datetime

from sqlalchemy import Connection, update

from crm_core.records.declared import Entity
from crm_core.tables import counter, inserting


def given(conn: Connection, entity: Entity, now: float) -> dict[str, str]:
    """The numbers of a new row, for the fields that have one."""
    return {
        field.name: _next(conn, entity.name, field.number, now) for field in entity.fields if field.number
    }


def _next(conn: Connection, entity: str, pattern: str, now: float) -> str:
    year = datetime.fromtimestamp(now, UTC).year
    name = f"{entity}-{year}" if "{year}" in pattern else entity
    conn.execute(inserting(conn, counter).values(name=name, value=0).on_conflict_do_nothing())
    row = counter.c
    count = update(counter).where(row.name == name).values(value=row.value + 1).returning(row.value)
    return pattern.format(year=year, n=conn.execute(count).scalar_one())
