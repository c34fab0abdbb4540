"""What is common to all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels.written.contract import Dead, Later, Link, Outcome, Unknown
from crm_core.sms.gateways import Gateway
from crm_core.written.outgoing import Outgoing


class Malformed(ValueError):
    """A request that proves who sent it and cannot be understood all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A request that came to us. `url` as the gateway wrote it; header names in lower case."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat:
    """Which part of which message: `reference` is the same in all of them."""

    reference: str
    total: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text message, or a part of one."""

    id: str
    sender: str
    recipient: str
    text: str
    at: float | None = None
    concat: Concat | None = None
    media: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of one of ours: sent, delivered, failed."""

    id: str
    state: str
    reason: str = ""


Said = Message | Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to a gateway."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How a request of theirs is answered."""

    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """One contract."""

    knows_repeats: bool

    def call(self, gateway: Gateway, message: Outgoing, hook: str, now: float) -> Call:
        """The request that hands a message over; `hook` is where it reports to."""
        ...

    def outcome(self, status: int, body: bytes) -> Outcome:
        """What its answer means."""
        ...

    def genuine(self, gateway: Gateway, hook: Hook, now: float) -> bool:
        """Whether the gateway sent this."""
        ...

    def read(self, hook: Hook) -> Sequence[Said]:
        """What it says. `Malformed` when that cannot be understood."""
        ...

    def media_headers(self, gateway: Gateway) -> Mapping[str, str]:
        """What opens a picture at the gateway's own host."""
        ...

    def reply(self) -> Reply:
        """The answer to a request that was taken."""
        ...


def refusal(status: int, reason: str) -> Outcome:
    """What a status that is no success says: ours to mend (or nobody's), or a matter of time."""
    if status in {408, 425, 429} or (status >= 500 and status not in {501, 505}):
        return Unknown(reason=reason) if status in {408, 502, 504} else Later(reason=reason)
    return Dead(reason=reason)


def concat_of_header(hexadecimal: str) -> Concat | None:
    """The concatenation in a user data header (3GPP TS 23.040, 9.2.3.24.1 and .8); None when there is none. `Malformed` for what is no header."""
    try:
        octets = bytes.fromhex(hexadecimal)
    except ValueError as problem:
        raise Malformed("the user data header is not hexadecimal") from problem
    if not octets or octets[0] != len(octets) - 1:
        raise Malformed("the user data header has another length than it says")
    place = 1
    while place + 1 < len(octets):
        kind, length = octets[place], octets[place + 1]
        data = octets[place + 2 : place + 2 + length]
        if len(data) != length:
            raise Malformed("the user data header ends in the middle")
        if (kind, length) in {(0x00, 3), (0x08, 4)}:
            return checked(Concat(reference=data[:-2].hex(), total=data[-2], number=data[-1]))
        place += 2 + length
    return None


def checked(concat: Concat) -> Concat | None:
    """None for a message of one part. `Malformed` for a part that there cannot be."""
    if not 1 <= concat.number <= concat.total <= 255:
        raise Malformed("there is no such part")
    return concat if concat.total > 1 else None
