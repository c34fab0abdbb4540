"""Who is told when mail does not come in as it should."""

from sqlalchemy import Connection, select

from crm_core import notifications
from crm_core.tables import user_account


def those_who_watch(conn: Connection) -> list[str]:
    """Supervisors and administrators who are at work here."""
    row = user_account.c
    found = conn.execute(
        select(row.id).where(row.role.in_(["supervisor", "admin"]), row.active).order_by(row.id)
    )
    return list(found.scalars())


def told_aside(conn: Connection, name: str, now: float) -> list[str]:
    """A letter could not be filed."""
    return notifications.tell(conn, those_who_watch(conn), now, "letter.set_aside", "set_aside", name)
