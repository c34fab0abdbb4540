"""The cover page of a fax, and the words on it: drawn in black and white, over as many pages as they need. Runs in the worker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from channels.fax import fonts
from channels.fax.fonts import Font

WIDTH, HEIGHT = 1728, 2385
"""A4 at 204 dots to the inch, both ways."""
MARGIN = 130
_TITLE, _ROW, _TEXT, _FOOT = 76, 40, 40, 28
_LEADING = 1.5
_LABELS = 330
_WIDE = 0x2E80
"""From here on letters are Chinese, and a line may end behind each."""
_NOT_FIRST = frozenset("，。、；：！？）」』》〉】”’,.;:!?)]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What it says: a title, rows of label and value, words, and a line at its foot. `pages` in a row's value is the number of them all."""

    language: str
    title: str
    rows: tuple[tuple[str, str], ...]
    words: str
    foot: str


def draw(cover: Cover, font: Path | None, more_pages: int) -> list[Image.Image]:
    """The pages of it, in grey with square dots; `more_pages` come behind."""
    return _Drawing(cover, font).pages(more_pages)


class _Drawing:
    def __init__(self, cover: Cover, font: Path | None) -> None:
        self._cover = cover
        self._title, self._row, self._text, self._foot = (
            fonts.load(font, cover.language, size) for size in (_TITLE, _ROW, _TEXT, _FOOT)
        )

    def pages(self, more: int) -> list[Image.Image]:
        lines = list(wrapped(self._cover.words, self._text, WIDTH - 2 * MARGIN))
        step = round(_TEXT * _LEADING)
        top = self._head_height()
        first = max(0, (HEIGHT - MARGIN - _FOOT * 2 - top) // step)
        each = (HEIGHT - 2 * MARGIN - _FOOT * 2) // step
        cut = [lines[:first], *(lines[at : at + each] for at in range(first, len(lines), each))]
        total = len(cut) + more
        return [self._page(number, part, total) for number, part in enumerate(cut)]

    def _head_height(self) -> int:
        values = sum(max(1, len(list(self._value(text)))) for _, text in self._cover.rows)
        return MARGIN + round(_TITLE * 2.2) + round(values * _ROW * _LEADING) + 90

    def _value(self, text: str) -> Iterator[str]:
        return wrapped(text, self._row, WIDTH - 2 * MARGIN - _LABELS)

    def _page(self, number: int, lines: Sequence[str], total: int) -> Image.Image:
        page = Image.new("L", (WIDTH, HEIGHT), 255)
        pen = ImageDraw.Draw(page)
        y = self._head(pen, total) if number == 0 else MARGIN
        for line in lines:
            pen.text((MARGIN, y), line, font=self._text, fill=0)
            y += round(_TEXT * _LEADING)
        foot = f"{self._cover.foot}   {number + 1}/{total}".strip()
        pen.text((MARGIN, HEIGHT - MARGIN), foot, font=self._foot, fill=0)
        return page

    def _head(self, pen: ImageDraw.ImageDraw, total: int) -> int:
        y = MARGIN
        pen.text((MARGIN, y), self._cover.title, font=self._title, fill=0)
        y += round(_TITLE * 1.7)
        pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=0, width=5)
        y += round(_TITLE * 0.5)
        for label, value in self._cover.rows:
            pen.text((MARGIN, y), label, font=self._row, fill=0)
            for line in self._value(value.replace("{pages}", str(total))):
                pen.text((MARGIN + _LABELS, y), line, font=self._row, fill=0)
                y += round(_ROW * _LEADING)
        y += 20
        pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=0, width=3)
        return y + 70


def wrapped(text: str, font: Font, width: int) -> Iterator[str]:
    """In lines of that many dots: after a blank, or behind any Chinese letter, but never before a closing mark."""
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph.replace("\t", "    ")):
            whole = line + piece
            if not line or font.getlength(whole.rstrip()) <= width or piece[0] in _NOT_FIRST:
                line = whole
            else:
                yield line.rstrip()
                line = piece.lstrip()
            while (
                font.getlength(line.rstrip()) > width + font.size and len(line) > 1
            ):  # a word that is longer than a line
                fitting = _fitting(line, font, width)
                yield line[:fitting]
                line = line[fitting:]
        yield line.rstrip()


def _fitting(line: str, font: Font, width: int) -> int:
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(line[:middle]) <= width else (low, middle - 1)
    return low


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for mark in text:
        if ord(mark) >= _WIDE:
            if word:
                yield word
            yield mark
            word = ""
        else:
            word += mark
            if mark == " ":
                yield word
                word = ""
    if word:
        yield word
