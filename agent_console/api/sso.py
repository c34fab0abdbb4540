"""Single sign-on: to the identity provider and back. Both are visited by browsers, so both answer with a way on."""

import json
import secrets
from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.oidc.provider import Begun, Provider
from agent_console.sign_in import Admitted, Caller, admit, give_session, record, sealing
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from crm_core import identities
from crm_core.identities import Identity, Welcome
from crm_core.store import Connection
from crm_core.users import User

router = APIRouter(prefix="/login/oidc", tags=["session"])
_TRANSCRIPT = Transcript("console")
_COOKIE = "trunkline_sso"
_PATH = "/api/v1/login/oidc"
_WITHIN_S = 600
_PURPOSE = "single sign-on"
Text = Annotated[str, Query(max_length=4000)]


@router.get("", status_code=303)
async def begin_oidc(request: Request, within: InContext) -> RedirectResponse:
    """On to the provider; what the answer must fit stays with this browser, sealed."""
    try:
        provider, seal = _provider(within), sealing(within)
        begun = Begun(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            redirect=_redirect(request, within),
            until=within.clock.now() + _WITHIN_S,
        )
        onward = RedirectResponse(await provider.address(begun), 303)
    except (Refused, Unavailable) as problem:
        return _back(problem)
    onward.set_cookie(
        _COOKIE,
        seal.close(json.dumps(asdict(begun)), purpose=_PURPOSE),
        max_age=_WITHIN_S,
        path=_PATH,
        httponly=True,
        samesite="lax",  # the way back is a navigation from the provider's site
        secure=within.settings.http.cookies_are_secure,
    )
    return onward


@router.get("/callback", status_code=303)
async def finish_oidc(  # noqa: PLR0917 - an answer's parameters
    request: Request,
    within: InContext,
    state: Text = "",
    code: Text = "",
    error: Text = "",
    iss: Annotated[str | None, Query(max_length=1000)] = None,
) -> RedirectResponse:
    """Back from the provider: a session, or the sign-in page with what is wrong or with the second step."""
    caller = Caller.of(request)
    try:
        begun = _begun(request, within, state)
        identity = await _provider(within).identity(_granted(code, error), begun, iss)
        user = await _user(within, identity, caller)
        trusted = within.settings.oidc.trust_second_factor
        back = _home(within, await admit(within, user, caller, way="oidc", trusted=trusted), caller)
    except (Refused, Unavailable) as problem:
        back = _back(problem)
    back.delete_cookie(_COOKIE, path=_PATH, httponly=True, samesite="lax")
    return back


async def _user(within: Context, identity: Identity, caller: Caller) -> User:
    settings, now = within.settings.oidc, within.clock.now()
    welcome = Welcome(
        by_email=settings.link_by_email,
        role=settings.role_of(identity.groups) if settings.create_users else None,
    )

    def unit(connection: Connection) -> User | Refused:
        try:
            user, new = identities.resolve(connection, identity, welcome, now)
        except Refused as refusal:
            record(
                connection, "sign_in_failed", None, None, caller.address, now, login=identity.login[:100],
                step=refusal.code,
            )  # fmt: skip
            return refusal
        if new:
            record(
                connection, "identity_linked", user.id, user.id, caller.address, now, subject=identity.subject
            )
        return user

    found = await within.store.write(unit)
    if isinstance(found, Refused):  # handed back, not raised: that it failed must be kept
        raise found
    if found.id not in within.hub.world.directory.users:
        within.bus.publish("config", found.id)
    return found


def _home(within: Context, admitted: Admitted, caller: Caller) -> RedirectResponse:
    if admitted.token is None:
        return RedirectResponse(f"/#ticket={quote(admitted.ticket or '')}", 303)
    back = RedirectResponse("/", 303)
    give_session(within, back, admitted.token)
    _TRANSCRIPT.note("<", admitted.user.login, f"signed in by the identity provider from {caller.address}")
    return back


def _back(problem: Refused | Unavailable) -> RedirectResponse:
    """The sign-in page says what is wrong; a fragment is in nobody's log."""
    _TRANSCRIPT.note("!", "oidc", str(problem))
    code = problem.code if isinstance(problem, Refused) else "oidc.unavailable"
    return RedirectResponse(f"/#sign-in={quote(code)}", 303)


def _begun(request: Request, within: Context, state: str) -> Begun:
    """What this browser began; `Refused` for an answer that it did not ask for, or too late."""
    try:
        kept = json.loads(sealing(within).open(request.cookies.get(_COOKIE, ""), purpose=_PURPOSE))
    except ValueError as error:
        raise Refused("oidc.state", Kind.FORBIDDEN) from error
    begun = Begun(**kept)
    if not begun.is_answered_by(state):
        raise Refused("oidc.state", Kind.FORBIDDEN)
    if within.clock.now() > begun.until:
        raise Refused("oidc.state", Kind.FORBIDDEN)
    return begun


def _granted(code: str, error: str) -> str:
    if error or not code:
        raise Refused("oidc.refused", Kind.FORBIDDEN, error=error[:100])
    return code


def _redirect(request: Request, within: Context) -> str:
    """Where the provider sends the browser: where it came from, if that is ours (loopback has several names)."""
    asked = f"{request.url.scheme}://{request.headers.get('host', '')}"
    ours = sorted(within.origins)
    return f"{asked if asked in within.origins else ours[0]}{_PATH}/callback"


def _provider(within: Context) -> Provider:
    if within.provider is None:
        raise Refused("oidc.off", Kind.MISSING)
    return within.provider
