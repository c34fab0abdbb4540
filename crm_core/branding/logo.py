"""What a logo is, by its bytes alone (pure): PNG, JPEG or WebP, whole, of a size that a page can show. Nothing that may hold script."""

import struct
from dataclasses import dataclass

from config.errors import Kind, Refused

LARGEST_BYTES = 200_000
MOST_PIXELS = 4000
"""A side: a picture of few bytes may be huge when it is unpacked."""
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
# SOF0 to SOF15 tell the size; C4, C8 and CC are others
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the bytes are."""

    content_type: str
    width: int
    height: int


def picture(content: bytes) -> Picture:
    """`Refused` for what is too large, or no whole picture of these kinds."""
    if not 0 < len(content) <= LARGEST_BYTES:
        raise Refused("branding.logo_size", Kind.INVALID, most=LARGEST_BYTES // 1000)
    found = _png(content) or _jpeg(content) or _webp(content)
    if found is None or min(found.width, found.height) < 1:
        raise Refused("branding.logo_kind", Kind.INVALID)
    if max(found.width, found.height) > MOST_PIXELS:
        raise Refused("branding.logo_pixels", Kind.INVALID, most=MOST_PIXELS)
    return found


def _png(content: bytes) -> Picture | None:
    """PNG 3, 5.2 and 11.2.1: the signature, IHDR first, IEND last."""
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or not content.endswith(_PNG_END):
        return None
    width, height = struct.unpack(">II", content[16:24])
    return Picture(content_type="image/png", width=width, height=height)


def _jpeg(content: bytes) -> Picture | None:
    """ITU T.81, B.1.1: markers with their lengths, until the one that tells the frame."""
    if not content.startswith(b"\xff\xd8\xff") or not content.endswith(b"\xff\xd9"):
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return Picture(content_type="image/jpeg", width=width, height=height)
        place += 2 + max(length, 2)
    return None


def _webp(content: bytes) -> Picture | None:
    """RFC 9649, 2.4 to 2.7: the container says its length, the first chunk the size."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return None
    if int.from_bytes(content[4:8], "little") + 8 not in (len(content), len(content) - 1):
        return None
    match content[12:16]:
        case b"VP8X":
            width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (each & 0x3FFF for each in struct.unpack("<HH", content[26:30]))
        case _:
            return None
    return Picture(content_type="image/webp", width=width, height=height)
