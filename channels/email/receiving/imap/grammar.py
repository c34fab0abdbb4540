"""What an IMAP server says, taken apart; and what is said to one, put together. Pure.

A response is a list of pieces: lines as they came (bytes), and literals (`Literal`) between them.
"""

import base64
import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_tz

_LITERAL_AT_END = re.compile(rb"\{(\d{1,12})\+?\}$")
_ATOM = re.compile(rb'[^\s()"{}\[\]]+(?:\[[^\]]*\](?:<\d+>)?)?|\[[^\]]*\]')
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes that were counted, not quoted; in blocks as they came, so that a large letter is not copied on the way."""

    blocks: tuple[bytes, ...]

    def joined(self) -> bytes:
        return b"".join(self.blocks)


Piece = bytes | Literal
Value = bytes | Literal | None | list["Value"]


class Garbled(ValueError):
    """The server said something that is no IMAP."""


def literal_length(line: bytes) -> int | None:
    """How many bytes follow this line as a literal; None: none."""
    found = _LITERAL_AT_END.search(line)
    return int(found[1]) if found else None


def values(pieces: Sequence[Piece]) -> list[Value]:
    """Atoms and strings as bytes, NIL as None, lists as lists."""
    found, rest = _list(_tokens(pieces), 0)
    if rest:
        raise Garbled("a bracket is closed that was never opened")
    return found


def _tokens(pieces: Sequence[Piece]) -> Iterator[Piece | tuple[bytes]]:
    for piece in pieces:
        if isinstance(piece, Literal):
            yield piece
        else:
            yield from _of_line(_LITERAL_AT_END.sub(b"", piece))


def _of_line(line: bytes) -> Iterator[Piece | tuple[bytes]]:
    position = 0
    while position < len(line):
        sign = line[position : position + 1]
        if sign in {b"(", b")"}:
            yield (sign,)
            position += 1
        elif sign == b'"':
            text, position = _quoted(line, position + 1)
            yield Literal((text,))
        elif sign.isspace():
            position += 1
        else:
            atom = _ATOM.match(line, position)
            yield atom[0] if atom else sign
            position = atom.end() if atom else position + 1


def _quoted(line: bytes, position: int) -> tuple[bytes, int]:
    text = bytearray()
    while position < len(line):
        sign = line[position]
        if sign == 0x22:
            return bytes(text), position + 1
        if sign == 0x5C:
            position += 1
            if position >= len(line):
                break
        text.append(line[position])
        position += 1
    raise Garbled("a quoted string has no end")


def _list(tokens: Iterator[Piece | tuple[bytes]], depth: int) -> tuple[list[Value], bool]:
    """The values up to the closing bracket, and whether there was one."""
    if depth > _DEEPEST:
        raise Garbled("lists in lists in lists")
    found: list[Value] = []
    for token in tokens:
        if token == (b"(",):
            inner, closed = _list(tokens, depth + 1)
            if not closed:
                raise Garbled("a bracket is not closed")
            found.append(inner)
        elif token == (b")",):
            return found, True
        elif isinstance(token, Literal):
            found.append(token)
        else:
            atom = bytes(token) if isinstance(token, bytes) else token[0]
            found.append(None if atom.upper() == b"NIL" else atom)
    return found, False


def fetched(pieces: Sequence[Piece]) -> dict[bytes, Value] | None:
    """`* 12 FETCH (NAME value ...)` by name in upper case; None: it is something else."""
    first = pieces[0]
    if not isinstance(first, bytes) or not re.match(rb"\* \d+ FETCH \(", first, re.IGNORECASE):
        return None
    told = values(pieces)
    inside = told[3] if len(told) > 3 else None
    if not isinstance(inside, list):
        raise Garbled("FETCH without a list")
    pairs: dict[bytes, Value] = {}
    for name, value in zip(inside[::2], inside[1::2], strict=False):
        if isinstance(name, bytes):
            pairs[re.sub(rb"\[.*", b"[]", name.upper())] = value
    return pairs


def text_of(value: Value) -> bytes:
    """A string's bytes, however it was said."""
    if isinstance(value, Literal):
        return value.joined()
    return value if isinstance(value, bytes) else b""


def number_of(value: Value) -> int:
    digits = text_of(value)
    return int(digits) if digits.isdigit() and len(digits) < 20 else 0


def moment_of(value: Value) -> float | None:
    """INTERNALDATE (`17-Jul-1996 02:44:25 -0700`) in seconds since 1970."""
    parts = parsedate_tz(text_of(value).decode("ascii", "replace").replace("-", " ", 2))
    if parts is None:
        return None
    try:
        return float(calendar.timegm((*parts[:6], 0, 1, 0)) - (parts[9] or 0))
    except (ValueError, OverflowError):
        return None


def coded(text: bytes) -> bytes | None:
    """The response code between brackets at the start of a status text (RFC 3501, 7.1)."""
    found = re.match(rb"\s*\[([^\]]{1,1000})\]", text)
    return found[1] if found else None


def quoted(text: str) -> bytes | None:
    """An argument as a quoted string; None: it needs a literal."""
    raw = text.encode("utf-8")
    if any(sign in raw for sign in (b"\r", b"\n", b"\0")):
        raise Garbled("line breaks have no place in an argument")
    if not text.isascii():
        return None
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def folder(name: str) -> bytes:
    """A folder's name in modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    out: list[str] = []
    for part in re.split(r"([\x20-\x7e]+)", name):
        if not part:
            continue
        if part[0].isascii() and part.isprintable():
            out.append(part.replace("&", "&-"))
        else:
            coded_part = base64.b64encode(part.encode("utf-16-be", "surrogatepass")).decode().rstrip("=")
            out.append(f"&{coded_part.replace('/', ',')}-")
    said = quoted("".join(out))
    assert said is not None  # noqa: S101 - all of it is ASCII
    return said


def ranges(uids: Sequence[int]) -> bytes:
    """A set of numbers, neighbours joined: 1:3,7."""
    spans: list[list[int]] = []
    for uid in sorted(uids):
        if spans and uid == spans[-1][1] + 1:
            spans[-1][1] = uid
        else:
            spans.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in spans).encode()
