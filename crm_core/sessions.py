"""Who is signed in, and how often somebody tried in vain."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, or_, select, update

from config.errors import Kind, Refused
from crm_core.paging import columns
from crm_core.tables import login_failure, pending_sign_in, session, totp_role, user_account
from crm_core.users import USER_COLUMNS, User, user_of_row

TOKEN_BYTES = 32
FAILURE_WINDOW_S = 300.0
"""How long a failed login counts."""
MOST_FAILURES_OF_LOGIN = 10
"""From all addresses together: slows down guessing one user's password."""
MOST_FAILURES_OF_ADDRESS = 30
"""For all logins together: slows down guessing users; an office behind one address mistypes now and then."""
_OWN_COLUMNS = (
    "token_sha256",
    "way",
    "strong",
    "started_at",
    "seen_at",
    "expires_at",
    "address",
    "agent",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody's sign-in. `id` is the token's hash, from which nobody gets back to the token.

    `due`: what they must do before anything else: `password` (choose one that nobody else knows), `totp` (set up a
    second factor, because their role asks for one).
    """

    id: str
    user: User
    way: str
    strong: bool
    due: str | None
    started_at: float
    seen_at: float | None
    expires_at: float
    address: str
    agent: str


def start(  # noqa: PLR0917 - what a session is made of, in the order of its columns
    conn: Connection,
    user_id: str,
    now: float,
    ttl_s: float,
    address: str,
    agent: str,
    *,
    way: str = "password",
    strong: bool = False,
) -> str:
    """Sign a user in for `ttl_s` seconds; the token (256 bit, of which only a hash is kept). `agent`: the browser;
    `strong`: a second factor was shown."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    conn.execute(delete(session).where(session.c.expires_at <= now))
    conn.execute(
        insert(session).values(
            token_sha256=id_of(token),
            user_id=user_id,
            started_at=now,
            expires_at=now + ttl_s,
            address=address,
            agent=agent[:300],
            seen_at=now,
            way=way,
            strong=strong,
        )
    )
    conn.execute(update(user_account).where(user_account.c.id == user_id).values(signed_in_at=now))
    return token


def current(conn: Connection, token: str, now: float) -> Session | None:
    """The unexpired session of an active user whose token this is."""
    row = conn.execute(_open(now).where(session.c.token_sha256 == id_of(token))).one_or_none()
    return None if row is None else _session(row)


def user_of(conn: Connection, token: str, now: float) -> User | None:
    """The active user whose unexpired session this is, if nothing stands between them and their work."""
    found = current(conn, token, now)
    return None if found is None or found.due is not None else found.user


def open_sessions(conn: Connection, now: float, user_id: str | None = None) -> list[Session]:
    """All that are open, or those of one user, the newest first."""
    query = _open(now).order_by(session.c.started_at.desc(), session.c.token_sha256)
    if user_id is not None:
        query = query.where(session.c.user_id == user_id)
    return [_session(row) for row in conn.execute(query)]


def seen(conn: Connection, session_id: str, now: float) -> None:
    """Somebody used it."""
    conn.execute(update(session).where(session.c.token_sha256 == session_id).values(seen_at=now))


def strengthen(conn: Connection, session_id: str) -> None:
    """A second factor was shown in it."""
    conn.execute(update(session).where(session.c.token_sha256 == session_id).values(strong=True))


def end(conn: Connection, token: str) -> None:
    """Sign out; harmless for a session that is over."""
    conn.execute(delete(session).where(session.c.token_sha256 == id_of(token)))


def end_one(conn: Connection, session_id: str, user_id: str) -> None:
    """End this session of this user. `Refused` when there is none."""
    mine = (session.c.token_sha256 == session_id, session.c.user_id == user_id)
    if conn.execute(delete(session).where(*mine)).rowcount == 0:
        raise Refused("session.unknown", Kind.MISSING)


def end_all(conn: Connection, user_id: str, *, but: str | None = None) -> None:
    """Sign a user out everywhere, or everywhere but in one session."""
    theirs = delete(session).where(session.c.user_id == user_id)
    conn.execute(theirs if but is None else theirs.where(session.c.token_sha256 != but))
    conn.execute(delete(pending_sign_in).where(pending_sign_in.c.user_id == user_id))


def id_of(token: str) -> str:
    """By what a session is known where its token is not."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


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


def _open(now: float) -> Select[Any]:
    due = case(
        (user_account.c.must_change_password & (session.c.way == "password"), "password"),
        (totp_role.c.role.is_not(None) & ~session.c.strong, "totp"),
    )
    return (
        select(*USER_COLUMNS, *(session.c[name] for name in _OWN_COLUMNS), due.label("due"))
        .join(session, session.c.user_id == user_account.c.id)
        .outerjoin(totp_role, totp_role.c.role == user_account.c.role)
        .where(session.c.expires_at > now, user_account.c.active)
    )


def _session(row: Any) -> Session:
    fields = columns(row)
    own = {name: fields[name] for name in _OWN_COLUMNS if name != "token_sha256"}
    return Session(id=fields["token_sha256"], user=user_of_row(row), due=fields["due"], **own)


def _folded(login: str) -> str:
    return login.strip().casefold()[:200]
