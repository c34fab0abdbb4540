"""A fax as it goes out: the cover page, then what was attached (PDF, pictures), in black and white and fine. Runs in the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from channels.fax import cover, pages
from channels.fax.cover import HEIGHT, WIDTH, Cover

LINES = round(HEIGHT * pages.DOWN / pages.ACROSS)
_WHITE, _HALF = 255, 150
_GREY = range(40, 216)
_DITHERED_FROM = 0.08
"""A page of which so much is grey is a picture: dots stand for it. Text stays sharp without."""
_PICTURES = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP")
_MOST_PIXELS = 120_000_000


class Unreadable(Exception):
    """One of the files (`number`) is none that can be sent."""

    def __init__(self, number: int) -> None:
        super().__init__(f"file {number}")
        self.number = number


class TooMany(Exception):
    """More pages than may be sent at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is to be sent: the cover (None: without), the files in their order."""

    cover: Cover | None
    files: tuple[Path, ...]
    font: Path | None
    most_pages: int


def write(wanted: Written, target: Path) -> int:
    """Write the TIFF; how many pages it has."""
    attached: list[Image.Image] = []
    for number, path in enumerate(wanted.files):
        for page in _of_file(number, path):
            attached.append(page)
            if len(attached) > wanted.most_pages:
                raise TooMany
    front = (
        [_two_tones(page) for page in cover.draw(wanted.cover, wanted.font, len(attached))]
        if wanted.cover
        else []
    )
    whole = [*front, *attached]
    if len(whole) > wanted.most_pages:
        raise TooMany
    if not whole:
        raise Unreadable(0)
    pages.as_tiff(whole, target)
    return len(whole)


def _of_file(number: int, path: Path) -> Iterator[Image.Image]:
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with path.open("rb") as file:
            is_pdf = b"%PDF-" in file.read(1024)
        yield from (_two_tones(each) for each in (_of_pdf(path) if is_pdf else _of_picture(path)))
    except (
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        pypdfium2.PdfiumError,
        Image.DecompressionBombError,
    ) as problem:
        raise Unreadable(number) from problem


def _of_pdf(path: Path) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(path)
    try:
        for page in document:
            width, height = page.get_size()
            rotated = width > height
            wide, high = (height, width) if rotated else (width, height)
            scale = min(WIDTH / max(wide, 1), HEIGHT / max(high, 1))
            drawn = page.render(scale=scale, grayscale=True, rotation=90 if rotated else 0).to_pil()
            yield _on_paper(drawn.convert("L"))
    finally:
        document.close()


def _of_picture(path: Path) -> Iterator[Image.Image]:
    with Image.open(path, formats=_PICTURES) as found:
        frames = getattr(found, "n_frames", 1) if found.format == "TIFF" else 1
        for number in range(frames):
            found.seek(number)
            yield _on_paper(_square(_grey(found), found.info.get("dpi")))


def _grey(found: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(found)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        paper = Image.new("RGBA", upright.size, "white")
        return Image.alpha_composite(paper, upright.convert("RGBA")).convert("L")
    return upright.convert("L")


def _square(drawn: Image.Image, dpi: tuple[float, float] | None) -> Image.Image:
    """With dots as wide as high: a fax that was kept as TIFF has others."""
    across, down = (float(each) for each in dpi or (0.0, 0.0))
    if not 20 <= across <= 2400 or not 20 <= down <= 2400 or abs(across / down - 1) < 0.1:
        return drawn
    return drawn.resize((drawn.width, max(1, round(drawn.height * across / down))), Image.Resampling.BOX)


def _on_paper(drawn: Image.Image) -> Image.Image:
    """As large as it may be, at the top of a sheet."""
    turned = drawn.transpose(Image.Transpose.ROTATE_90) if drawn.width > drawn.height * 1.1 else drawn
    scale = min(WIDTH / turned.width, HEIGHT / turned.height)
    size = (max(1, round(turned.width * scale)), max(1, round(turned.height * scale)))
    fitted = turned if size == turned.size else turned.resize(size, Image.Resampling.LANCZOS)
    sheet = Image.new("L", (WIDTH, HEIGHT), _WHITE)
    sheet.paste(fitted, ((WIDTH - size[0]) // 2, 0))
    return sheet


def _two_tones(sheet: Image.Image) -> Image.Image:
    """With the lines of a fax, which are fewer than its dots are wide."""
    lined = sheet.resize((WIDTH, LINES), Image.Resampling.BOX)
    if _greyness(lined.histogram()) >= _DITHERED_FROM:
        return lined.convert("1")
    return lined.point([0] * _HALF + [_WHITE] * (256 - _HALF)).convert("1", dither=Image.Dither.NONE)


def _greyness(tones: Sequence[int]) -> float:
    return sum(tones[tone] for tone in _GREY) / max(1, sum(tones))
