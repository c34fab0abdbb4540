"""How a text goes out as text messages: which alphabet it needs, and how many parts it takes. The console counts the same (`sms-count.ts`), which a test holds.

3GPP TS 23.038, 6.2.1: 160 characters of the default alphabet, of which those of the extension count twice; else UCS-2 with 70. In several parts each
gives 6 octets to the user data header: 153 and 67 (TS 23.040, 9.2.3.24.1). A pair of surrogates, and an escaped character, are not torn apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
SEPTETS, SEPTETS_OF_MANY = 160, 153
UNITS, UNITS_OF_MANY = 70, 67
MOST_PARTS = 10
"""More than this is no text message any more, and providers refuse it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`encoding`: gsm7 or ucs2; `units` of it (septets, 16-bit units); `parts`; `left` until the next part begins."""

    encoding: str
    units: int
    parts: int
    left: int


def count(text: str) -> Counted:
    """What it takes. An empty text takes one part."""
    if all(sign in BASIC or sign in EXTENSION for sign in text):
        return _counted("gsm7", [2 if sign in EXTENSION else 1 for sign in text], SEPTETS, SEPTETS_OF_MANY)
    return _counted("ucs2", [2 if ord(sign) > 0xFFFF else 1 for sign in text], UNITS, UNITS_OF_MANY)


def _counted(encoding: str, widths: Iterable[int], alone: int, of_many: int) -> Counted:
    widths = list(widths)
    units = sum(widths)
    if units <= alone:
        return Counted(encoding=encoding, units=units, parts=1, left=alone - units)
    parts, filled = 1, 0
    for width in widths:
        if filled + width > of_many:
            parts, filled = parts + 1, 0
        filled += width
    return Counted(encoding=encoding, units=units, parts=parts, left=of_many - filled)


def from_gsm7(septets: bytes) -> str:
    """Text of unpacked septets, as some gateways hand it on; what is none becomes U+FFFD."""
    found, escaped = [], False
    for septet in septets:
        if escaped:
            found.append(_EXTENDED.get(septet, " "))
            escaped = False
        elif septet == _ESCAPE:
            escaped = True
        else:
            found.append(_TABLE[septet] if septet < len(_TABLE) else "\N{REPLACEMENT CHARACTER}")
    return "".join(found)


_ESCAPE = 0x1B
_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
