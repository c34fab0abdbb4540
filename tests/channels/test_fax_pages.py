"""Pages of faxes: their shape, what is left of damaged ones, how many are read, and what is made of an agent's words and files."""

import io
import itertools
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from channels.fax import cover, fonts, pages, writing
from channels.fax.cover import HEIGHT, WIDTH, Cover
from channels.fax.pages import NoPage
from channels.fax.writing import TooMany, Unreadable, Written

PAPER = 297 / 215
LINES = {98: 1145, 196: 2290, 391: 4568}
COVER = Cover(language="zh-TW", title="傳真", rows=(("頁數", "{pages}"),), words="您好。\nHello", foot="Care")


def fax(path: Path, down: int, count: int = 1, lines: int = 0) -> Path:
    """A file as Asterisk writes it, with a circle on its first page."""
    first = Image.new("1", (1728, lines or LINES[down]), 1)
    high = 800 * down / 204
    ImageDraw.Draw(first).ellipse((400, 100, 1200, 100 + high), outline=0, width=6)
    plain = Image.new("1", first.size, 1)
    first.save(path, "TIFF", compression="group3", dpi=(204, down), save_all=True, append_images=[plain] * (count - 1))  # fmt: skip
    return path


def converted(path: Path, expected: int = 0) -> tuple[pages.Seen, list[Image.Image], pypdfium2.PdfDocument]:
    pdf, pictures = path.with_suffix(".pdf"), path.with_suffix(".pictures")
    seen = pages.convert(path, pdf, pictures, expected)
    raw = pictures.read_bytes()
    shown = [Image.open(io.BytesIO(raw[first : first + length])) for first, length in seen.pictures[:3]]
    return seen, shown, pypdfium2.PdfDocument(pdf)


@pytest.mark.parametrize("down", [98, 196, 391])
def test_case_25_a_page_has_the_shape_of_its_paper(tmp_path: Path, down: int) -> None:
    """Standard, fine and superfine alike: A4 in the PDF and as a picture, and a circle is one."""
    seen, [picture], pdf = converted(fax(tmp_path / "f.tif", down))
    width, height = pdf[0].get_size()
    assert (seen.pages, seen.mark) == (1, "")
    assert height / width == pytest.approx(PAPER, abs=0.01)
    assert picture.height / picture.width == pytest.approx(PAPER, abs=0.01)
    for drawn in (picture.convert("L"), pdf[0].render(scale=1).to_pil().convert("L")):
        left, top, right, bottom = drawn.point(lambda tone: 255 if tone < 200 else 0).getbbox() or (
            0,
            0,
            0,
            0,
        )
        assert (bottom - top) / (right - left) == pytest.approx(1, abs=0.03)


def test_case_25_what_is_left_of_a_truncated_fax_is_shown_and_marked(tmp_path: Path) -> None:
    """Wherever it was cut: never an exception but "no page", and never more pages than there are."""
    whole = fax(tmp_path / "whole.tif", 98, count=3).read_bytes()
    cut = tmp_path / "cut.tif"
    seen_pages = set()
    for share in (0.99, 0.66, 0.4, 0.1, 0):
        cut.write_bytes(whole[: int(len(whole) * share)])
        try:
            seen, _, _ = converted(cut, expected=3)
        except NoPage:
            seen_pages.add(0)
        else:
            assert seen.mark == ("" if seen.pages == 3 else "truncated")
            seen_pages.add(seen.pages)
    assert {0, 1, 2} <= seen_pages


@pytest.mark.parametrize("content", [b"", b"garbage" * 50, b"II*\0\x08\0\0\0", b"MM\0*" + bytes(64)])
def test_case_25_of_what_is_no_fax_no_page_is_made(tmp_path: Path, content: bytes) -> None:
    """It is said so, and nothing else happens."""
    path = tmp_path / "f.tif"
    path.write_bytes(content)
    with pytest.raises(NoPage):
        converted(path)


