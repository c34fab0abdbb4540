"""Ways to write plain text and files in it: flowed lines (RFC 3676), uuencoded files, enriched text (RFC 1896)."""

import binascii
import re
from collections.abc import Iterator

_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})[\r\n]", re.MULTILINE)
_END = re.compile(r"^(?:end|====)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_ENRICHED = re.compile(r"<(?:/?[a-zA-Z][a-zA-Z0-9-]{0,59})>|<(<)")
_PARAMETER = re.compile(r"<param>.{0,1000}?</param>", re.IGNORECASE | re.DOTALL)
_MOST_FILES = 50


def unflowed(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next one, if that is quoted as deep; a signature's mark never does."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if open_depth == depth and content != "-- ":
            out[-1] += content[: -1 if flows and delete_space else None]
        else:
            prefix = ">" * depth + (" " if depth else "")
            out.append(prefix + content[: -1 if flows and delete_space else None])
        open_depth = depth if flows else -1
    return "\n".join(out)


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the files written into it, and those."""
    if "\nbegin" not in f"\n{text}":
        return text, []
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    position = 0
    for begin, end in _files(text):
        content = _decoded(text[begin.end() : end.start()], base64=begin[0].startswith("begin-base64"))
        if content is not None and len(files) < _MOST_FILES:
            files.append((begin[1].strip(), content))
            kept.append(text[position : begin.start()])
            position = end.end()
    return "".join((*kept, text[position:])), files


def _files(text: str) -> Iterator[tuple["re.Match[str]", "re.Match[str]"]]:
    position = 0
    while (begin := _BEGIN.search(text, position)) and (end := _END.search(text, begin.end())):
        yield begin, end
        position = end.end()


def _decoded(body: str, *, base64: bool) -> bytes | None:
    out: list[bytes] = []
    for line in body.splitlines():
        if not line or line == "`":
            continue
        try:
            data = line.encode("ascii")
            out.append(binascii.a2b_base64(data) if base64 else _line(data))
        except ValueError:  # binascii.Error is one: a text that only begins like a file
            return None
    return b"".join(out) if out else None


def _line(data: bytes) -> bytes:
    try:
        return binascii.a2b_uu(data)
    except binascii.Error:
        # some encoders write more than the line's length says
        length = ((data[0] - 32) & 63) * 4 + 5
        return binascii.a2b_uu(data[: length // 3])


def enriched_words(text: str) -> str:
    """text/enriched without its commands."""
    text = _PARAMETER.sub("", text)
    words = _ENRICHED.sub(lambda match: match[1] or "", text)
    # one line break is a space there, two are one
    return re.sub(r"\n(\n*)", lambda match: match[1] or " ", words)
