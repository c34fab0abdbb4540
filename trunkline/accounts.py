"""What `trunkline user` does, by the same rules as the API; a server that runs is told."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from config.errors import Param, Refused
from config.settings import Settings
from crm_core import (
    api_tokens,
    certificates,
    outside,
    password_policy,
    passwords,
    people,
    second_factor,
    sessions,
    users,
)
from crm_core.people import Person
from crm_core.sign_in_log import SignInEvent, What, note
from crm_core.store import Connection, Store
from crm_core.users import User
from trunkline.checks import open_store

T = TypeVar("T")


async def on_store(settings: Settings, unit: Callable[[Connection], T]) -> T:
    """Run one unit on the centre's database."""
    store = Store(settings.database_url())
    open_store(store)
    try:
        return await store.write(unit)
    finally:
        await store.close()


async def add(settings: Settings, *, password: str, service: bool, **given: Any) -> User:
    """A new user, whom nobody makes change the password: whoever types here chose it with them."""
    hashed = ""
    if not service:
        password_policy.check(password, login=given["login"], name=given["name"])
        hashed = await passwords.hash_password(password)
    now = time.time()

    def unit(conn: Connection) -> User:
        made = users.add_user(conn, password_hash=hashed, service=service, now=now, **given)
        _tell(conn, "user_added", made.id, now, login=made.login, role=made.role)
        return made

    return await on_store(settings, unit)


async def everybody(settings: Settings, *, removed: bool) -> list[Person]:
    """All, by login."""
    states = ("active", "locked", "removed") if removed else ("active", "locked")

    def unit(conn: Connection) -> list[Person]:
        found: list[Person] = []
        cursor: str | None = None
        while True:
            page = people.find(conn, time.time(), states=states, limit=500, cursor=cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found

    return await on_store(settings, unit)


async def change(settings: Settings, login: str, wishes: dict[str, Any]) -> User:
    """Name, role, language, extension, e-mail, letters at once."""
    told = ", ".join(sorted(wishes))
    return await _act(settings, login, "user_changed", lambda c, u: people.change(c, u, wishes), fields=told)


async def set_skills(
    settings: Settings, login: str, skills: list[tuple[str, int]], last_days: Mapping[str, date] | None = None
) -> User:
    """All skills of an agent, and the last day of those that end."""
    days, zone = last_days or {}, settings.centre.time_zone
    ends = {skill: certificates.end_of(day, zone) for skill, day in days.items()}
    told = ", ".join(
        f"{skill} {level}{f' until {days[skill]}' if skill in days else ''}" for skill, level in skills
    )
    return await _act(
        settings, login, "skills_set", lambda c, u: people.set_skills(c, u, skills, ends), skills=told
    )


async def lock(settings: Settings, login: str) -> User:
    """Out at once."""
    return await _act(settings, login, "user_locked", people.lock)


async def unlock(settings: Settings, login: str) -> User:
    """In again."""
    return await _act(settings, login, "user_unlocked", people.unlock)


async def remove(settings: Settings, login: str) -> User:
    """Out for good."""
    return await _act(settings, login, "user_removed", lambda c, u: people.remove(c, u, time.time()))


async def restore(settings: Settings, login: str) -> User:
    """Removed by mistake."""
    return await _act(settings, login, "user_restored", people.restore)


async def set_password(settings: Settings, login: str, password: str) -> User:
    """Good until they have chosen their own."""
    user = await on_store(settings, lambda c: _found(c, login))
    if user.service:
        raise Refused("user.service_password", pointer="/password")
    password_policy.check(password, login=user.login, name=user.name)
    hashed = await passwords.hash_password(password)
    return await _act(
        settings, login, "password_set", lambda c, u: people.set_password(c, u, hashed, time.time())
    )


async def reset_totp(settings: Settings, login: str) -> User:
    """The phone is lost."""
    return await _act(settings, login, "totp_reset", people.reset_totp)


async def sign_out(settings: Settings, login: str) -> User:
    """Every session of theirs ends."""
    return await _act(settings, login, "session_ended", sessions.end_all, all=True)


async def make_token(settings: Settings, login: str, name: str, scope: str, days: int | None) -> str:
    """A token for a service account."""
    now = time.time()

    def unit(conn: Connection) -> str:
        user = _found(conn, login)
        if not user.service:
            raise Refused("token.not_service")
        ends = None if days is None else now + days * 86_400.0
        made, text = api_tokens.make(conn, user.id, name, scope, now, ends, "command")
        _tell(conn, "token_made", user.id, now, token=made.id, name=made.name, scope=made.scope)
        return text

    return await on_store(settings, unit)


async def require_totp(settings: Settings, roles: list[str]) -> None:
    """Of these roles and no others."""
    now = time.time()

    def unit(conn: Connection) -> None:
        second_factor.require_for(conn, roles)
        _tell(conn, "totp_required", None, now, roles=", ".join(roles))

    await on_store(settings, unit)


async def _act(
    settings: Settings,
    login: str,
    what: What,
    act: Callable[[Connection, str], object],
    **details: Param,
) -> User:
    now = time.time()

    def unit(conn: Connection) -> User:
        user = _found(conn, login)
        act(conn, user.id)
        _tell(conn, what, user.id, now, **details)
        return user

    return await on_store(settings, unit)


def _found(conn: Connection, login: str) -> User:
    user = users.by_login(conn, login)
    if user is None:
        raise Refused("user.unknown", login=login)
    return user


def _tell(conn: Connection, what: What, user_id: str | None, now: float, **details: Param) -> None:
    """Into the audit, and to the server that runs on this database."""
    event = SignInEvent(
        what=what, at=now, user_id=user_id, actor_id=None, via="command", details=dict(details)
    )
    note(conn, event)
    outside.note(conn)
