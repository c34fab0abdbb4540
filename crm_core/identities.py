"""Whom an identity provider means: its issuer and subject together name one of our users (OpenID Connect Core, 5.7)."""

import itertools
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from config.errors import Kind, Refused
from crm_core import users
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
    language: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """How somebody who is not linked yet may come in: as the user with their verified address, or as a new user with
    `role`, None: not at all."""

    by_email: bool
    role: str | None


def resolve(conn: Connection, identity: Identity, welcome: Welcome, now: float) -> tuple[User, bool]:
    """The user who signs in, and whether they were linked just now. `Refused` when they may not come in."""
    known = user_of(conn, identity.issuer, identity.subject)
    if known is not None:
        if not known.active or known.service:
            raise Refused("oidc.locked", Kind.FORBIDDEN)
        used(conn, identity, now)
        return known, False
    user = users.by_email(conn, identity.email) if welcome.by_email and identity.email else None
    if user is None:
        user = _make(conn, identity, welcome, now)
    if not user.active or user.service:
        raise Refused("oidc.locked", Kind.FORBIDDEN)
    link(conn, user.id, identity, now)
    return user, True


def _make(conn: Connection, identity: Identity, welcome: Welcome, now: float) -> User:
    if welcome.role is None:
        raise Refused("oidc.unknown_user", Kind.FORBIDDEN)
    held = identity.email is not None and users.by_email(conn, identity.email) is not None
    return users.add_user(
        conn,
        login=_free_login(conn, identity.login.strip()[:100] or identity.subject[:100]),
        name=identity.name[:200],
        password_hash="",
        role=welcome.role,
        language=identity.language,
        email=None if held else identity.email,
    )


def _free_login(conn: Connection, wanted: str) -> str:
    """The name they have at the provider, or with a number behind it: it is no proof of being the one who has it here."""
    for number in itertools.count(1):
        login = wanted if number == 1 else f"{wanted}.{number}"
        if users.by_login(conn, login) is None:
            return login
    raise AssertionError  # counting does not end


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
