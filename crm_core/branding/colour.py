"""Shades of one accent colour that can be read (pure): contrast as WCAG 2.2 counts it (1.4.3), on every ground of ours, light and dark."""

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from config.errors import Kind, Refused

LEAST = 4.5
"""Of text to its ground (AA)."""
COMFORTABLE = 5.5
"""What is derived reads a little better than it must."""
WHITE, BLACK = "#ffffff", "#000000"
LIGHT = ("#ffffff", "#f7f8f9", "#f2f4f5", "#eef1f2")
DARK = ("#161b1e", "#0e1214", "#1d2327", "#232a2f")
"""The grounds of the console (`web/src/styles/tokens.css`) and of the public pages: surface first, what lies under a pointer last."""
_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Shades:
    """`strong`: under the pointer; `soft`: behind words in the accent; `on`: words on the accent."""

    accent: str
    strong: str
    soft: str
    on: str


def colour(text: str, pointer: str) -> str:
    """`#rrggbb` in lower case; `Refused` for anything else."""
    given = text.strip().lower()
    if len(given) != 7 or given[0] != "#" or any(each not in "0123456789abcdef" for each in given[1:]):
        raise Refused("branding.colour", Kind.INVALID, pointer=pointer, given=text[:30])
    return given


def contrast(one: str, two: str) -> float:
    """1 to 21."""
    lower, higher = sorted((_luminance(one), _luminance(two)))
    return (higher + 0.05) / (lower + 0.05)


def must_read(accent: str, dark: str | None) -> None:
    """`Refused` for a colour whose words cannot be read on its grounds; `suggested` is the nearest that can."""
    _must_read(accent, LIGHT, BLACK, "/accent", "light")
    if dark is not None:
        _must_read(dark, DARK, WHITE, "/accent_dark", "dark")


@lru_cache(maxsize=64)
def on_light(accent: str) -> Shades:
    """Of a colour that can be read there."""
    return Shades(
        accent=accent,
        strong=mixed(accent, BLACK, 0.22),
        soft=_tinted(accent, LIGHT[0], (0.12, 0.09, 0.06, 0.03)),
        on=WHITE,
    )


@lru_cache(maxsize=64)
def on_dark(accent: str, chosen: str | None = None) -> Shades:
    """Of the colour that was chosen for dark grounds, or of the accent made as light as it must be."""
    shade = chosen or _towards(accent, WHITE, DARK, COMFORTABLE)
    return Shades(
        accent=shade,
        strong=mixed(shade, WHITE, 0.28),
        soft=_tinted(shade, DARK[0], (0.2, 0.14, 0.08, 0.03)),
        on=_tinted(shade, BLACK, (0.14, 0.07, 0.0)),
    )


def mixed(one: str, two: str, share: float) -> str:
    """The first with so much of the second in it."""
    parts = zip(_channels(one), _channels(two), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _must_read(accent: str, grounds: Iterable[str], end: str, pointer: str, theme: str) -> None:
    reached = _least(accent, grounds)
    if reached < LEAST:
        raise Refused(
            "branding.contrast",
            Kind.INVALID,
            pointer=pointer,
            theme=theme,
            ratio=int(reached * 10) / 10,
            least=LEAST,
            suggested=_towards(accent, end, grounds, LEAST),
        )


def _towards(accent: str, end: str, grounds: Iterable[str], least: float) -> str:
    """The same hue, as much lighter or darker as it must be."""
    hue, light, saturation = colorsys.rgb_to_hls(*(each / 255 for each in _channels(accent)))
    goal = 1.0 if end == WHITE else 0.0
    tried = (_hex(hue, light + (goal - light) * step / _STEPS, saturation) for step in range(_STEPS + 1))
    return next((each for each in tried if _least(each, grounds) >= least), end)


def _hex(hue: float, light: float, saturation: float) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in colorsys.hls_to_rgb(hue, light, saturation))


def _tinted(accent: str, ground: str, shares: tuple[float, ...]) -> str:
    """The ground with a touch of the accent, no more than lets words in the accent be read on it."""
    tried = [mixed(ground, accent, share) for share in shares]
    return next((each for each in tried if contrast(accent, each) >= LEAST), ground)


def _least(accent: str, grounds: Iterable[str]) -> float:
    return min(contrast(accent, each) for each in grounds)


def _luminance(text: str) -> float:
    red, green, blue = (_linear(each / 255) for each in _channels(text))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
