"""What stands below a letter: a text template of the channel `signature`, a person's own before the queue's before everybody's."""

from sqlalchemy import Connection, or_, select

from crm_core.casework import texts
from crm_core.casework.texts import Place
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.tables import user_account


def signature(conn: Connection, place: Place, queue_id: str | None, now: float) -> str:
    """Filled in; empty where there is none for this language. `place.language` is the letter's."""
    login = conn.execute(
        select(user_account.c.login).where(user_account.c.id == place.author_id)
    ).scalar_one_or_none()
    row = table_of(known.entity("template")).c
    query = select(row.id, row.shortcut, row.queue_id).where(
        row.channel == "signature",
        row.language == place.language,
        row.active,
        row.deleted_at.is_(None),
        or_(row.shortcut.is_(None), row.shortcut == login),
        or_(row.queue_id.is_(None), row.queue_id == queue_id),
    )
    found = conn.execute(query.order_by(row.shortcut.is_(None), row.queue_id.is_(None), row.id)).first()
    return texts.fill(conn, found.id, place, now).body.strip() if found else ""
