"""The two expected kinds of failure; anything else is a bug and crashes its task group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Param = str | int | float | bool | None


class Kind(StrEnum):
    """Whose fault a refusal is, in the terms an API answers with (RFC 9110 status in brackets)."""

    INVALID = "invalid"  # 422
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    MISSING = "missing"  # 404
    CONFLICT = "conflict"  # 409
    STALE = "stale"  # 412
    TOO_MANY = "too_many"  # 429


class Refused(Exception):
    """The caller's fault: nothing was changed, nothing was lost.

    `code` is stable and translated by the console (`case.unknown`), `params` fill its sentence; `pointer` names the
    field of the request (RFC 6901) where one is to blame.
    """

    def __init__(self, code: str, kind: Kind = Kind.CONFLICT, *, pointer: str = "", **params: Param) -> None:
        super().__init__(code, params)
        self.code = code
        self.kind = kind
        self.pointer = pointer
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({shown})" if shown else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field of a request."""

    pointer: str
    code: str
    params: Mapping[str, Param]


class RefusedFields(Refused):
    """Several fields are wrong, and all are told at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("request.invalid", Kind.INVALID)
        self.faults = tuple(faults)


class Unavailable(Exception):
    """A peer's fault (Asterisk, the database, a relay): retried, shown as status, answered with 503."""

    def __init__(self, peer: str, reason: str) -> None:
        super().__init__(f"{peer}: {reason}")
        self.peer = peer
        self.reason = reason
