"""Sign in, sign out, and what is one's own: preferences, the shift, the status."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from agent_console import rows
from agent_console.access import AsAgent, InContext, SignedIn, Token
from agent_console.answers import CentreName, MeAnswer, PhoneDocument, ShiftAnswer, UserAnswer
from agent_console.api.bodies import Body
from agent_console.context import Context
from agent_console.gate import COOKIE
from agent_console.views import state_of
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from crm_core import passwords, sessions, users
from crm_core.store import Connection
from crm_core.users import User
from routing.core.events import StatusChosen
from routing.core.model import AgentId, Status

_TRANSCRIPT = Transcript("console")
SESSION_TTL_S = 12 * 3600.0
"""A shift and the way home."""

public = APIRouter(tags=["session"])
private = APIRouter(tags=["session"])


class Login(Body):
    """Name and password."""

    login: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class Preferences(Body):
    """What is given is changed."""

    language: Literal["en", "zh-TW", "zh-CN"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    density: Literal["comfortable", "compact"] | None = None


class ChosenStatus(Body):
    """`reason` belongs to a pause."""

    status: Literal["ready", "paused"]
    reason: Literal["break", "lunch", "meeting", "training", "other"] | None = None


@public.post("/login")
async def login(given: Login, request: Request, response: Response, within: InContext) -> UserAnswer:
    """Start a session; too many failures within five minutes, by name or by address, close the door for a while."""
    address = request.client.host if request.client else ""
    user = await _authenticate(within, given, address)
    program = request.headers.get("user-agent", "")[:200]
    now = within.clock.now()
    token = await within.store.write(
        lambda c: sessions.start(c, user.id, now, SESSION_TTL_S, address, program)
    )
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_TTL_S),
        httponly=True,
        samesite="strict",
        secure=within.settings.http.cookies_are_secure,
    )
    _TRANSCRIPT.note("<", user.login, f"signed in from {address}")
    return UserAnswer(user=rows.user(user))


@private.post("/logout", status_code=204)
async def logout(user: SignedIn, token: Token, response: Response, within: InContext) -> None:
    """End the session and, for an agent, the shift; its sockets close with 4001."""
    if token is not None:
        await within.store.write(lambda c: sessions.end(c, token))
        within.hub.end_session(token)
    if user.role == "agent":
        await _choose(within, user, Status.SIGNED_OUT, "logout")
    response.delete_cookie(
        COOKIE, httponly=True, samesite="strict", secure=within.settings.http.cookies_are_secure
    )


@private.get("/me")
def me(user: SignedIn, within: InContext) -> MeAnswer:
    """Who is signed in."""
    return MeAnswer(
        user=rows.user(user), centre=CentreName(name=within.settings.centre.name), build=within.build
    )


@private.patch("/me")
async def change_me(given: Preferences, user: SignedIn, within: InContext) -> UserAnswer:
    """Change language, theme or density."""
    changed = await within.store.write(
        lambda c: users.set_preferences(
            c, user.id, language=given.language, theme=given.theme, density=given.density
        )
    )
    return UserAnswer(user=rows.user(changed))


@private.post("/me/shift")
async def start_shift(user: AsAgent, within: InContext) -> ShiftAnswer:
    """Begin, or come back to, a shift: signed out becomes paused; the phone's credential for this browser."""
    if state_of(within.floor.centre, AgentId(user.id)).status is Status.SIGNED_OUT:
        await _choose(within, user, Status.PAUSED, "shift_start")
    return ShiftAnswer(phone=await _phone(within, user))


@private.delete("/me/shift", status_code=204)
async def end_shift(user: AsAgent, within: InContext) -> None:
    """Sign out: work held stays until it ends, nothing new comes."""
    await _choose(within, user, Status.SIGNED_OUT, "")


@private.put("/me/status", status_code=204)
async def choose_status(given: ChosenStatus, user: AsAgent, within: InContext) -> None:
    """Ready or paused."""
    reason = given.reason or "" if given.status == "paused" else ""
    await _choose(within, user, Status(given.status), reason)


async def _authenticate(within: Context, given: Login, address: str) -> User:
    now = within.clock.now()
    known, barred = await within.store.read(
        lambda c: (users.credentials(c, given.login), sessions.too_many(c, given.login, address, now))
    )
    right = not barred and await passwords.verify(given.password, known.password_hash if known else None)
    # Judged again by the one writer: of a hundred tries at once no more are answered than one after another.
    if barred or not await within.store.write(lambda c: _judged(c, given.login, address, now, right=right)):
        raise Refused("login.too_many", Kind.TOO_MANY, retry_after_s=int(sessions.FAILURE_WINDOW_S))
    if known is None or not right:
        _TRANSCRIPT.note("!", given.login, f"wrong name or password from {address}")
        raise Refused("login.wrong", Kind.UNAUTHENTICATED)
    return known.user


def _judged(connection: Connection, login: str, address: str, now: float, *, right: bool) -> bool:
    """Whether this try still counts; a right one is kept back as well once there were too many."""
    if sessions.too_many(connection, login, address, now):
        return False
    if right:
        sessions.forget_failures(connection, login)
    else:
        sessions.note_failure(connection, login, address, now)
    return True


async def _choose(within: Context, user: User, status: Status, reason: str) -> None:
    chosen = StatusChosen(agent=AgentId(user.id), status=status, at=within.clock.now(), reason=reason)
    await within.floor.settle(chosen)


async def _phone(within: Context, user: User) -> PhoneDocument | None:
    if user.extension is None:
        return None
    try:
        given = await within.phones.credential(user.extension)
    except Unavailable as error:
        _TRANSCRIPT.note("!", user.login, f"no phone until {error.peer} is back: {error.reason}")
        return None
    return rows.phone(given)
