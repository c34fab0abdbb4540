"""Whom an identity provider means: its issuer and subject together name one of our users (OpenID Connect Core, 5.7)."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from crm_core.tables import user_account, user_identity
from crm_core.users import USER_COLUMNS, User, user_of_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as their provider knows them. `email` is None unless the provider says that it is verified."""

    issuer: str
    subject: str
    email: str | None
    name: str
    login: str
    groups: tuple[str, ...]


def user_of(conn: Connection, issuer: str, subject: str) -> User | None:
    """The user who is linked to it, active or not."""
    query = (
        select(*USER_COLUMNS)
        .join(user_identity, user_identity.c.user_id == user_account.c.id)
        .where(user_identity.c.issuer == issuer, user_identity.c.subject == subject)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else user_of_row(row)


def link(conn: Connection, user_id: str, identity: Identity, now: float) -> None:
    """From now on this identity is that user."""
    conn.execute(
        insert(user_identity).values(
            issuer=identity.issuer,
            subject=identity.subject,
            user_id=user_id,
            email=identity.email,
            linked_at=now,
            used_at=now,
        )
    )


def used(conn: Connection, identity: Identity, now: float) -> None:
    """They signed in by it."""
    mine = (user_identity.c.issuer == identity.issuer, user_identity.c.subject == identity.subject)
    conn.execute(update(user_identity).where(*mine).values(used_at=now, email=identity.email))


def count_of(conn: Connection, user_id: str) -> int:
    """How many identities a user is linked to."""
    query = select(func.count()).where(user_identity.c.user_id == user_id)
    return conn.execute(query).scalar_one()


def unlink_all(conn: Connection, user_id: str) -> None:
    """No provider opens this account any more."""
    conn.execute(delete(user_identity).where(user_identity.c.user_id == user_id))
