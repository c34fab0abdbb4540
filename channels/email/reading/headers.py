"""Header fields of compat32 messages, decoded without ever raising."""

import base64
import binascii
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses, mktime_tz, parsedate_tz

from channels.email.reading.charsets import Decoded, clean, decode, guess

# What the standard library's parsers are known to raise on malformed fields; RecursionError on nested comments.
PARSER_FAULTS = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)

_ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]{1,64}@[^\s<>\"',;:()\[\]]{1,255}")
_LONGEST_FIELD = 64 * 1024
_MOST_IDS = 100
_MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One address with its shown name; the address is as written but for its case."""

    name: str
    address: str


@dataclass(slots=True)
class Fields:
    """The header of one message; `repaired` becomes true when something had to be mended."""

    message: "Message[str, str]"
    repaired: bool = False
    _named: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._named = {}
        # raw_items: `get_all` turns bytes above 127 into Header objects that have lost them.
        for name, value in self.message.raw_items():
            self._named.setdefault(name.lower(), []).append(str(value))

    def raw(self, name: str) -> list[bytes]:
        """Every field of this name as its bytes, unfolded."""
        found = self._named.get(name.lower(), ())
        return [_bytes(value).replace(b"\r", b"").replace(b"\n", b"")[:_LONGEST_FIELD] for value in found]

    def text(self, name: str, longest: int = 1000) -> str:
        """The first field of this name, decoded, on one line."""
        values = self.raw(name)
        return self._decoded(values[0])[:longest] if values else ""

    def ids(self, name: str) -> tuple[str, ...]:
        """Message-IDs, in order, without the empty ones that would match anything."""
        found = _MESSAGE_ID.findall(" ".join(value.decode("ascii", "replace") for value in self.raw(name)))
        # A long chain is cut in the middle: the root and the newest decide.
        kept = found if len(found) <= _MOST_IDS else found[:10] + found[10 - _MOST_IDS :]
        return tuple(dict.fromkeys(kept))

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        """The addresses of every field of this name."""
        texts = [value.decode("utf-8", "surrogateescape") for value in self.raw(name)]
        boxes = [self._mailbox(shown, address) for shown, address in _addresses(texts)]
        if not boxes and texts:  # nothing the grammar knows: whatever looks like an address
            found = _ADDRESS.findall(" ".join(clean(text) for text in texts))
            boxes = [Mailbox(name="", address=address) for address in found]
            self.repaired = self.repaired or bool(boxes)
        return tuple(box for box in boxes if "@" in box.address)[:_MOST_ADDRESSES]

    def date(self) -> float | None:
        """The Date field in seconds since 1970, if it is a date."""
        try:
            parts = parsedate_tz(self.text("date"))
            moment = float(mktime_tz(parts)) if parts else None
        except PARSER_FAULTS:
            return None
        return moment if moment is not None and 0 <= moment < time.time() + 10 * 366 * 86_400 else None

    def _mailbox(self, shown: str, address: str) -> Mailbox:
        return Mailbox(
            name=self._decoded(shown.encode("utf-8", "surrogateescape"))[:200],
            address=_one_line(clean(address)).replace(" ", "")[:320],
        )

    def _decoded(self, value: bytes) -> str:
        decoded = decode_words(value)
        self.repaired = self.repaired or decoded.repaired
        return _one_line(clean(decoded.text)).strip()


def decode_words(value: bytes) -> Decoded:
    """RFC 2047. Neighbours of one charset are joined before decoding: mailers cut hanzi in two between words."""
    out: list[str] = []
    repaired = False
    for charset, data in _runs(value):
        decoded = Decoded(text=guess(data)) if charset is None else decode(data, charset)
        out.append(decoded.text)
        repaired = repaired or decoded.repaired
    return Decoded(text="".join(out), repaired=repaired)


def _runs(value: bytes) -> Iterator[tuple[str | None, bytes]]:
    runs: list[tuple[str | None, bytes]] = []
    position = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        charset = word[1].decode("ascii", "replace").partition("*")[0].lower()
        data = _word_bytes(word[2].lower(), word[3])
        position = word.end()
        if runs and runs[-1][0] is not None and not between.strip():
            if runs[-1][0] == charset:
                runs[-1] = (charset, runs[-1][1] + data)
                continue
        elif between:
            runs.append((None, between))
        runs.append((charset, data))
    if value[position:]:
        runs.append((None, value[position:]))
    return iter(runs)


def _word_bytes(encoding: bytes, data: bytes) -> bytes:
    if encoding == b"b":
        return loose_base64(data)
    return binascii.a2b_qp(data.replace(b"_", b" "))


def loose_base64(data: bytes) -> bytes:
    """Base64 with missing padding, line breaks and foreign bytes; a single character left over is dropped."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def _addresses(texts: Sequence[str]) -> list[tuple[str, str]]:
    try:
        found = getaddresses([text for text in texts if text.count("(") < 50])
    except PARSER_FAULTS:
        return []
    return [(shown, address) for shown, address in found if address]


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _one_line(text: str) -> str:
    """Control and direction characters would let a field pretend to be another."""
    if text.isprintable():  # nothing of what is looked for is
        return text
    return "".join(" " if _misleading(letter) else letter for letter in text)


def _misleading(letter: str) -> bool:
    if letter.isascii():
        return not letter.isprintable()
    return (
        unicodedata.category(letter) in {"Cc", "Zl", "Zp"}
        or letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def file_name(text: str, fallback: str) -> str:
    """A name that is safe to show and to save: no folders, no control characters, at most 200 letters."""
    name = _one_line(clean(text)).replace("\\", "/").rpartition("/")[2].strip().strip(".")
    return name[-200:] or fallback
