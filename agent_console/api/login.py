"""Sign in, sign out, and what is one's own: preferences, the shift, the status."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from agent_console import branding, leaving, rows
from agent_console.access import AsAgent, Here, InContext, InPerson
from agent_console.answers import CentreDocument, MeAnswer, PhoneDocument, ShiftAnswer, UserAnswer
from agent_console.api.bodies import Body
from agent_console.context import Context
from agent_console.gate import COOKIE
from agent_console.identity_answers import LoginAnswer, WayDocument, WaysAnswer
from agent_console.leaving import Leaving
from agent_console.sign_in import Admitted, Caller, admit, check_password, give_session, record, second_step
from agent_console.views import state_of
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import sessions, users
from crm_core.store import Connection
from crm_core.users import User
from routing.core.events import StatusChosen
from routing.core.model import AgentId, Status

_TRANSCRIPT = Transcript("console")

public = APIRouter(tags=["session"])
limited = APIRouter(tags=["session"])
private = APIRouter(tags=["session"])


class Login(Body):
    """Name and password."""

    login: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class Code(Body):
    """`ticket` is the first step's."""

    ticket: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(min_length=1, max_length=40)]


class Preferences(Body):
    """What is given is changed."""

    language: Literal["en", "zh-TW", "zh-CN"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    density: Literal["comfortable", "compact"] | None = None


class ChosenStatus(Body):
    """`reason` belongs to a pause."""

    status: Literal["ready", "paused"]
    reason: Literal["break", "lunch", "meeting", "training", "other"] | None = None


@public.get("/login/ways")
def ways_in(within: InContext) -> WaysAnswer:
    """What the sign-in page offers."""
    provider = within.provider
    way = None if provider is None else WayDocument(label=provider.label)
    return WaysAnswer(oidc=way, centre=_centre(within))


def _centre(within: Context) -> CentreDocument:
    return CentreDocument(name=within.centre_name, logo=branding.logo_address(within.branding))


@public.post("/login")
async def login(given: Login, request: Request, response: Response, within: InContext) -> LoginAnswer:
    """Start a session, or ask for a code where the user has a second factor; too many failures within five minutes, by
    name or by address, close the door for a while."""
    caller = Caller.of(request)
    user = await check_password(within, given.login, given.password, caller.address)
    return _let_in(within, response, await admit(within, user, caller, way="password"), caller)


@public.post("/login/code")
async def login_code(given: Code, request: Request, response: Response, within: InContext) -> LoginAnswer:
    """The second step: a code of the user's app, or a recovery code."""
    caller = Caller.of(request)
    admitted = await second_step(within, given.ticket, given.code, caller)
    return _let_in(within, response, admitted, caller)


@limited.post("/logout", status_code=204)
async def logout(who: InPerson, response: Response, within: InContext) -> None:
    """End the session and, for an agent, the shift; its sockets close with 4001."""
    assert who.session is not None  # noqa: S101 - in person
    session, user, now = who.session.id, who.user, within.clock.now()

    def unit(connection: Connection) -> None:
        sessions.end_one(connection, session, user.id)
        record(connection, "signed_out", user.id, user.id, who.address, now)

    await within.store.write(unit)
    within.bus.publish(leaving.TOPIC, Leaving(session=session).payload())
    if user.role == "agent":
        await _choose(within, user, Status.SIGNED_OUT, "logout")
    response.delete_cookie(
        COOKIE, httponly=True, samesite="strict", secure=within.settings.http.cookies_are_secure
    )


@limited.get("/me")
def me(who: Here, within: InContext) -> MeAnswer:
    """Who is signed in; `due`: what they must do before anything else."""
    return MeAnswer(
        user=rows.user(who.user),
        centre=_centre(within),
        build=within.build,
        due=who.session.due if who.session else None,
    )


@limited.patch("/me")
async def change_me(given: Preferences, who: Here, within: InContext) -> UserAnswer:
    """Change language, theme or density."""
    user = who.user
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


def _let_in(within: Context, response: Response, admitted: Admitted, caller: Caller) -> LoginAnswer:
    if admitted.token is None:
        return LoginAnswer(user=None, ticket=admitted.ticket)
    give_session(within, response, admitted.token)
    _TRANSCRIPT.note("<", admitted.user.login, f"signed in from {caller.address}")
    return LoginAnswer(user=rows.user(admitted.user), ticket=None)


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
