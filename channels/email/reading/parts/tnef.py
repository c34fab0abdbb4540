"""winmail.dat: the files and the text that Outlook packs into one part ([MS-OXTNEF], [MS-OXRTFCP]). Bounded, and never raising."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.reading.charsets import decode

_SIGNATURE = 0x223E9F78
_ATTACHMENT_BEGINS, _ATTACHMENT_DATA, _ATTACHMENT_TITLE, _ATTACHMENT_PROPERTIES = (
    0x9002,
    0x800F,
    0x8010,
    0x9005,
)
_MESSAGE_PROPERTIES, _MESSAGE_BODY, _CODEPAGE = 0x9003, 0x800C, 0x9007
_LONG_NAME, _NAME, _TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MANY = 0x1000
_NAMED = 0x8000
_MOST_FILES = 200
_MOST_PROPERTIES = 2_000
_DEEPEST = 3
_LONGEST_RTF = 4_000_000


@dataclass(slots=True)
class PackedFile:
    """One file inside."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Unpacked:
    """What was inside: files, and the text in the forms that were given."""

    files: list[PackedFile] = field(default_factory=list)
    text: str = ""
    html: bytes = b""


def unpack(data: bytes, depth: int = 0) -> Unpacked | None:
    """The contents; None if this is not TNEF. What is cut off or damaged is left out."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    found = Unpacked()
    codepage = "cp1252"
    for attribute, value in _attributes(data):
        if attribute == _CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _ATTACHMENT_BEGINS:
            if len(found.files) >= _MOST_FILES:
                break
            found.files.append(PackedFile())
        elif attribute in {_MESSAGE_PROPERTIES, _MESSAGE_BODY}:
            _take_message(found, attribute, value, codepage)
        elif found.files:
            _take_file(found, attribute, value, codepage, depth)
    found.files = [one for one in found.files if one.content or one.name]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 6
    while position + 9 <= len(data):
        _, identity, length = struct.unpack_from("<BII", data, position)
        position += 9
        yield identity & 0xFFFF, data[position : position + length]
        position += length + 2  # a checksum of 16 bits, which some write wrong


def _take_message(found: Unpacked, attribute: int, value: bytes, codepage: str) -> None:
    if attribute == _MESSAGE_BODY:
        found.text = found.text or _string(value, codepage)
        return
    for identity, kind, content in _properties(value):
        if identity == _BODY:
            found.text = _words(content, kind, codepage) or found.text
        elif identity == _HTML:
            found.html = content if kind != _UNICODE else content.decode("utf-16-le", "replace").encode()
        elif identity == _RTF and not found.text and not found.html:
            found.text = rtf_text(decompressed(content), codepage)


def _take_file(found: Unpacked, attribute: int, value: bytes, codepage: str, depth: int) -> None:
    one = found.files[-1]
    if attribute == _ATTACHMENT_TITLE:
        one.name = one.name or _string(value, codepage)
    elif attribute == _ATTACHMENT_DATA:
        one.content = value
    elif attribute == _ATTACHMENT_PROPERTIES:
        for identity, kind, content in _properties(value):
            if identity == _DATA:
                _take_data(found, one, kind, content, depth)
            elif identity in {_LONG_NAME, _TYPE, _CONTENT_ID} or (identity == _NAME and not one.name):
                name = {_TYPE: "content_type", _CONTENT_ID: "content_id"}.get(identity, "name")
                setattr(one, name, _words(content, kind, codepage))


def _take_data(found: Unpacked, one: PackedFile, kind: int, content: bytes, depth: int) -> None:
    """A letter inside comes as an object: an interface's number, then TNEF again."""
    inner = unpack(content[16:], depth + 1) if kind == _OBJECT and depth < _DEEPEST else None
    if inner is None:
        one.content = content[16:] if kind == _OBJECT else content
        return
    one.content = (inner.text or "").encode()
    one.name = f"{one.name or 'letter'}.txt"
    one.content_type = "text/plain"
    found.files.extend(inner.files[: _MOST_FILES - len(found.files)])
    # what follows still belongs to the file that holds the letter
    found.files.append(found.files.pop(found.files.index(one)))


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(identity, type, value) of each; of several values the first."""
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, identity = struct.unpack_from("<HH", data, position)
            position += 4
            if identity >= _NAMED:
                position = _after_name(data, position)
            values, position = _values(data, position, kind)
            if values:
                yield identity, kind & ~_MANY, values[0]
    except (struct.error, OverflowError):
        return


def _after_name(data: bytes, position: int) -> int:
    position += 16
    (by_name,) = struct.unpack_from("<I", data, position)
    if not by_name:
        return position + 8
    (length,) = struct.unpack_from("<I", data, position + 4)
    return position + 8 + _padded(length)


def _values(data: bytes, position: int, kind: int) -> tuple[list[bytes], int]:
    base = kind & ~_MANY
    count = 1
    variable = base in {_STRING8, _UNICODE, _OBJECT, _BINARY}
    if variable or kind & _MANY:
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    if not variable and base not in _FIXED:
        raise struct.error
    values: list[bytes] = []
    for _ in range(min(count, _MOST_PROPERTIES)):
        length = _FIXED.get(base, 0)
        if variable:
            (length,) = struct.unpack_from("<I", data, position)
            position += 4
        if position > len(data):
            raise struct.error
        values.append(data[position : position + length])
        position += _padded(length)
    return values, position


def _padded(length: int) -> int:
    return length + (-length % 4)


def _words(content: bytes, kind: int, codepage: str) -> str:
    text = content.decode("utf-16-le", "replace") if kind == _UNICODE else decode(content, codepage).text
    return text.rstrip("\0")


def _string(value: bytes, codepage: str) -> str:
    return decode(value.rstrip(b"\0"), codepage).text


_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def decompressed(data: bytes) -> bytes:
    """[MS-OXRTFCP]: a window of 4096 bytes that starts with a known text."""
    if len(data) < 16:
        return b""
    _, size, magic = struct.unpack_from("<III", data)
    if magic == 0x414C454D:
        return data[16 : 16 + size]
    window = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write, position = len(_DICTIONARY), 16
    out = bytearray()
    while position < len(data) and len(out) < min(size, _LONGEST_RTF):
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= len(data):
                break
            if not control >> bit & 1:
                taken = data[position : position + 1]
                position += 1
            else:
                if position + 1 >= len(data):
                    return bytes(out)
                reference = data[position] << 8 | data[position + 1]
                position += 2
                offset, length = reference >> 4, (reference & 0xF) + 2
                if offset == write:
                    return bytes(out)
                taken = b""
                for step in range(length):
                    byte = window[(offset + step) % 4096]
                    window[(write + step) % 4096] = byte
                    taken += bytes((byte,))
            for byte in taken:
                window[write] = byte
                write = (write + 1) % 4096
            out += taken
    return bytes(out)


_RTF_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6}) ?\??|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+"
)
_RTF_SILENT = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"htmltag", b"generator", b"listtable", b"listoverridetable", b"header", b"footer"}  # fmt: skip


def rtf_text(data: bytes, codepage: str) -> str:
    """The words of an RTF text; the HTML that Outlook hides in it is left out."""
    out: list[bytes] = []
    silent: list[bool] = [False]
    for token in _RTF_TOKEN.finditer(data[:_LONGEST_RTF]):
        hexadecimal, code, word, _, sign, brace, plain = token.groups()
        if brace == b"{":
            silent.append(silent[-1])
        elif brace == b"}":
            if len(silent) > 1:
                silent.pop()
        elif word in _RTF_SILENT or sign == b"*":
            silent[-1] = True
        elif silent[-1]:
            continue
        elif word in {b"par", b"line", b"row"}:
            out.append(b"\n")
        elif word in {b"tab", b"cell"}:
            out.append(b" ")
        elif hexadecimal:
            out.append(bytes((int(hexadecimal, 16),)))
        elif code:
            out.append(chr(int(code) % 0x10000).encode("utf-8", "replace"))
        elif plain:
            out.append(plain)
    return decode(b"".join(out), codepage).text.strip()
