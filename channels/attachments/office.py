"""Texts of office documents (OOXML, ODF): zipped XML, whose sizes are looked at before anything is unpacked."""

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

MOST_UNPACKED_BYTES = 60_000_000
MOST_MEMBERS = 5_000
_MOST_OF_ONE = 30_000_000


class TooLarge(Exception):
    """Unpacked it would be larger than any document is."""


class Encrypted(Exception):
    """It needs a password."""


def text_of(content: bytes, most: int) -> str | None:
    """Its words; None when this is no office document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos.values()) > MOST_UNPACKED_BYTES:
            raise TooLarge
        if any(info.flag_bits & 1 for info in infos.values()):
            raise Encrypted
        parts = _parts(list(infos))
        if not parts:
            return None
        found: list[str] = []
        length = 0
        for name in parts:
            for words in _words(_member(archive, infos[name])):
                found.append(words)
                length += len(words)
                if length > most:
                    return "".join(found)[:most]
            found.append("\n")
        return "".join(found)


def _parts(names: list[str]) -> list[str]:
    """The members that have words, in the order in which they are read."""
    if "word/document.xml" in names:
        aside = ("word/header", "word/footer", "word/footnotes", "word/comments")
        return [
            "word/document.xml",
            *(name for name in sorted(names) if name.startswith(aside) and _is_xml(name)),
        ]
    if "xl/workbook.xml" in names:
        shared = [name for name in names if name == "xl/sharedStrings.xml"]
        return shared + [
            name for name in sorted(names) if name.startswith("xl/worksheets/") and _is_xml(name)
        ]
    if "ppt/presentation.xml" in names:
        slides = [
            name for name in names if name.startswith(("ppt/slides/", "ppt/notesSlides/")) and _is_xml(name)
        ]
        return sorted(slides, key=lambda name: (name.split("/")[1], len(name), name))
    return ["content.xml"] if "content.xml" in names and "mimetype" in names else []


def _is_xml(name: str) -> bool:
    return name.endswith(".xml")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """What a member says of its size may be a lie: no more than that is unpacked."""
    with archive.open(info) as opened:
        content = opened.read(_MOST_OF_ONE + 1)
    if len(content) > _MOST_OF_ONE:
        raise TooLarge
    return content


_BREAKS = frozenset({"p", "h", "br", "row", "table-row", "tr", "si"})
_GAPS = frozenset({"tab", "c", "table-cell", "tc", "s"})


def _words(xml: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in xml[:2000] or b"<!ENTITY" in xml:  # no office program writes one
        raise ValueError("a document type in an office document")
    is_sheet, cell = b"spreadsheetml" in xml[:2000], ""
    # the worker's memory and time are bounded, and what could grow by itself was refused above
    for event, element in ET.iterparse(io.BytesIO(xml), events=("start", "end")):  # noqa: S314
        name = str(element.tag).rpartition("}")[2]
        if event == "start":
            cell = element.get("t", "n") if name == "c" else cell
        elif name == "t" or (is_sheet and name == "v" and cell in {"n", "str"}):
            yield element.text or ""
        elif name in _BREAKS:
            yield _open_text(element) + "\n"
        elif name in _GAPS:
            yield " "
        if event == "end" and name not in {"t", "v", "r"}:
            element.clear()


def _open_text(element: ET.Element) -> str:
    """Of ODF, whose paragraphs hold their words themselves; OOXML's were told by their runs."""
    return "".join(element.itertext()) if "opendocument" in str(element.tag) else ""
