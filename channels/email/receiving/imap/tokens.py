"""Access tokens for mailboxes (RFC 6749, 6): a refresh token is turned into one, which is used until shortly before it ends.

Bounded in time and size, never led elsewhere by a redirect. A token endpoint that says no has said so for good (a token that was withdrawn or ran
out): that is an alarm at once, and nothing that waiting mends.
"""

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from channels.email.receiving.imap.connection import SignInRefused
from config.clock import Clock
from config.errors import Unavailable
from crm_core.mail_in.mailboxes import Mailbox, is_token_url

_WITHIN_S = 15.0
_MOST_BYTES = 64 * 1024
_USED_FOR_S = 3000.0  # where the endpoint does not say how long: an hour is usual
_BEFORE_ITS_END_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`refresh_token`: a new one, which takes the old one's place; "" when the old one goes on."""

    access_token: str
    until: float
    refresh_token: str = ""


class Tokens:
    """One mailbox's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: Token | None = None

    def forget(self) -> None:
        """It was refused: the next one is a new one."""
        self._kept = None

    async def token(self, box: Mailbox, client_secret: str, refresh_token: str) -> Token:
        """One that holds. `SignInRefused` when the endpoint gives none, `Unavailable` when it does not answer."""
        if self._kept and self._kept.until > self._clock.now():
            return Token(access_token=self._kept.access_token, until=self._kept.until)
        if not is_token_url(box.token_url):
            raise SignInRefused("the token endpoint is no address to send a token to")
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": box.client_id,
            "client_secret": client_secret,
            "scope": box.scope,
        }
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        self._kept = self._read(await asyncio.to_thread(_post, box.token_url, body))
        return self._kept

    def _read(self, told: dict[str, Any]) -> Token:
        access = told.get("access_token")
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            raise SignInRefused("the token endpoint gave no access token")
        lasts_s = told.get("expires_in")
        usable_s = float(lasts_s) if isinstance(lasts_s, int | float) and lasts_s > 0 else _USED_FOR_S
        refresh = told.get("refresh_token")
        return Token(
            access_token=access,
            until=self._clock.now() + max(usable_s - _BEFORE_ITS_END_S, usable_s / 2),
            refresh_token=refresh if isinstance(refresh, str) else "",
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _post(url: str, body: bytes) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - https, or this machine: see is_token_url
        url, body, {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    )
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_WITHIN_S) as answer:
            raw = answer.read(_MOST_BYTES)
    except urllib.error.HTTPError as problem:
        with problem:
            words = problem.read(1000).decode("utf-8", "replace")
        if 400 <= problem.code < 500 and problem.code != 429:
            raise SignInRefused(f"the token endpoint refuses ({_error(words) or problem.code})") from problem
        raise Unavailable("token endpoint", f"it answered {problem.code}") from problem
    except OSError as problem:
        raise Unavailable("token endpoint", f"it does not answer ({problem})") from problem
    try:
        told = json.loads(raw)
    except ValueError as problem:
        raise Unavailable("token endpoint", "its answer is no JSON") from problem
    if not isinstance(told, dict):
        raise Unavailable("token endpoint", "its answer is no object")
    return told


def _error(words: str) -> str:
    """The code of RFC 6749, 5.2."""
    try:
        told = json.loads(words)
    except ValueError:
        return ""
    code = told.get("error") if isinstance(told, dict) else None
    return code[:100] if isinstance(code, str) and code.isprintable() else ""