def test_case_25_several_hundred_pages_are_read_up_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them, and of more than the bound the first ones, with a mark."""
    long = fax(tmp_path / "long.tif", 98, count=300, lines=60)
    monkeypatch.setattr(pages, "MOST_PAGES", 120)
    seen, _, pdf = converted(long, expected=300)
    assert (seen.pages, seen.mark, len(pdf), len(seen.pictures)) == (120, "long", 120, 120)
    reading = pages.Reading(long)
    monkeypatch.setattr(pages, "MOST_PAGES", 600)
    assert (sum(1 for _ in reading), reading.more, reading.problem) == (300, False, "")


def written(folder: Path, *files: Path, front: Cover | None = COVER, most: int = 10) -> list[Image.Image]:
    target = folder / "out.tif"
    count = writing.write(Written(cover=front, files=files, font=fonts.found(), most_pages=most), target)
    with Image.open(target) as found:
        assert found.n_frames == count  # type: ignore[attr-defined]
        assert tuple(round(each) for each in found.info["dpi"]) == (204, 196)
        sheets = []
        for number in range(count):
            found.seek(number)
            sheets.append(found.copy())
        return sheets


def test_what_is_sent_is_a_cover_and_the_files_on_paper(tmp_path: Path) -> None:
    """A PDF, a coloured picture and a fax that was kept: each on sheets 1,728 dots wide, upright, in black and white; a circle stays one."""
    came = fax(tmp_path / "came.tif", 98)
    _, _, _ = converted(came)
    photo = tmp_path / "photo.png"
    Image.linear_gradient("L").convert("RGB").save(photo)
    sheets = written(tmp_path, came.with_suffix(".pdf"), photo, came)
    assert {(sheet.size, sheet.mode) for sheet in sheets} == {((WIDTH, writing.LINES), "1")}
    assert len(sheets) == 4
    for sheet in (sheets[1], sheets[3]):
        left, top, right, bottom = sheet.convert("L").point(lambda tone: 255 - tone).getbbox() or (0, 0, 0, 0)
        assert (bottom - top) * 204 / 196 / (right - left) == pytest.approx(1, abs=0.03)
    black = sheets[2].convert("L").histogram()[0] / (WIDTH * WIDTH * 196 / 204)
    assert black == pytest.approx(0.5, abs=0.05)  # of a gradient half is black, by dots


def test_files_that_cannot_be_sent_are_named_and_long_ones_refused(tmp_path: Path) -> None:
    """Which of them is said; nothing is sent of what has too many pages."""
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4 garbage")
    with pytest.raises(Unreadable) as refused:
        written(tmp_path, fax(tmp_path / "f.tif", 98), bad)
    assert refused.value.number == 1
    with pytest.raises(TooMany):
        written(tmp_path, fax(tmp_path / "f.tif", 98, count=3), most=3)


def test_words_are_wrapped_and_go_on_overleaf() -> None:
    """No line is wider than the paper, no word is lost, none begins with a closing mark; each page says which of how many it is."""
    font = fonts.load(fonts.found(), "zh-TW", 40)
    words = "我們已收到您的訂單，並將於三個工作天內出貨。" * 30 + "\n" + "reliable " * 60 + "x" * 400
    lines = list(cover.wrapped(words, font, 1200))
    assert "".join("".join(lines).split()) == "".join(words.split())
    assert max(font.getlength(line) for line in lines) <= 1200 + 2 * font.size
    assert not [line for line in lines if line[:1] in "，。" and line]
    many = Cover(language="en", title="Fax", rows=(), words="\n".join(map(str, range(120))), foot="")
    sheets = cover.draw(many, fonts.found(), 2)
    assert len(sheets) > 2
    assert {sheet.size for sheet in sheets} == {(WIDTH, HEIGHT)}
    assert not [one for one, two in itertools.pairwise(sheets) if one.tobytes() == two.tobytes()]


def test_without_a_chinese_font_only_latin_letters_can_be_written(tmp_path: Path) -> None:
    """Said before a fax of empty boxes goes out."""
    assert fonts.found(folders=(tmp_path,)) is None
    assert (fonts.can_write(None, "Straße"), fonts.can_write(None, "您好")) == (True, False)
    assert fonts.load(None, "en", 40).getlength("Hello") > 0
