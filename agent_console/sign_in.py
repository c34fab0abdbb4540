"""The steps of getting in that every way shares: guessing slowed down, the second factor asked for, the session begun."""

from dataclasses import dataclass

from fastapi import Request, Response

from agent_console.context import Context
from agent_console.gate import COOKIE, address_of
from config.errors import Kind, Refused
from config.logs import Transcript
from crm_core import passwords, pending_sign_ins, second_factor, sessions, sign_in_log, users
from crm_core.sealing import Seal
from crm_core.sign_in_log import SignInEvent, What
from crm_core.store import Connection
from crm_core.users import User

_TRANSCRIPT = Transcript("console")
SESSION_TTL_S = 12 * 3600.0
"""A shift and the way home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """From where somebody signs in."""

    address: str
    program: str

    @classmethod
    def of(cls, request: Request) -> "Caller":
        """Out of the request."""
        return cls(address=address_of(request), program=request.headers.get("user-agent", "")[:200])


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """`token` is the session's, None while the second step is to come, for which `ticket` is then."""

    user: User
    token: str | None = None
    ticket: str | None = None


async def check_password(within: Context, login: str, password: str, address: str) -> User:
    """The user whose password this is; `Refused` for a wrong one, and for any after too many."""
    now = within.clock.now()
    known, barred = await within.store.read(
        lambda c: (users.credentials(c, login), sessions.too_many(c, login, address, now))
    )
    right = not barred and await passwords.verify(password, known.password_hash if known else None)
    if barred or not await within.store.write(
        lambda c: _judged(c, login, address, now, known.user if known else None, right=right)
    ):
        raise too_many()
    if known is None or not right:
        _TRANSCRIPT.note("!", login, f"wrong name or password from {address}")
        raise Refused("login.wrong", Kind.UNAUTHENTICATED)
    return known.user


async def admit(within: Context, user: User, caller: Caller, *, way: str, trusted: bool = False) -> Admitted:
    """The first step is done: a session, or a ticket for the second where the user has a second factor."""
    now = within.clock.now()

    def unit(connection: Connection) -> Admitted:
        if not trusted and second_factor.has_factor(connection, user.id):
            return Admitted(user=user, ticket=pending_sign_ins.begin(connection, user.id, way, now))
        return _begin(connection, user, caller, now, way=way, strong=trusted)

    return await within.store.write(unit)


async def second_step(within: Context, ticket: str, code: str, caller: Caller) -> Admitted:
    """The code that belongs to the ticket; wrong ones count like wrong passwords."""
    seal, now = sealing(within), within.clock.now()

    def unit(connection: Connection) -> Admitted | Refused:
        held = pending_sign_ins.holder_of(connection, ticket, now)
        if held is None:
            return Refused("login.ticket", Kind.UNAUTHENTICATED)
        user, way = held
        if sessions.too_many(connection, user.login, caller.address, now):
            return too_many()
        if not take_code(connection, user, code, seal, caller.address, now):
            return Refused("login.wrong_code", Kind.UNAUTHENTICATED)
        pending_sign_ins.end(connection, ticket)
        return _begin(connection, user, caller, now, way=way, strong=True)

    found = await within.store.write(unit)
    if isinstance(found, Refused):  # handed back, not raised: that a try failed must be kept
        raise found
    return found


def take_code(  # noqa: PLR0917 - what a code is judged by
    connection: Connection, user: User, code: str, seal: Seal, address: str, now: float
) -> bool:
    """Whether the code is right; a wrong one is counted, a recovery code is noted."""
    left = second_factor.factor_of(connection, user.id, user.role).recovery_codes_left
    if not second_factor.take(connection, user.id, code, seal, now):
        sessions.note_failure(connection, user.login, address, now)
        record(connection, "sign_in_failed", user.id, None, address, now, login=user.login, step="code")
        return False
    if second_factor.factor_of(connection, user.id, user.role).recovery_codes_left < left:
        record(connection, "recovery_code_used", user.id, user.id, address, now, left=left - 1)
    return True


def give_session(within: Context, response: Response, token: str) -> None:
    """Into the browser: out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_TTL_S),
        httponly=True,
        samesite="strict",
        secure=within.settings.http.cookies_are_secure,
    )


def sealing(within: Context) -> Seal:
    """The seal, or the refusal that says which setting lacks."""
    if within.seal is None:
        raise Refused("sign_in.no_key")
    return within.seal


def too_many() -> Refused:
    """No further try is looked at for a while."""
    return Refused("login.too_many", Kind.TOO_MANY, retry_after_s=int(sessions.FAILURE_WINDOW_S))


def record(  # noqa: PLR0917 - the fields of every entry
    connection: Connection,
    what: What,
    user_id: str | None,
    actor_id: str | None,
    address: str,
    at: float,
    **details: str | int | bool | None,
) -> None:
    """Into the log of sign-ins."""
    event = SignInEvent(
        what=what, at=at, user_id=user_id, actor_id=actor_id, address=address, details=dict(details)
    )
    sign_in_log.note(connection, event)


def judge(connection: Connection, login: str, address: str, now: float, *, right: bool) -> bool:
    """Whether this try still counts, by the one writer: of a hundred at once no more are answered than one after another.
    A right one is kept back as well once there were too many."""
    if sessions.too_many(connection, login, address, now):
        return False
    if not right:
        sessions.note_failure(connection, login, address, now)
    return True


def _judged(
    connection: Connection, login: str, address: str, now: float, user: User | None, *, right: bool
) -> bool:
    if not judge(connection, login, address, now, right=right):
        return False
    if not right:
        name = user.id if user else None
        record(connection, "sign_in_failed", name, None, address, now, login=login[:100], step="password")
    return True


def _begin(
    connection: Connection, user: User, caller: Caller, now: float, *, way: str, strong: bool
) -> Admitted:
    sessions.forget_failures(connection, user.login)
    token = sessions.start(
        connection, user.id, now, SESSION_TTL_S, caller.address, caller.program, way=way, strong=strong
    )
    record(connection, "signed_in", user.id, user.id, caller.address, now, way=way, second_factor=strong)
    return Admitted(user=user, token=token)
