"""Time-based one-time passwords (RFC 6238 over RFC 4226): SHA-1, 30 seconds, 6 digits. Pure."""

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
DRIFT_STEPS = 1
"""Each way: a phone's clock may be half a minute off (RFC 6238, 5.2 advises no more)."""
_SECRET_BYTES = 20  # RFC 4226, 4 (R6)


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of a time step (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_at(now: float) -> int:
    """The number of the time step (RFC 6238, 4.2)."""
    return int(now // STEP_S)


def matching_step(secret: str, code: str, now: float, *, after: int) -> int | None:
    """The step whose code this is, within the drift and later than `after`; None when there is none."""
    given, here, found = code.encode(), step_at(now), None
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        # every step is compared, so that the time taken tells nothing
        if hmac.compare_digest(code_at(secret, step).encode(), given) and step > after and found is None:
            found = step
    return found


def address(secret: str, *, centre: str, login: str) -> str:
    """What the QR code says: the `otpauth` address that authenticator apps agree on."""
    label = f"{quote(centre, safe='')}:{quote(login, safe='')}"
    query = urlencode(
        {"secret": secret, "issuer": centre, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_S},
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{query}"
