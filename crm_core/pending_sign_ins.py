"""Between the two steps of a sign-in: the password was right, the code of the second factor is to come."""

import hashlib
import secrets

from sqlalchemy import Connection, delete, insert, select

from crm_core.tables import pending_sign_in, user_account
from crm_core.users import USER_COLUMNS, User, user_of_row

TTL_S = 300.0
_BYTES = 32


def begin(conn: Connection, user_id: str, way: str, now: float) -> str:
    """A ticket for the second step, good for five minutes; only its hash is kept."""
    conn.execute(delete(pending_sign_in).where(pending_sign_in.c.expires_at <= now))
    ticket = secrets.token_urlsafe(_BYTES)
    conn.execute(
        insert(pending_sign_in).values(
            ticket_sha256=_hash(ticket), user_id=user_id, way=way, expires_at=now + TTL_S
        )
    )
    return ticket


def holder_of(conn: Connection, ticket: str, now: float) -> tuple[User, str] | None:
    """The active user whose second step it is, and the way of the first."""
    query = (
        select(*USER_COLUMNS, pending_sign_in.c.way)
        .join(pending_sign_in, pending_sign_in.c.user_id == user_account.c.id)
        .where(
            pending_sign_in.c.ticket_sha256 == _hash(ticket),
            pending_sign_in.c.expires_at > now,
            user_account.c.active,
        )
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else (user_of_row(row), row.way)


def end(conn: Connection, ticket: str) -> None:
    """It was used."""
    conn.execute(delete(pending_sign_in).where(pending_sign_in.c.ticket_sha256 == _hash(ticket)))


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()
