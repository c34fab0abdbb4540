"""Sounds of prompts (pure): any PCM WAV becomes what a telephone line carries, u-law at 8,000 samples a second (ITU-T G.711)."""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, cos, gcd, pi, sin
from operator import mul

from config.errors import Kind, Refused

RATE = 8000
LARGEST_BYTES = 20_000_000
LONGEST_S = 300
SHORTEST_S = 0.1
LOWEST_RATE, HIGHEST_RATE = 4000, 192_000
_PCM, _EXTENSIBLE, _MU_LAW = 1, 0xFFFE, 7  # RFC 2361
_PCM_SUBFORMAT = bytes.fromhex("0100000000001000800000aa00389b71")
_WIDTHS = (8, 16, 24, 32)
_CROSSINGS = 10
"""Zero crossings of the low-pass on each side: below 40 dB from 4.3 kHz on, which telephones do not carry."""
_MOST_PHASES = 512
_HEADER_BYTES = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the header of a WAV file says."""

    channels: int
    rate: int
    bits: int
    data: memoryview

    @property
    def frames(self) -> int:
        return len(self.data) // (self.channels * self.bits // 8)


def look(content: bytes) -> Shape:
    """`Refused` for what is no PCM WAV, or too long: prompt.no_wav, prompt.no_pcm, prompt.too_long, prompt.empty."""
    if len(content) > LARGEST_BYTES:
        raise Refused("prompt.too_large", Kind.INVALID, most=LARGEST_BYTES // 1_000_000)
    chunks = dict(_chunks(content))
    head, data = chunks.get(b"fmt "), chunks.get(b"data")
    if head is None or data is None or len(head) < 16:
        raise Refused("prompt.no_wav", Kind.INVALID)
    kind, channels, rate, _, block, bits = struct.unpack("<HHIIHH", head[:16])
    if kind == _EXTENSIBLE and bytes(head[24:40]) == _PCM_SUBFORMAT:
        kind = _PCM
    fits = channels in (1, 2) and bits in _WIDTHS and block == channels * bits // 8
    if kind != _PCM or not fits or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise Refused("prompt.no_pcm", Kind.INVALID, format=kind, channels=channels, rate=rate, bits=bits)
    shape = Shape(channels=channels, rate=rate, bits=bits, data=data[: len(data) // block * block])
    if shape.frames < rate * SHORTEST_S:
        raise Refused("prompt.empty", Kind.INVALID)
    if shape.frames > rate * LONGEST_S:
        raise Refused("prompt.too_long", Kind.INVALID, most=LONGEST_S)
    return shape


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Of several of a name the first counts; one that says it is longer than the file ends with it, as programs that were cut off write."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise Refused("prompt.no_wav", Kind.INVALID)
    whole, place, seen = memoryview(content), 12, set()
    while place + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, place)
        if name not in seen:
            seen.add(name)
            yield name, whole[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def telephone(content: bytes) -> bytes:
    """The sound as u-law. Takes up to some seconds of a processor: for a process of its own (`sound_worker`)."""
    shape = look(content)
    samples = _mixed(shape)
    if shape.rate != RATE:
        samples = _resampled(samples, shape.rate)
    return bytes(map(_ulaw_codes().__getitem__, samples))


def _mixed(shape: Shape) -> "array[int]":
    """16 bits and one side: stereo is added up and halved."""
    wide = _wide(shape)
    if shape.channels == 1:
        return wide
    return array("h", [(left + right) >> 1 for left, right in zip(wide[::2], wide[1::2], strict=True)])


def _wide(shape: Shape) -> "array[int]":
    data = bytes(shape.data)
    match shape.bits:
        case 8:  # without a sign
            return array("h", [(each - 128) << 8 for each in data])
        case 16:
            pass
        case _:  # the two upper bytes of each sample are its 16 bits
            width = shape.bits // 8
            upper = bytearray(len(data) // width * 2)
            upper[0::2], upper[1::2] = data[width - 2 :: width], data[width - 1 :: width]
            data = bytes(upper)
    found = array("h", data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _resampled(samples: "array[int]", rate: int) -> "array[int]":
    """A windowed sinc for each phase between two samples; below the lower of both rates' halves nothing is lost."""
    shared = gcd(rate, RATE)
    phases = min(RATE // shared, _MOST_PHASES)
    reach = ceil(_CROSSINGS * max(rate / RATE, 1.0))
    banks = [_taps(phase / phases, reach, min(RATE / rate, 1.0)) for phase in range(phases + 1)]
    padded = array("h", bytes(2 * reach)) + samples + array("h", bytes(2 * (reach + 1)))
    found = array("h")
    for place in range(len(samples) * RATE // rate):
        whole, part = divmod(place * rate, RATE)
        taps = banks[(part * phases + RATE // 2) // RATE]
        sound = round(sum(map(mul, taps, padded[whole + 1 : whole + 1 + 2 * reach])))
        found.append(min(max(sound, -32_768), 32_767))
    return found


def _taps(part: float, reach: int, width: float) -> Sequence[float]:
    """For a moment `part` of a sample after one: weights of `reach` samples before and after, adding up to 1."""
    raw = [_weight(place - part, reach, width) for place in range(1 - reach, reach + 1)]
    total = sum(raw)
    return [each / total for each in raw]


def _weight(away: float, reach: int, width: float) -> float:
    if abs(away) >= reach:
        return 0.0
    turn = pi * away * width
    sinc = 1.0 if turn == 0 else sin(turn) / turn
    return sinc * (0.54 + 0.46 * cos(pi * away / reach))


@cache
def _ulaw_codes() -> list[int]:
    """By sample; a negative one counts from the end, as lists do."""
    return [_ulaw(sample) for sample in range(32_768)] + [_ulaw(sample) for sample in range(-32_768, 0)]


def _ulaw(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 0x84
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def wav(ulaw: bytes) -> bytes:
    """As a WAV file that browsers play."""
    size = len(ulaw)
    return (
        struct.pack("<4sI4s", b"RIFF", _HEADER_BYTES - 8 + size + size % 2, b"WAVE")
        + struct.pack("<4sIHHIIHHH", b"fmt ", 18, _MU_LAW, 1, RATE, RATE, 1, 8, 0)
        + struct.pack("<4sII", b"fact", 4, size)
        + struct.pack("<4sI", b"data", size)
        + ulaw
        + bytes(size % 2)
    )
