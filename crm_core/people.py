"""Users as administrators keep them: made, changed, locked, unlocked, removed and taken back.

Whoever calls these ends what is open (sockets, queues) afterwards; the sessions end in the same unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from config.errors import Kind, Refused
from crm_core import api_tokens, identities, queues, second_factor, sessions, users
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.queue_words import Skills
from crm_core.tables import session, user_account, user_identity, user_totp
from crm_core.users import USER_COLUMNS, User, user_of_row

State = Literal["active", "locked", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user and how it stands with their signing in. `skill_ends`: when those of their skills end that do (`crm_core.queues.Ends`)."""

    user: User
    state: State
    skills: Skills
    skill_ends: queues.Ends
    letters_at_once: int
    chats_at_once: int
    load_at_most: int
    record_share: int | None
    has_password: bool
    has_totp: bool
    must_change_password: bool
    password_changed_at: float | None
    identities: int
    sessions: int
    signed_in_at: float | None


def find(
    conn: Connection,
    now: float,
    *,
    sought: str = "",
    states: Sequence[str] = ("active", "locked"),
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Person]:
    """By login; `sought` is part of the login, the name, the extension or the address."""
    query = _people(now).where(or_(*(_in_state(state) for state in states)))
    if sought.strip():
        query = query.where(_has(sought.strip()))
    if cursor is not None:
        query = query.where(user_account.c.login > from_cursor(cursor, 1)[0])
    rows = conn.execute(query.order_by(user_account.c.login).limit(limit + 1)).all()
    skills, ends = queues.skills_by_user(conn), queues.skill_ends(conn)
    found = tuple(_person(row, skills.get(row.id, ()), ends.get(row.id, {})) for row in rows[:limit])
    return Page(items=found, next_cursor=to_cursor(found[-1].user.login) if len(rows) > limit else None)


def person(conn: Connection, user_id: str, now: float) -> Person:
    """One of them. `Refused` when there is none."""
    row = conn.execute(_people(now).where(user_account.c.id == user_id)).one_or_none()
    if row is None:
        raise Refused("user.unknown", Kind.MISSING, id=user_id)
    skills, ends = queues.skills_by_user(conn), queues.skill_ends(conn)
    return _person(row, skills.get(user_id, ()), ends.get(user_id, {}))


def change(conn: Connection, user_id: str, wishes: Mapping[str, Any]) -> User:
    """Change name, role, language, extension, email, capacity (`queues.CAPACITY`) or `record_share`. Another role signs the user out: what they see
    and may do is another."""
    before = present(conn, user_id)
    for field, known in (("role", users.ROLES), ("language", users.LANGUAGES)):
        if field in wishes:
            users.known_word(field, wishes[field], known)
    wishes = dict(wishes)
    for field in ("extension", "email"):
        if field in wishes:
            wishes[field] = _tidy(field, wishes[field])
    users.free(conn, extension=wishes.get("extension"), email=wishes.get("email"), but=user_id)
    if wishes.get("role", before.role) != before.role:
        _keep_an_administrator(conn, before)
        sessions.end_all(conn, user_id)
    return users.change(conn, user_id, **wishes)


def lock(conn: Connection, user_id: str) -> User:
    """No way in until unlocked, and out of everywhere. Tokens stay, and open nothing meanwhile."""
    _keep_an_administrator(conn, present(conn, user_id))
    sessions.end_all(conn, user_id)
    return users.set_active(conn, user_id, active=False)


def unlock(conn: Connection, user_id: str) -> User:
    """The way in is open again, with the password and second factor from before."""
    user = present(conn, user_id)
    sessions.forget_failures(conn, user.login)
    return users.set_active(conn, user_id, active=True)


def remove(conn: Connection, user_id: str, now: float) -> User:
    """Locked for good, and all that opened the account is gone: password, second factor, identities, tokens, skills. The
    extension and the address are free for others; the login is not, because history knows them by it."""
    _keep_an_administrator(conn, present(conn, user_id))
    sessions.end_all(conn, user_id)
    second_factor.forget(conn, user_id)
    api_tokens.revoke_all(conn, user_id)
    identities.unlink_all(conn, user_id)
    queues.set_skills(conn, user_id, ())
    return users.change(
        conn, user_id, active=False, removed_at=now, password_hash="", extension=None, email=None
    )


def restore(conn: Connection, user_id: str) -> User:
    """Back as a locked user, to be given a password before being unlocked."""
    if _row_state(conn, user_id) != "removed":
        raise Refused("user.not_removed")
    return users.change(conn, user_id, removed_at=None)


