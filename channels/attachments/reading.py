"""What a file says, within limits of size and length; and what its first page looks like. Runs in the worker alone."""

import io
from dataclasses import dataclass

import pypdfium2
from PIL import Image, UnidentifiedImageError

from channels.attachments import office
from channels.email.reading import charsets
from channels.email.reading.markup import text_of as text_of_html
from channels.email.reading.parse import parse
from crm_core.attachments import kinds
from crm_core.attachments.kept import BROKEN, ENCRYPTED, NOTHING, READ, TOO_LARGE, UNKNOWN_TYPE

MOST_BYTES = 60_000_000
MOST_CHARACTERS = 400_000
"""Search keeps 15,000 words of a document; this is far more than those."""
MOST_PAGES = 500
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_WIDTH, _HEIGHT = 1000, 1400
_MOST_PIXELS = 60_000_000
Image.MAX_IMAGE_PIXELS = _MOST_PIXELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`verdict` as `crm_core.attachments.kept` has them; `pages` where it has some."""

    verdict: str
    text: str = ""
    pages: int | None = None


def read(name: str, content_type: str, content: bytes) -> Told:
    """Its words. Never raises but for a lack of memory."""
    if len(content) > MOST_BYTES:
        return Told(verdict=TOO_LARGE)
    try:
        told = _read(name, content_type, content)
    except office.TooLarge:
        return Told(verdict=TOO_LARGE)
    except office.Encrypted:
        return Told(verdict=ENCRYPTED)
    except Exception:  # noqa: BLE001 - whatever a hostile file makes of a reader: it cannot be read
        return Told(verdict=BROKEN)
    text = charsets.clean(told.text)[:MOST_CHARACTERS].strip()
    return Told(
        verdict=NOTHING if told.verdict == READ and not text else told.verdict, text=text, pages=told.pages
    )


def _read(name: str, content_type: str, content: bytes) -> Told:
    if content.startswith(b"%PDF") or b"%PDF-" in content[:1024]:
        return _of_pdf(content)
    if content.startswith(b"PK\x03\x04"):
        found = office.text_of(content, MOST_CHARACTERS)
        return Told(verdict=UNKNOWN_TYPE if found is None else READ, text=found or "")
    if content.startswith(_OLE):
        # an office document with a password is a package of the older kind
        hidden = "EncryptedPackage".encode("utf-16-le") in content
        return Told(verdict=ENCRYPTED if hidden else UNKNOWN_TYPE)
    return _by_kind(name, content_type, content)


def _by_kind(name: str, content_type: str, content: bytes) -> Told:
    match kinds.kind_of(name, content_type):
        case "image":
            return Told(verdict=NOTHING, pages=_frames(content))
        case "mail":
            parsed = parse(content)
            return Told(
                verdict=READ,
                text=f"{parsed.subject}\n{parsed.from_name} {parsed.from_address}\n{parsed.text}",
            )
        case "text" | "spreadsheet" | "calendar":
            words = charsets.decode(content[: MOST_CHARACTERS * 4], None).text
            is_html = kinds.ending(name) in {"html", "htm"} or content_type.startswith("text/html")
            return Told(verdict=READ, text=text_of_html(words) if is_html else words)
        case _:
            return Told(verdict=UNKNOWN_TYPE)


def _of_pdf(content: bytes) -> Told:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as problem:
        return Told(verdict=ENCRYPTED if "assword" in str(problem) else BROKEN)
    try:
        found: list[str] = []
        length, pages = 0, len(document)
        for number in range(min(pages, MOST_PAGES)):
            page = document[number]
            words = page.get_textpage()
            found.append(words.get_text_range())
            length += len(found[-1])
            words.close()
            page.close()
            if length > MOST_CHARACTERS:
                break
        return Told(verdict=READ, text="\n".join(found), pages=pages)
    finally:
        document.close()


def _frames(content: bytes) -> int | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            return int(getattr(image, "n_frames", 1))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def picture(content: bytes, page: int = 0) -> bytes | None:
    """A page of a PDF or an image as PNG, small enough for a screen; None where there is nothing to be seen. Never raises but for a lack of memory."""
    try:
        if b"%PDF-" in content[:1024]:
            return _png(_page(content, page))
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            image.seek(page)
            return _png(_shaped(image))
    except Exception:  # noqa: BLE001 - as `read`
        return None


def _page(content: bytes, number: int) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(_WIDTH / max(width, 1), _HEIGHT / max(height, 1), 4.0)
        found: Image.Image = page.render(scale=scale).to_pil()
        return found
    finally:
        document.close()


def _shaped(image: Image.Image) -> Image.Image:
    """As it is meant to be seen: a fax at 204 x 98 dots an inch has pixels that are no squares."""
    shown = image.convert("RGB")
    dots = image.info.get("dpi")
    if isinstance(dots, tuple) and len(dots) == 2 and dots[0] and dots[1]:
        stretch = float(dots[0]) / float(dots[1])
        if 1.2 < stretch < 4:
            shown = shown.resize((shown.width, int(shown.height * stretch)))
    shown.thumbnail((_WIDTH, _HEIGHT))
    return shown


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


__all__ = ["MOST_BYTES", "Told", "picture", "read"]
