"""AMI on the wire, without a socket: bytes in, messages out; actions in, bytes out.

The format: lines `Name: value` ended by CR LF, an empty line ends a message, the first line of a connection is a
banner. Text is UTF-8 as callers sent it, so anything may stand in a value: broken characters are replaced, of a name
that comes twice the first value counts (a caller's name can add lines to a user event), nothing raises but a message
beyond the cap.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite
from types import MappingProxyType

MESSAGE_CAP_BYTES = 1 << 20
LINE_CAP_BYTES = 1024
"""Asterisk discards longer input lines (manager.c)."""
_END = b"\r\n\r\n"
_EVENT = "Event: "
_BANNER = b"Asterisk Call Manager"
_NESTED = ("Variable", "ChanVariable", "DestChanVariable")
"""Headers that hold `name=value` and come once for each variable; `ChanVariable: A=1` is read as `ChanVariable/A`."""


class MessageTooLong(Exception):
    """A message without an end within the cap: the link is not to be trusted any more."""


class UnsafeText(ValueError):
    """A value that could end its line, and with it start an action of its own; or one too long for a line."""


class Message:
    """One message: a reply (it has `Response`) or an event. Absent headers read as the empty text.

    Of most events a header or two are asked for, so what came is taken apart only when somebody wants all `headers`.
    """

    __slots__ = ("_headers", "_text", "event")

    event: str
    """The event's name; empty for a reply."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers: Mapping[str, str] | None = headers
        self._text, self.event = "", headers.get("Event", "")

    @classmethod
    def of(cls, text: str) -> "Message":
        """As it came, without the empty line that ends it."""
        message = cls.__new__(cls)
        message._headers, message._text = None, "\r\n" + text  # noqa: SLF001 - our own
        if text.startswith(_EVENT):  # how Asterisk begins every event; else it is looked for
            end = text.find("\r\n")
            message.event = text[len(_EVENT) : len(text) if end < 0 else end].strip(" ")
        else:
            message.event = message["Event"]
        return message

    def __getitem__(self, name: str) -> str:
        if self._headers is not None:
            return self._headers.get(name, "")
        mark = _mark(name)
        if not mark:
            found = _nested(self._text, name)
            return self.headers.get(name, "") if found is None else found
        # the first line of this name, as `_taken_apart` has it
        text = self._text
        begin = text.find(mark)
        if begin < 0:
            return ""
        begin += len(mark)
        end = text.find("\r\n", begin)
        return (text[begin:] if end < 0 else text[begin:end]).strip(" ")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.headers == other.headers

    __hash__ = None  # type: ignore[assignment] # a mapping may be compared, never be a key

    def __repr__(self) -> str:
        return f"Message({dict(self.headers)!r})"

    @property
    def headers(self) -> Mapping[str, str]:
        """All, by name; those of `_NESTED` as `ChanVariable/A`."""
        if self._headers is None:
            self._headers = MappingProxyType(_taken_apart(self._text))
        return self._headers

    @property
    def at(self) -> float | None:
        """When it happened by Asterisk's clock, epoch seconds (`timestampevents=yes`)."""
        return moment(self["Timestamp"])


def moment(text: str) -> float | None:
    """Epoch seconds, as Asterisk and its dialplan write them; None for what is no time (`nan` and `inf` are numbers for Python)."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None


def parse(block: bytes) -> Message:
    """Read one message without its final empty line."""
    return Message.of(block.decode("utf-8", "replace"))


@lru_cache(maxsize=256)
def _mark(name: str) -> str:
    """With what the line of a header begins; empty for those that take more than a look."""
    return "" if "/" in name or name in _NESTED else f"\r\n{name}:"


def _nested(text: str, name: str) -> str | None:
    """The value of the first variable, spelt as Asterisk does; None: it takes more than a look."""
    outer, slash, inner = name.partition("/")
    if not slash or outer not in _NESTED:
        return None
    first, mark = text.find(f"\r\n{outer}:"), f"\r\n{outer}: {inner}="
    if first < 0:
        return ""
    if not text.startswith(mark, first):
        return None
    begin = first + len(mark)
    end = text.find("\r\n", begin)
    return (text[begin:] if end < 0 else text[begin:end]).rstrip(" ")


def _taken_apart(text: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value.strip(" ")
        if name in _NESTED:
            inner, _, value = value.partition("=")
            name = f"{name}/{inner}"
        headers.setdefault(name, value)
    return headers


class Framer:
    """Collects bytes until messages are whole; a character or line split between packets is no concern of anyone."""

    def __init__(self, cap_bytes: int = MESSAGE_CAP_BYTES) -> None:
        self._rest = bytearray()
        self._searched = 0
        self._cap_bytes = cap_bytes
        self.banner = ""
        self._at_start = True

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
        whole = self._rest[:cut].decode("utf-8", "replace")
        del self._rest[: cut + len(_END)]
        self._searched = 0
        # more empty lines than one between messages are none themselves
        return [Message.of(block) for block in whole.split("\r\n\r\n") if block and not block.isspace()]

    def _take_banner(self) -> None:
        """It is the first line of a connection or there is none: what says the same later is a message like others."""
        if not self._at_start:
            return
        if not _BANNER.startswith(self._rest[: len(_BANNER)]):
            self._at_start = False
        elif (end := self._rest.find(b"\r\n")) >= 0:
            self.banner = self._rest[:end].decode("ascii", "replace")
            del self._rest[: end + 2]
            self._searched, self._at_start = 0, False


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
