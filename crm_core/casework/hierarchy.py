"""Whom a case goes up to: the heads of its department and of those above it."""

from sqlalchemy import Connection, select

from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.tables import user_account

_DEEPEST = 25


def head_above(conn: Connection, unit_id: str | None, levels: int) -> str | None:
    """The head so many levels above a unit; where a unit has none, or the tree ends before, the next one that there is."""
    found: str | None = None
    row = table_of(known.entity("org_unit")).c
    for level in range(_DEEPEST):
        if unit_id is None:
            return found
        unit = conn.execute(
            select(row.head_id, row.parent_id).where(row.id == unit_id, row.deleted_at.is_(None))
        ).one_or_none()
        if unit is None:
            return found
        if unit.head_id is not None and _active(conn, unit.head_id):
            found = unit.head_id
            if level >= levels:
                return found
        unit_id = unit.parent_id
    return found


def of_role(conn: Connection, role: str) -> list[str]:
    """Everybody who works in this role."""
    row = user_account.c
    query = select(row.id).where(row.role == role, row.active).order_by(row.id)
    return list(conn.execute(query).scalars())


def _active(conn: Connection, user_id: str) -> bool:
    row = user_account.c
    return conn.execute(select(row.id).where(row.id == user_id, row.active)).first() is not None
