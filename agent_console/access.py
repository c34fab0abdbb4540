"""Who may: sessions in a cookie, tokens of the API, roles, and that a request comes from our own pages.

Denied unless a route says otherwise: every route asks for `signed_in` by the router that holds it.

What a route depends on depends on nothing further and is asked by a coroutine: FastAPI goes through the whole tree of each of its hundreds of routes when it
starts, and again in every request, and hands plain functions to a thread.
"""

import re
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from agent_console import lately
from agent_console.context import Context
from agent_console.gate import COOKIE, HEADER, address_of, allowed_origin
from config.errors import Kind, Refused
from crm_core import api_tokens, sessions
from crm_core.api_tokens import ApiToken
from crm_core.sessions import Session
from crm_core.sign_in_log import SignInEvent, note
from crm_core.store import Connection
from crm_core.users import User

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = re.compile(r"/api/v1/forms/[^/]+/submissions")
"""What a token of the scope `forms` is for."""
_DAY_S = 86_400.0
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/v1/login.")
_bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="tl_...",
    description="A token made in My account, or by an administrator for a service account. No cookie counts beside it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who is there, with a session (a person at a browser) or with a token (a program)."""

    user: User
    session: Session | None
    token: ApiToken | None
    address: str


def context(request: Request) -> Context:
    """What the routes work with."""
    return cast("Context", request.app.state.context)


async def _within(request: Request) -> Context:
    return context(request)


InContext = Annotated[Context, Depends(_within)]
BY_COOKIE_OR_TOKEN = [Security(_cookie), Security(_bearer)]
"""For the description of the API alone: how one signs in to what is behind `present`."""


async def same_site(request: Request) -> None:
    """A state-changing request carries a header that no cross-site form can send, and no foreign origin. A token is such
    a header itself, and counts alone.

    No id and no word that is sought has a NUL, and PostgreSQL takes none.
    """
    if "\0" in request.url.path or "%00" in request.url.query:
        raise Refused("request.invalid", Kind.INVALID)
    if request.method in _SAFE_METHODS or _has_bearer(request):
        return
    if request.headers.get(HEADER) != "1":
        raise Refused("request.header", Kind.FORBIDDEN, header=HEADER)
    if not allowed_origin(request.headers.get("origin"), context(request).origins):
        raise Refused("request.origin", Kind.FORBIDDEN, origin=request.headers["origin"][:200])


async def present(request: Request) -> Present:
    """Anyone with a session, also one in which something is due first, or with a token whose scope fits. Looked up once a request."""
    known: Present | None = getattr(request.state, "present", None)
    if known is None:
        known = request.state.present = await _looked_up(request)
    return known


async def _looked_up(request: Request) -> Present:
    within, address = context(request), address_of(request)
    if _has_bearer(request):
        _, _, given = request.headers["authorization"].partition(" ")
        return await _with_token(within, given.strip(), address, _wanted(request))
    return await _with_session(within, request.cookies.get(COOKIE), address)


async def signed_in(request: Request) -> User:
    """Anyone with nothing due first: a password of their own, a second factor where their role asks for one."""
    who = await present(request)
    if who.session is not None and who.session.due is not None:
        raise Refused(f"session.{who.session.due}_due", Kind.FORBIDDEN)
    return who.user


async def in_person(request: Request) -> Present:
    """A person at a browser: a leaked token must not make another one, or change a password."""
    who = await present(request)
    must_be_in_person(who)
    return who


def must_be_in_person(who: Present) -> None:
    """The same where it depends on what is asked for."""
    if who.session is None:
        raise Refused("access.token", Kind.FORBIDDEN)


async def agent(request: Request) -> User:
    """Those who work on interactions."""
    return _with_role(await signed_in(request), "agent")


async def supervisor(request: Request) -> User:
    """Those who watch the floor."""
    return _with_role(await signed_in(request), "supervisor", "admin")


async def administrating(request: Request) -> Present:
    """Those who let people in, with how they came."""
    _with_role(await signed_in(request), "admin")
    return await present(request)


async def administrating_in_person(request: Request) -> Present:
    """The same, at a browser."""
    who = await in_person(request)
    _with_role(await signed_in(request), "admin")
    return who


async def _with_session(within: Context, cookie: str | None, address: str) -> Present:
    now = within.clock.now()
    found = await within.store.read(lambda c: sessions.current(c, cookie, now) if cookie else None)
    if found is None:
        raise Refused("session.ended", Kind.UNAUTHENTICATED)
    if lately.is_old(found.seen_at, now):
        await lately.keep(within, lambda c: sessions.seen(c, found.id, now))
    return Present(user=found.user, session=found, token=None, address=address)


def _wanted(request: Request) -> str:
    """The narrowest scope of a token that will do."""
    if FORMS.fullmatch(request.url.path):
        return "forms"
    return "read" if request.method in _SAFE_METHODS else "write"


async def _with_token(within: Context, text: str, address: str, wanted: str) -> Present:
    now = within.clock.now()
    found = await within.store.read(lambda c: api_tokens.bearer_of(c, text, now))
    if found is None:
        raise Refused("token.invalid", Kind.UNAUTHENTICATED)
    scope = found.token.scope
    if scope == "forms" and wanted != "forms":
        raise Refused("token.forms_only", Kind.FORBIDDEN)
    if scope == "read" and wanted != "read":
        raise Refused("token.read_only", Kind.FORBIDDEN)
    if lately.is_old(found.token.used_at, now):
        await lately.keep(within, lambda c: _used(c, found, address, now))
    return Present(user=found.user, session=None, token=found.token, address=address)


def _used(connection: Connection, found: api_tokens.Bearer, address: str, now: float) -> None:
    if found.token.used_at is None or found.token.used_at // _DAY_S != now // _DAY_S:
        note(
            connection,
            SignInEvent(
                what="token_used",
                at=now,
                user_id=found.user.id,
                actor_id=found.user.id,
                via="api",
                address=address,
                details={"token": found.token.id, "name": found.token.name},
            ),
        )
    api_tokens.used(connection, found.token.id, now, address)


def _has_bearer(request: Request) -> bool:
    """Basic credentials may be a proxy's in front of us; they say nothing to us."""
    return request.headers.get("authorization", "").partition(" ")[0].lower() == "bearer"


def _with_role(user: User, *roles: str) -> User:
    if user.role not in roles:
        raise Refused("access.role", Kind.FORBIDDEN, role=user.role)
    return user


SignedIn = Annotated[User, Depends(signed_in)]
AsAgent = Annotated[User, Depends(agent)]
AsSupervisor = Annotated[User, Depends(supervisor)]
AsAdministrator = Annotated[Present, Depends(administrating)]
AsAdministratorInPerson = Annotated[Present, Depends(administrating_in_person)]
Here = Annotated[Present, Depends(present)]
InPerson = Annotated[Present, Depends(in_person)]
