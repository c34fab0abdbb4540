"""What was found out about a letter beside its words: a bounce, an invitation, checks of its origin; and the same as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What became of one recipient. `original` is the address first written to, where that is another."""

    recipient: str
    original: str = ""
    status: str = ""
    reply_code: str = ""
    reason: str = ""
    hard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report that a letter was not delivered (or that its reader complained). `status` is RFC 3463's, `reply_code` SMTP's; both ""
    when nothing says them. `hard`: no use to write to this address again. All but `recipients` and `failures` are of the first."""

    recipients: tuple[str, ...] = ()
    status: str = ""
    reply_code: str = ""
    reason: str = ""
    hard: bool = False
    failures: tuple[Failure, ...] = ()
    """Each recipient's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A meeting (RFC 5545); times in seconds since 1970. `method` is REQUEST, CANCEL, REPLY ... or ""."""

    method: str = ""
    summary: str = ""
    place: str = ""
    organiser: str = ""
    starts_at: float | None = None
    ends_at: float | None = None
    all_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One result of a check of the letter's origin. `authority` is who checked; "" is this server."""

    authority: str
    method: str
    result: str
    domain: str = ""


def as_json(found: Bounce | Invite | None) -> dict[str, Any] | None:
    """For a column."""
    return asdict(found) if found else None


def bounce_of(value: Mapping[str, Any] | None) -> Bounce | None:
    """Out of a column."""
    if not value:
        return None
    failures = tuple(Failure(**each) for each in value["failures"])
    return Bounce(**{**value, "recipients": tuple(value["recipients"]), "failures": failures})


def invite_of(value: Mapping[str, Any] | None) -> Invite | None:
    """The same."""
    return Invite(**value) if value else None


def checks_of(value: Iterable[Mapping[str, Any]] | None) -> tuple[Authentication, ...]:
    """The same."""
    return tuple(Authentication(**each) for each in value or ())
