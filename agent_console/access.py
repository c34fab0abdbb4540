"""Who may: sessions in a cookie, roles, and that a request comes from our own pages. Denied unless a route says otherwise."""

from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie

from agent_console.context import Context
from agent_console.gate import COOKIE, HEADER, allowed_origin
from config.errors import Kind, Refused
from crm_core import sessions
from crm_core.users import User

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/v1/login.")


def context(request: Request) -> Context:
    """What the routes work with."""
    return cast("Context", request.app.state.context)


InContext = Annotated[Context, Depends(context)]


def same_site(request: Request, within: InContext) -> None:
    """A state-changing request carries a header that no cross-site form can send, and no foreign origin."""
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get(HEADER) != "1":
        raise Refused("request.header", Kind.FORBIDDEN, header=HEADER)
    if not allowed_origin(request.headers.get("origin"), within.origins):
        raise Refused("request.origin", Kind.FORBIDDEN, origin=request.headers["origin"][:200])


async def signed_in(within: InContext, token: Annotated[str | None, Security(_cookie)]) -> User:
    """Anyone with a session."""
    user = await within.store.read(
        lambda connection: sessions.user_of(connection, token, within.clock.now()) if token else None
    )
    if user is None:
        raise Refused("session.ended", Kind.UNAUTHENTICATED)
    return user


def agent(user: Annotated[User, Depends(signed_in)]) -> User:
    """Those who work on interactions."""
    return _with_role(user, "agent")


def supervisor(user: Annotated[User, Depends(signed_in)]) -> User:
    """Those who watch the floor."""
    return _with_role(user, "supervisor", "admin")


def _with_role(user: User, *roles: str) -> User:
    if user.role not in roles:
        raise Refused("access.role", Kind.FORBIDDEN, role=user.role)
    return user


SignedIn = Annotated[User, Depends(signed_in)]
AsAgent = Annotated[User, Depends(agent)]
AsSupervisor = Annotated[User, Depends(supervisor)]
Token = Annotated[str | None, Security(_cookie)]
