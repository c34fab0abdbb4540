"""Which encoding a table's file has: a mark at its beginning, UTF-8 by its shape, else the likeliest Chinese reading.

All of the file is looked at, for the first name with a hanzi may stand in its last row.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

from crm_core.common_hanzi import share_of_common

CHUNK = 1024 * 1024
ENOUGH = 256 * 1024
"""Bytes of lines that are not ASCII, by which the Chinese encodings are told apart."""
CHINESE = ("gb18030", "cp950", "big5hkscs")
WESTERN = "cp1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(path: Path) -> str:
    """Python's name of the file's encoding."""
    with path.open("rb") as file:
        beginning = file.read(4)
    for mark, name in _MARKS:
        if beginning.startswith(mark):
            return name
    return "utf-8" if _is_utf8(path) else _likeliest(_wide_lines(path))


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _likeliest(sample: bytes) -> str:
    readings = [
        (share_of_common(text), name) for name in CHINESE if (text := _strict(sample, name)) is not None
    ]
    # a byte or two may be broken: then the reading that loses least still shows
    readings = readings or [(share_of_common(sample.decode(name, "replace")), name) for name in CHINESE]
    share, name = max(readings, key=lambda reading: reading[0])
    return name if share > 0.1 else WESTERN


def _wide_lines(path: Path) -> bytes:
    found: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                found.append(line)
                size += len(line)
                if size >= ENOUGH:
                    break
    return b"".join(found)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except ValueError:
        return None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