def set_password(conn: Connection, user_id: str, password_hash: str, now: float) -> User:
    """Somebody else chose it, so its owner must change it; they are signed out everywhere."""
    present(conn, user_id)
    sessions.end_all(conn, user_id)
    return users.set_password(conn, user_id, password_hash, now, must_change=True)


def reset_totp(conn: Connection, user_id: str) -> None:
    """The phone is lost: the next sign-in asks for the password alone, or to set up a new second factor."""
    present(conn, user_id)
    if not second_factor.forget(conn, user_id):
        raise Refused("totp.none")
    sessions.end_all(conn, user_id)


def set_skills(
    conn: Connection,
    user_id: str,
    skills: Sequence[tuple[str, int]],
    ends: queues.Ends | None = None,
) -> None:
    """An agent's skills, all of them, and when those end that do."""
    present(conn, user_id)
    named = [skill for skill, _ in skills]
    if len(set(named)) != len(named):
        raise Refused("skill.twice", Kind.INVALID, pointer="/skills")
    queues.set_skills(conn, user_id, skills, ends)


def present(conn: Connection, user_id: str) -> User:
    """The user, unless removed: `Refused`."""
    if _row_state(conn, user_id) == "removed":
        raise Refused("user.removed")
    user = users.by_id(conn, user_id)
    assert user is not None  # noqa: S101 - it has a state
    return user


def _row_state(conn: Connection, user_id: str) -> State:
    query = select(user_account.c.active, user_account.c.removed_at).where(user_account.c.id == user_id)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("user.unknown", Kind.MISSING, id=user_id)
    return _state(row)


def _keep_an_administrator(conn: Connection, user: User) -> None:
    """Somebody must be able to let people in; programs do not count. The rows are locked, so that two administrators
    cannot lock each other out at the same moment."""
    administrators = select(user_account.c.id).where(
        user_account.c.role == "admin", user_account.c.active, ~user_account.c.service
    )
    held = set(conn.execute(administrators.with_for_update()).scalars())
    if held == {user.id}:
        raise Refused("user.last_admin")


def _tidy(field: str, value: str | None) -> str | None:
    tidy = value.strip() if value else ""
    return (tidy.lower() if field == "email" else tidy) or None


def _people(now: float) -> Select[Any]:
    own = session.c.user_id == user_account.c.id
    opened = select(func.count()).where(own, session.c.expires_at > now).scalar_subquery()
    factor = select(func.count()).where(
        user_totp.c.user_id == user_account.c.id, user_totp.c.confirmed_at.is_not(None)
    )
    linked = select(func.count()).where(user_identity.c.user_id == user_account.c.id)
    return select(
        *USER_COLUMNS,
        *(user_account.c[name] for name in (*queues.CAPACITY, "record_share")),
        (user_account.c.password_hash != "").label("has_password"),
        user_account.c.must_change_password,
        user_account.c.password_changed_at,
        user_account.c.signed_in_at,
        user_account.c.removed_at,
        opened.label("sessions"),
        factor.scalar_subquery().label("factors"),
        linked.scalar_subquery().label("identities"),
    )


def _in_state(state: str) -> ColumnElement[bool]:
    removed = user_account.c.removed_at.is_not(None)
    match state:
        case "active":
            return user_account.c.active & ~removed
        case "locked":
            return and_(~user_account.c.active, ~removed)
        case "removed":
            return removed
        case _:
            raise Refused("user.state_unknown", Kind.INVALID, pointer="/state", given=state)


def _has(sought: str) -> ColumnElement[bool]:
    fields = (user_account.c.login, user_account.c.name, user_account.c.extension, user_account.c.email)
    return or_(*(func.lower(field).contains(sought.lower(), autoescape=True) for field in fields))


def _state(row: Any) -> State:
    if row.removed_at is not None:
        return "removed"
    return "active" if row.active else "locked"


def _person(row: Any, skills: Skills, ends: queues.Ends) -> Person:
    return Person(
        user=user_of_row(row),
        state=_state(row),
        skills=skills,
        skill_ends=ends,
        letters_at_once=row.letters_at_once,
        chats_at_once=row.chats_at_once,
        load_at_most=row.load_at_most,
        record_share=row.record_share,
        has_password=row.has_password,
        has_totp=row.factors > 0,
        must_change_password=row.must_change_password,
        password_changed_at=row.password_changed_at,
        identities=row.identities,
        sessions=row.sessions,
        signed_in_at=row.signed_in_at,
    )
