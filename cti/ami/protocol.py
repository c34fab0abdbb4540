"""AMI on the wire, without a socket: bytes in, messages out; actions in, bytes out.

The format: lines `Name: value` ended by CR LF, an empty line ends a message, the first line of a connection is a
banner. Text is UTF-8 as callers sent it, so anything may stand in a value: broken characters are replaced, of a name
that comes twice the first value counts (a caller's name can add lines to a user event), nothing raises but a message
beyond the cap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

MESSAGE_CAP_BYTES = 1 << 20
LINE_CAP_BYTES = 1024
"""Asterisk discards longer input lines (manager.c)."""
_END = b"\r\n\r\n"
_BANNER = b"Asterisk Call Manager"
_NESTED = ("Variable", "ChanVariable", "DestChanVariable")
"""Headers that hold `name=value` and come once for each variable; `ChanVariable: A=1` is read as `ChanVariable/A`."""


class MessageTooLong(Exception):
    """A message without an end within the cap: the link is not to be trusted any more."""


class UnsafeText(ValueError):
    """A value that could end its line, and with it start an action of its own; or one too long for a line."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: a reply (it has `Response`) or an event. Absent headers read as the empty text."""

    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def event(self) -> str:
        """The event's name; empty for a reply."""
        return self["Event"]

    @property
    def at(self) -> float | None:
        """When it happened by Asterisk's clock, epoch seconds (`timestampevents=yes`)."""
        try:
            return float(self["Timestamp"])
        except ValueError:
            return None


def parse(block: bytes) -> Message:
    """Read one message without its final empty line."""
    headers: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value.strip(" ")
        if name in _NESTED:
            inner, _, value = value.partition("=")
            name = f"{name}/{inner}"
        headers.setdefault(name, value)
    return Message(MappingProxyType(headers))


class Framer:
    """Collects bytes until messages are whole; a character or line split between packets is no concern of anyone."""

    def __init__(self, cap_bytes: int = MESSAGE_CAP_BYTES) -> None:
        self._rest = bytearray()
        self._searched = 0
        self._cap_bytes = cap_bytes
        self.banner = ""

    def feed(self, data: bytes) -> list[Message]:
        """Add what arrived and return the messages that are complete now. Raises `MessageTooLong`."""
        self._rest += data
        self._take_banner()
        cut = self._rest.rfind(_END, max(0, self._searched - len(_END)))
        if cut < 0:
            self._searched = len(self._rest)
            if self._searched > self._cap_bytes:
                raise MessageTooLong(f"no end of a message within {self._cap_bytes} bytes")
            return []
        whole = bytes(self._rest[:cut])
        del self._rest[: cut + len(_END)]
        self._searched = 0
        return [parse(block) for block in whole.split(_END) if block]

    def _take_banner(self) -> None:
        if not self.banner and self._rest.startswith(_BANNER) and (end := self._rest.find(b"\r\n")) >= 0:
            self.banner = self._rest[:end].decode("ascii", "replace")
            del self._rest[: end + 2]


def encode(name: str, action_id: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Write one action. Raises `UnsafeText` for CR, LF or NUL anywhere, a colon in a name, or a line over 1024 bytes."""
    lines = [
        _line("Action", name),
        _line("ActionID", action_id),
        *(_line(key, value) for key, value in headers),
    ]
    return b"\r\n".join(lines) + _END


def _line(key: str, value: str) -> bytes:
    if any(mark in key + value for mark in "\r\n\0") or ":" in key:
        raise UnsafeText(f"{key!r} holds a line break or NUL")
    try:
        line = f"{key}: {value}".encode()
    except UnicodeEncodeError as error:
        raise UnsafeText(f"{key!r} cannot be written as UTF-8") from error
    if len(line) >= LINE_CAP_BYTES:
        raise UnsafeText(f"{key!r} is longer than a line of Asterisk's ({LINE_CAP_BYTES} bytes)")
    return line
