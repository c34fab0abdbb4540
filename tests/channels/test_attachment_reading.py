"""What files say, read within limits: by the functions themselves, and by the worker that may die of them."""

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pypdfium2
import pytest
from PIL import Image

from channels.attachments import office
from channels.attachments.process import ReadingProcess
from channels.attachments.reading import picture, read
from crm_core.attachments.kept import BROKEN, ENCRYPTED, NOTHING, READ, TOO_LARGE, UNKNOWN_TYPE

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def pdf(text: str) -> bytes:
    """A page with words, written by hand: the format is plain text."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + each + b"endobj\n"
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % table)


def zipped(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def docx(text: str) -> bytes:
    body = f"<w:document {_W}><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return zipped(word__document_dot_xml=body)


def pptx(text: str) -> bytes:
    return zipped(
        ppt__presentation_dot_xml="<x/>",
        ppt__slides__slide1_dot_xml=f"<s {_A}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>",
    )


def xlsx(*cells: Any) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(cells))
    book.save(out)
    return out.getvalue()


def odt(text: str) -> bytes:
    name = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    return zipped(
        mimetype="application/vnd.oasis.opendocument.text",
        content_dot_xml=f'<d xmlns:t="{name}"><t:p>{text}</t:p></d>',
    )


MAIL = "Subject: =?utf-8?b?55m856Wo?=\r\nFrom: ann@example.org\r\n\r\n退款".encode()


@pytest.mark.parametrize(
    ("name", "content_type", "content", "words"),
    [
        ("a.pdf", "application/octet-stream", pdf("Invoice 4711"), "Invoice 4711"),
        ("a.docx", "", docx("發票號碼"), "發票號碼"),
        ("a.pptx", "", pptx("Quarter three"), "Quarter three"),
        ("a.xlsx", "", xlsx("退款金額", 4711), "退款金額"),
        ("a.xlsx", "", xlsx("x", 4711), "4711"),
        ("a.odt", "", odt("Lieferschein"), "Lieferschein"),
        ("a.csv", "text/csv", "號碼,金額\n1,2".encode("cp950"), "金額"),
        ("a.txt", "text/plain", "很坏的".encode("gb18030"), "很坏的"),
        ("a.html", "text/html", b"<p>red <b>lamp</b><script>evil()</script></p>", "lamp"),
        ("a.eml", "message/rfc822", MAIL, "退款"),
        ("a.eml", "message/rfc822", MAIL, "發票"),
    ],
)
def test_words_are_found(name: str, content_type: str, content: bytes, words: str) -> None:
    """PDF, office documents of either house, text in whatever charset, pages, mails."""
    told = read(name, content_type, content)
    assert told.verdict == READ
    assert words in told.text
    assert "evil" not in told.text


def bomb() -> bytes:
    return zipped(word__document_dot_xml=b"\0" * (office.MOST_UNPACKED_BYTES + 1))


def locked() -> bytes:
    made = bytearray(docx("x"))
    for at in (6, made.rindex(b"PK\x01\x02") + 8):
        made[at : at + 2] = struct.pack("<H", 1)
    return bytes(made)


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        ("a.docx", bomb(), TOO_LARGE),
        ("a.docx", locked(), ENCRYPTED),
        ("a.docx", bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED),
        ("a.doc", bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 100, UNKNOWN_TYPE),
        ("a.docx", zipped(word__document_dot_xml='<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'), BROKEN),
        ("a.docx", docx("x")[:-30], BROKEN),
        ("a.pdf", b"%PDF-1.4 nothing behind it", BROKEN),
        ("a.txt", b" \n ", NOTHING),
        ("a.png", b"\x89PNG not really", NOTHING),
        ("a.zip", zipped(a="x"), UNKNOWN_TYPE),
        ("a.bin", b"\0\1\2", UNKNOWN_TYPE),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, verdict: str) -> None:
    """Bombs, locked and broken files, types that nobody reads: a verdict, never an exception, and nothing of the program's."""
    assert read(name, "", content).verdict == verdict


def test_pages_are_drawn_with_their_shape() -> None:
    """A PDF's page, a photograph, and a fax whose dots are no squares; nothing else has a picture."""
    page = Image.open(io.BytesIO(picture(pdf("x")) or b""))
    assert abs(page.height / page.width - 842 / 595) < 0.01
    out = io.BytesIO()
    Image.new("1", (1728, 1100), 1).save(out, "TIFF", dpi=(204, 98))
    fax = Image.open(io.BytesIO(picture(out.getvalue()) or b""))
    assert abs(fax.height / fax.width - 1100 * 204 / 98 / 1728) < 0.02
    assert picture(b"no picture") is None
    assert picture(pdf("x"), 7) is None


@pytest.fixture
async def process() -> Any:
    made = ReadingProcess(time_limit_s=20)
    yield made
    await made.close()


def _holes() -> Iterator[bytes]:
    yield (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    )
    yield pdf("y").replace(b"/Count 1", b"/Count 99999999")


async def test_the_worker_lives_on(process: ReadingProcess) -> None:
    """One file after the other; hostile ones cost no more than a verdict, a killed worker is replaced."""
    assert await process.read("a.pdf", "", pdf("first")) == (READ, "first", 1)
    for each in _holes():
        assert await process.picture(each) is None or each.startswith(b"%PDF")
    assert process._worker is not None
    process._worker.kill()
    assert (await process.read("a.txt", "text/plain", b"lost"))[0] in {BROKEN, READ}
    assert await process.read("a.txt", "text/plain", b"next") == (READ, "next", None)
    assert pypdfium2.PdfDocument(pdf("z"))
