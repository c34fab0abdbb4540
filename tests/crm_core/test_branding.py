"""An organisation's colour is read on every ground or refused; its logo is what its bytes say."""

import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.branding import colour, logo

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def read_on(accent: str, *grounds: str) -> float:
    return min(colour.contrast(accent, ground) for ground in grounds)


def refusal_of(accent: str, dark: str | None = None) -> Refused | None:
    try:
        colour.must_read(accent, dark)
    except Refused as refusal:
        return refusal
    return None


def png(width: int = 2, height: int = 1) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" + b"\x10\x20\x30" * width)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x11\x00\xff\xd9"
)


def webp(chunk: bytes) -> bytes:
    body = b"WEBP" + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


EXTENDED = webp(b"VP8X" + struct.pack("<I", 10) + b"\0" * 4 + b"\x3f\0\0" + b"\x1f\0\0")
LOSSLESS = webp(b"VP8L" + struct.pack("<I", 10) + b"\x2f" + struct.pack("<I", 63 | 31 << 14) + b"\0" * 5)
LOSSY = webp(b"VP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 64, 32))


@given(COLOURS)
@example("#ffff00")
@example("#777777")
@example("#0b6b62")
def test_a_colour_is_readable_everywhere_or_refused_with_one_that_is(accent: str) -> None:
    """Words in it on every light ground, words on it, and all that is derived for dark grounds keep 4.5 to 1; what is suggested for a
    refused one does as well."""
    refusal = refusal_of(accent)
    assert (refusal is not None) is (read_on(accent, *colour.LIGHT) < colour.LEAST)
    if refusal is not None:
        assert refusal.code == "branding.contrast"
        accent = str(refusal.params["suggested"])
        assert refusal_of(accent) is None
    light, dark = colour.on_light(accent), colour.on_dark(accent)
    for shades, grounds in ((light, colour.LIGHT), (dark, colour.DARK)):
        assert read_on(shades.accent, *grounds, shades.soft, shades.on) >= colour.LEAST
        assert read_on(shades.strong, grounds[0], shades.on, shades.soft) >= colour.LEAST


@given(COLOURS, COLOURS)
def test_a_colour_of_ones_own_for_dark_grounds_must_be_readable_there(accent: str, dark: str) -> None:
    """It is taken as it is, or refused with the nearest that can be read."""
    refusal = refusal_of("#0b6b62", dark)
    assert (refusal is not None) is (read_on(dark, *colour.DARK) < colour.LEAST)
    if refusal is not None:
        assert (refusal.pointer, refusal.params["theme"]) == ("/accent_dark", "dark")
        dark = str(refusal.params["suggested"])
        assert refusal_of("#0b6b62", dark) is None
    shades = colour.on_dark(accent, dark)
    assert shades.accent == dark
    assert read_on(dark, *colour.DARK, shades.soft, shades.on) >= colour.LEAST


def test_contrast_is_counted_as_the_guidelines_do() -> None:
    """Black on white is 21 to 1, a colour on itself 1 to 1, and #767676 the last grey that reads on white."""
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#123456", "#123456") == 1
    assert colour.contrast("#767676", "#ffffff") > colour.LEAST > colour.contrast("#777777", "#ffffff")


@pytest.mark.parametrize("text", ["", "red", "#12345", "#1234567", "#12345g", "0b6b62", "#0b6b6²", "url(#a)"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    """Only #rrggbb is one: nothing else comes into a style sheet."""
    with pytest.raises(Refused, match=r"branding\.colour"):
        colour.colour(text, "/accent")
    assert colour.colour(" #0B6B62 ", "/accent") == "#0b6b62"


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (png(), "image/png", (2, 1)),
        (JPEG, "image/jpeg", (64, 32)),
        (EXTENDED, "image/webp", (64, 32)),
        (LOSSLESS, "image/webp", (64, 32)),
        (LOSSY, "image/webp", (64, 32)),
    ],
)
def test_a_picture_is_known_by_its_bytes(content: bytes, kind: str, size: tuple[int, int]) -> None:
    """Its kind and its size."""
    found = logo.picture(content)
    assert (found.content_type, (found.width, found.height)) == (kind, size)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "logo_size"),
        (png() + b"\0" * logo.LARGEST_BYTES, "logo_size"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_kind"),
        (b"<html>", "logo_kind"),
        (png()[:-4], "logo_kind"),
        (png() + b"<script>", "logo_kind"),
        (b"\x89PNG\r\n\x1a\n<script>", "logo_kind"),
        (JPEG[:-2], "logo_kind"),
        (b"\xff\xd8\xff\xff\xff\xff\xd9", "logo_kind"),
        (LOSSY[:-6], "logo_kind"),
        (webp(b"ANIM" + b"\0" * 20), "logo_kind"),
        (b"GIF89a" + b"\0" * 40, "logo_kind"),
        (png(0, 5), "logo_kind"),
        (png(5000, 1), "logo_pixels"),
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes, code: str) -> None:
    """Too large, of another kind, cut off, or with something behind it."""
    with pytest.raises(Refused, match=code):
        logo.picture(content)


@given(st.binary(max_size=300), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b""]))
def test_any_bytes_are_a_picture_or_refused(rest: bytes, begin: bytes) -> None:
    """Nothing breaks on what is sent."""
    try:
        found = logo.picture(begin + rest)
    except Refused:
        return
    assert 0 < min(found.width, found.height) <= max(found.width, found.height) <= logo.MOST_PIXELS
