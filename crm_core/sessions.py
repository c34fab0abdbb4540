"""Who is signed in, and how often somebody tried in vain."""

import hashlib
import secrets

from sqlalchemy import Connection, delete, func, insert, or_, select

from crm_core.paging import columns
from crm_core.tables import login_failure, session, user_account
from crm_core.users import USER_COLUMNS, User

TOKEN_BYTES = 32
FAILURE_WINDOW_S = 300.0
"""How long a failed login counts."""
MOST_FAILURES_OF_LOGIN = 10
"""From all addresses together: slows down guessing one user's password."""
MOST_FAILURES_OF_ADDRESS = 30
"""For all logins together: slows down guessing users; an office behind one address mistypes now and then."""


def start(  # noqa: PLR0917 - what a session is made of, in the order of its columns
    conn: Connection, user_id: str, now: float, ttl_s: float, address: str, agent: str
) -> str:
    """Sign a user in for `ttl_s` seconds; the token (256 bit, of which only a hash is kept). `agent`: the browser."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(delete(session).where(session.c.expires_at <= now))
    conn.execute(
        insert(session).values(
            token_sha256=_fingerprint(token),
            user_id=user_id,
            started_at=now,
            expires_at=now + ttl_s,
            address=address,
            agent=agent[:300],
        )
    )
    return token


def user_of(conn: Connection, token: str, now: float) -> User | None:
    """The active user whose unexpired session this is."""
    query = (
        select(*USER_COLUMNS)
        .join(session, session.c.user_id == user_account.c.id)
        .where(
            session.c.token_sha256 == _fingerprint(token), session.c.expires_at > now, user_account.c.active
        )
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else User(**columns(row))


def end(conn: Connection, token: str) -> None:
    """Sign out; harmless for a session that is over."""
    conn.execute(delete(session).where(session.c.token_sha256 == _fingerprint(token)))


def end_all(conn: Connection, user_id: str) -> None:
    """Sign a user out everywhere."""
    conn.execute(delete(session).where(session.c.user_id == user_id))


def note_failure(conn: Connection, login: str, address: str, now: float) -> None:
    """Remember a failed login; what is too old to count is forgotten."""
    conn.execute(delete(login_failure).where(login_failure.c.at <= now - FAILURE_WINDOW_S))
    conn.execute(insert(login_failure).values(login=_folded(login), address=address, at=now))


def forget_failures(conn: Connection, login: str) -> None:
    """A login succeeded: its failures count no more."""
    conn.execute(delete(login_failure).where(login_failure.c.login == _folded(login)))


def too_many(conn: Connection, login: str, address: str, now: float) -> bool:
    """Whether this login or this address failed so often lately that no further try is looked at."""
    failures = login_failure.c
    of_login = func.count().filter(failures.login == _folded(login))
    of_address = func.count().filter(failures.address == address)
    query = select(of_login, of_address).where(
        failures.at > now - FAILURE_WINDOW_S,
        or_(failures.login == _folded(login), failures.address == address),
    )
    by_login, by_address = conn.execute(query).one()
    return bool(by_login >= MOST_FAILURES_OF_LOGIN or by_address >= MOST_FAILURES_OF_ADDRESS)


def _folded(login: str) -> str:
    return login.strip().casefold()[:200]


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
