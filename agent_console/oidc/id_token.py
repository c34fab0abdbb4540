"""What an ID token says, and whether to believe it (OpenID Connect Core 1.0, 3.1.3.7). No I/O, no clock of its own."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
import jwt.types

from config.errors import Kind, Refused

Claims = Mapping[str, Any]
LEEWAY_S = 60.0
"""Between two machines' clocks."""
_TYPE_OF = {"RS256": "RSA", "ES256": "EC"}
"""Nothing else is taken: `none` and the symmetric ones are how such checks are got round (RFC 8725, 3.1)."""
_UNCHECKED: jwt.types.Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""`believed` does, by our clock."""


class KeyUnknown(Exception):
    """No key of the provider's fits: it may have new ones."""


def read(token: str, keys: Sequence[Mapping[str, Any]]) -> Claims:
    """The claims of a token that one of these JSON Web Keys has signed."""
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm not in _TYPE_OF:
            raise invalid("algorithm")
        key = jwt.PyJWK(dict(_key_for(keys, header.get("kid"), algorithm)), algorithm)
        claims: Claims = jwt.decode(token, key, algorithms=[algorithm], options=_UNCHECKED)
    except (jwt.PyJWTError, ValueError) as problem:  # the latter from numbers that make no key
        raise invalid("signature") from problem
    return claims


def _key_for(keys: Sequence[Mapping[str, Any]], name: object, algorithm: str) -> Mapping[str, Any]:
    fitting = [
        key
        for key in keys
        if key.get("kty") == _TYPE_OF[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (name is None or key.get("kid") == name)
    ]
    if len(fitting) != 1:  # without a name only a single key can be meant
        raise KeyUnknown
    return fitting[0]


def believed(claims: Claims, *, issuer: str, client: str, nonce: str, now: float) -> Claims:
    """The claims, if they are this provider's, for us, of now, and of the sign-in that this browser began."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise invalid("issuer")
    if client not in audiences or claims.get("azp", client) != client:
        raise invalid("audience")
    if len(audiences) > 1 and "azp" not in claims:
        raise invalid("audience")
    if _number(claims, "exp") + LEEWAY_S <= now:
        raise invalid("expired")
    if _number(claims, "iat") - LEEWAY_S > now or _number(claims, "nbf", 0.0) - LEEWAY_S > now:
        raise invalid("early")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise invalid("nonce")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise invalid("subject")
    return claims


def values_of(claims: Claims, path: str) -> tuple[str, ...]:
    """The texts of a claim, one or many; dots lead inwards."""
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return tuple(each for each in listed if isinstance(each, str))


def invalid(reason: str) -> Refused:
    """The provider's answer is not to be believed."""
    return Refused("oidc.invalid", Kind.UNAUTHENTICATED, reason=reason)


def _number(claims: Claims, name: str, otherwise: float | None = None) -> float:
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(name)
    return float(value)
