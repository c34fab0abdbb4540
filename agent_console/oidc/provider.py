"""One identity provider: what it publishes of itself, its keys, and whom a code of its stands for."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from agent_console.oidc.id_token import Claims, KeyUnknown, believed, invalid, read, values_of
from agent_console.oidc.web import PEER
from config.clock import Clock
from config.errors import Unavailable
from config.settings import Oidc
from crm_core.identities import Identity

_KEPT_S = 3600.0
_KEYS_AGAIN_S = 10.0
"""A token with a key that nobody knows may make us ask again only so often."""
_Document = Mapping[str, Any]


class Asks(Protocol):
    """How the provider is asked."""

    async def get(self, url: str, *, bearer: str = "") -> dict[str, Any]: ...

    async def post(
        self, url: str, form: dict[str, str], *, login: tuple[str, str] | None
    ) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What one browser's sign-in is held together by; it stays with that browser, sealed."""

    state: str
    nonce: str
    verifier: str
    redirect: str
    until: float

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer belongs to it."""
        return hmac.compare_digest(self.state.encode(), state.encode())


class Provider:
    """Its metadata (OpenID Connect Discovery 1.0, 4) and keys are read when they are first needed, and again in time."""

    def __init__(self, settings: Oidc, web: Asks, clock: Clock) -> None:
        self._settings, self._web, self._clock = settings, web, clock
        self._origins = {_origin(settings.issuer), *map(_origin, settings.further_origins.split())}
        self._metadata: _Document = {}
        self._metadata_at = self._keys_at = float("-inf")
        self._keys: list[_Document] = []

    @property
    def label(self) -> str:
        """What the button says; empty: a word of ours."""
        return self._settings.label

    async def address(self, begun: Begun) -> str:
        """Where the browser goes to sign in (RFC 6749, 4.1.1; RFC 7636, 4.3)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": begun.redirect,
            "scope": self._settings.scopes,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint(await self._published(), "authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def identity(self, code: str, begun: Begun, issuer: str | None) -> Identity:
        """Who came back with this code. `issuer` is whom the answer names, if it does (RFC 9207)."""
        if issuer is not None and issuer != self._settings.issuer:
            raise invalid("issuer")
        published = await self._published()
        form, login = self._exchange(code, begun)
        answer = await self._web.post(self._endpoint(published, "token_endpoint"), form, login=login)
        if not isinstance(answer.get("id_token"), str):
            raise invalid("id_token")
        claims = believed(
            await self._read(answer["id_token"]),
            issuer=self._settings.issuer,
            client=self._settings.client_id,
            nonce=begun.nonce,
            now=self._clock.now(),
        )
        return self._identity(await self._completed(published, claims, answer.get("access_token")))

    def _exchange(self, code: str, begun: Begun) -> tuple[dict[str, str], tuple[str, str] | None]:
        secret = self._settings.client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect,
            "code_verifier": begun.verifier,
        }
        if secret:
            return form, (self._settings.client_id, secret)
        return form | {"client_id": self._settings.client_id}, None

    async def _read(self, token: str) -> Claims:
        keys = await self._signing_keys()
        try:
            return read(token, keys)
        except KeyUnknown:
            if self._clock.monotonic() - self._keys_at < _KEYS_AGAIN_S:
                raise invalid("key") from None
        try:
            return read(token, await self._signing_keys(again=True))
        except KeyUnknown:
            raise invalid("key") from None

    async def _signing_keys(self, *, again: bool = False) -> list[_Document]:
        now = self._clock.monotonic()
        if again or now - self._keys_at >= _KEPT_S:
            published = await self._web.get(self._endpoint(await self._published(), "jwks_uri"))
            listed = published.get("keys")
            self._keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
            self._keys_at = now
        return self._keys

    async def _published(self) -> _Document:
        now = self._clock.monotonic()
        if now - self._metadata_at >= _KEPT_S:
            issuer = self._settings.issuer
            found = await self._web.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise Unavailable(
                    PEER,
                    f"{issuer} calls itself {str(found.get('issuer'))[:200]!r}: write [oidc] issuer exactly so",
                )
            self._metadata, self._metadata_at = found, now
        return self._metadata

    def _endpoint(self, published: _Document, name: str) -> str:
        """An address out of the metadata, if it is where the settings allow: it must not lead us into our own network."""
        address = published.get(name)
        if not isinstance(address, str) or _origin(address) not in self._origins:
            raise Unavailable(
                PEER,
                f"its {name} {str(address)[:200]!r} is not on the issuer's origin; name its origin in [oidc] further_origins if that is right",
            )
        return address

    async def _completed(self, published: _Document, claims: Claims, access_token: object) -> Claims:
        """Some providers tell the rest only where one asks for it (OpenID Connect Core, 5.3)."""
        wanted = {"email", "name", "preferred_username", self._settings.role_claim.partition(".")[0]}
        if wanted <= set(claims) or "userinfo_endpoint" not in published or not isinstance(access_token, str):
            return claims
        told = await self._web.get(self._endpoint(published, "userinfo_endpoint"), bearer=access_token)
        if told.get("sub") != claims["sub"]:
            raise invalid("subject")
        if "email" in claims and told.get("email") != claims["email"]:
            told.pop("email_verified", None)  # it is about another address
        return {**told, **claims}

    def _identity(self, claims: Claims) -> Identity:
        email = claims.get("email")
        verified = isinstance(email, str) and claims.get("email_verified") is True
        login = next(iter(values_of(claims, "preferred_username")), "") or str(email or claims["sub"])
        return Identity(
            issuer=self._settings.issuer,
            subject=claims["sub"],
            email=str(email).strip().lower() if verified else None,
            name=next(iter(values_of(claims, "name")), "") or login,
            login=login,
            language=_language(next(iter(values_of(claims, "locale")), "")),
            groups=values_of(claims, self._settings.role_claim),
        )


def _language(locale: str) -> str:
    """One of ours by a BCP 47 tag; Chinese is written in two ways, and the script or the place says which."""
    parts = locale.replace("_", "-").casefold().split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-TW" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-CN"


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
