"""What the edge found out about a letter's origin: Authentication-Results (RFC 8601), as said, by whom."""

import re

from channels.email.reading.headers import Fields
from channels.email.reading.parsed import Authentication

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(
    r"^([a-z][a-z0-9-]{0,30})(?:/\d{1,3})?\s*=\s*([a-z]{1,20})\b(.{0,2000})$", re.IGNORECASE | re.DOTALL
)
_PROPERTY = re.compile(
    r"\b(?:smtp|header|policy|body|dns)\.([a-z-]{1,30})\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE
)
_SHOWN = {"spf", "dkim", "dmarc", "arc", "auth", "iprev"}
_MOST = 20


def results(fields: Fields) -> tuple[Authentication, ...]:
    """Every result of every field, the newest first. Who may be believed is the server's to know: anybody can write such a field."""
    found: list[Authentication] = []
    for raw in fields.raw("authentication-results")[:_MOST]:
        parts = _COMMENT.sub(" ", raw.decode("utf-8", "replace")).split(";")
        authority = parts[0].strip().split(" ")[0][:255]
        for part in parts[1:_MOST]:
            match = _RESULT.match(part.strip())
            if match and match[1].lower() in _SHOWN:
                domain = next((_domain(value) for _, value in _PROPERTY.findall(match[3])), "")
                found.append(
                    Authentication(
                        authority=authority, method=match[1].lower(), result=match[2].lower(), domain=domain
                    )
                )
    return tuple(found[:_MOST])


def _domain(value: str) -> str:
    return value.rpartition("@")[2].strip("<>").lower()
