"""What a form sends back, and that it was ours: fields as text, a token that is bound to a cookie, an origin that is our own."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from agent_console.context import Context
from agent_console.gate import allowed_origin
from config.errors import Kind, Refused

COOKIE = "trunkline_form"
TOKEN = "form_token"  # noqa: S105 - a field's name
TRAP = "website"
"""A field that people do not see and programs fill in."""
MOST_FIELDS = 60
_LONGEST_TOKEN_S = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields that were sent, each once, without outer blanks; line breaks are LF."""

    fields: Mapping[str, str]

    def text(self, name: str, most: int) -> str:
        """At most `most` characters: what is longer was not typed into our field."""
        return self.fields.get(name, "")[:most]


async def read(request: Request, within: Context) -> Form:
    """`Refused` for a foreign origin and for what no browser sends."""
    if not allowed_origin(request.headers.get("origin"), within.origins) or request.headers.get(
        "sec-fetch-site", "same-origin"
    ) not in ("same-origin", "none"):
        raise Refused("request.origin", Kind.FORBIDDEN, origin=request.headers.get("origin", "")[:200])
    if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
        raise Refused("request.form", Kind.INVALID)
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (ValueError, UnicodeDecodeError) as error:
        raise Refused("request.form", Kind.INVALID) from error
    if any("\0" in part for pair in pairs for part in pair):
        # nobody types it, and PostgreSQL keeps none
        raise Refused("request.form", Kind.INVALID)
    return Form(
        fields={name: value.replace("\r\n", "\n").replace("\r", "\n").strip() for name, value in pairs}
    )


def new_cookie() -> str:
    return secrets.token_urlsafe(18)


def token(secret: str, bound_to: str, now: float) -> str:
    """Proves that the form came from us to this very browser, and when. `bound_to` is a cookie that no other site reads."""
    made = f"{int(now)}"
    return f"{made}.{_signed(secret, bound_to, made)}"


def is_ours(secret: str, bound_to: str, given: str, now: float) -> bool:
    """Whether it is such a token, not older than six hours."""
    made, _, signature = given.partition(".")
    if (
        not bound_to
        or not made.isdigit()
        or not hmac.compare_digest(signature, _signed(secret, bound_to, made))
    ):
        return False
    return now - _LONGEST_TOKEN_S <= float(made) <= now + 60


def age_s(given: str, now: float) -> float:
    """How long ago the form was made; nobody writes a question in a second."""
    made = given.partition(".")[0]
    return now - float(made) if made.isdigit() and len(made) < 12 else 0.0


def _signed(secret: str, bound_to: str, made: str) -> str:
    return hmac.new(secret.encode(), f"form\0{bound_to}\0{made}".encode(), hashlib.sha256).hexdigest()
