"""The pages of a fax: read as far as they can be, put into a PDF and pictures of the right shape. Runs in a process of its own (`worker`).

A fax has 204 dots to the inch across, and 98 (standard), 196 (fine) or 391 (superfine) lines down: whoever shows dots as squares squashes
the page. The PDF says the size in points and keeps the dots; pictures repeat lines until dots are square.
"""

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, TiffImagePlugin

MOST_PAGES = 600
"""What is beyond is in the TIFF alone."""
MOST_DOTS = 1728 * 2 * 20_000
"""Of a page: superfine, three yards long. What is larger is no fax."""
ACROSS, DOWN = 204.0, 196.0
TRUNCATED, UNREADABLE, LONG = "truncated", "unreadable", "long"
_X, _Y, _ROWS_PER_STRIP, _STRIPS, _STRIP_BYTES, _PHOTOMETRIC = 282, 283, 278, 273, 279, 262
_POINTS = 72.0


class NoPage(Exception):
    """Nothing of it can be seen."""


@dataclass(frozen=True, slots=True)
class Page:
    """Dots in black and white, and how many of them make an inch each way."""

    dots: Image.Image
    across: float
    down: float

    @property
    def points(self) -> tuple[float, float]:
        """Its size on paper."""
        return self.dots.width / self.across * _POINTS, self.dots.height / self.down * _POINTS

    def square(self) -> Image.Image:
        """The same with dots as wide as high."""
        height = max(1, round(self.dots.height * self.across / self.down))
        return self.dots.resize((self.dots.width, height), Image.Resampling.NEAREST)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was made of a file: how many pages, each one's resolution down, and what is wrong."""

    pages: int
    mark: str
    pictures: tuple[tuple[int, int], ...]


def convert(tiff: Path, pdf: Path, pictures: Path, expected: int = 0) -> Seen:
    """Write both; `NoPage` when there is nothing to be shown. `expected`: so many pages were confirmed."""
    places: list[tuple[int, int]] = []
    written = PdfWriter()
    reading = Reading(tiff)
    with pictures.open("wb") as file:
        for page in reading:
            picture = io.BytesIO()
            page.square().save(picture, "PNG")
            places.append((file.tell(), picture.tell()))
            file.write(picture.getvalue())
            written.add(page)
    if not places:
        raise NoPage(reading.problem or "no page")
    pdf.write_bytes(written.whole())
    short = bool(reading.problem) or len(places) < min(expected, MOST_PAGES)
    mark = LONG if reading.more else TRUNCATED if short else ""
    return Seen(pages=len(places), mark=mark, pictures=tuple(places))


class Reading:
    """The pages of a TIFF in their order, as far as it is whole. `problem`: why there are no more; `more`: there are, beyond what is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem, self.more = "", False

    def __iter__(self) -> Iterator[Page]:
        try:
            with Image.open(self._path, formats=("TIFF",)) as found:
                yield from self._frames(found)
        except (
            OSError,
            SyntaxError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
        ) as problem:  # what Pillow raises on broken files
            self.problem = str(problem) or type(problem).__name__

    def _frames(self, found: Image.Image) -> Iterator[Page]:
        for number in range(MOST_PAGES + 1):
            try:
                found.seek(number)
            except EOFError:
                return
            if number == MOST_PAGES:
                self.more = True
                return
            yield _page(found)


def _page(found: Image.Image) -> Page:
    assert isinstance(found, TiffImagePlugin.TiffImageFile)  # noqa: S101 - nothing else is opened
    if found.width * found.height > MOST_DOTS:
        raise ValueError(f"a page of {found.width} x {found.height} dots")
    across, down = (_of(found.tag_v2.get(tag)) for tag in (_X, _Y))
    dots = found.convert("1", dither=Image.Dither.NONE)
    if (
        not across or not down
    ):  # what says nothing is taken by its shape: a page of A4 has 1,145 lines in standard
        across, down = ACROSS, DOWN if found.height > 1700 else DOWN / 2
    return Page(dots, across, down)


def _of(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return number if 20.0 <= number <= 2400.0 else 0.0


class PdfWriter:
    """A PDF 1.4 with a picture for each page, in the coding of fax machines (CCITT group 4; PDF 32000-1, 7.4.6)."""

    def __init__(self) -> None:
        self._objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages come last
        self._pages: list[int] = []

    def add(self, page: Page) -> None:
        coded, black_is_1 = group4(page.dots)
        width, height = page.points
        dots = page.dots
        image = self._object(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 "
            b"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 %s >> /Length %d >>\nstream\n%s\nendstream"
            % (dots.width, dots.height, dots.width, dots.height, black_is_1, len(coded), coded)
        )
        drawn = zlib.compress(b"q %.3f 0 0 %.3f 0 0 cm /P Do Q" % (width, height))
        content = self._object(
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)
        )
        self._pages.append(
            self._object(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f] /Contents %d 0 R "
                b"/Resources << /XObject << /P %d 0 R >> >> >>" % (width, height, content, image)
            )
        )

    def _object(self, body: bytes) -> int:
        self._objects.append(body)
        return len(self._objects)

    def whole(self) -> bytes:
        self._objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self._objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids)
        out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
        for number, body in enumerate(self._objects, start=1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        begin = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, begin)
        return bytes(out)


def group4(dots: Image.Image) -> tuple[bytes, bytes]:
    """The dots in CCITT group 4, and whether a black one is 1 there."""
    file = io.BytesIO()
    dots.save(file, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: dots.height})
    with Image.open(file) as made:
        assert isinstance(made, TiffImagePlugin.TiffImageFile)  # noqa: S101 - just written
        tags = made.tag_v2
        places, lengths = _all(tags[_STRIPS]), _all(tags[_STRIP_BYTES])
        black_is_1 = b"false" if tags.get(_PHOTOMETRIC) == 0 else b"true"
    return file.getvalue()[places[0] : places[0] + lengths[0]], black_is_1


def _all(value: object) -> Sequence[int]:
    return [int(each) for each in value] if isinstance(value, tuple | list) else [int(value)]  # type: ignore[call-overload]


def as_tiff(pages: Sequence[Image.Image], target: Path) -> None:
    """Write pages for sending: one file, group 4, fine."""
    first, *others = pages
    first.save(target, "TIFF", compression="group4", dpi=(ACROSS, DOWN), save_all=True, append_images=others)
