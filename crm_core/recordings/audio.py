"""Two sides of a talk as Asterisk writes them (u-law, 8,000 samples a second) put together to one stereo WAV, customer left and agent right."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

RATE = 8000
SILENCE = 0xFF
HEADER_BYTES = 58
PEAKS = 200
"""Of each side."""
_BLOCK = 32_768
_GLANCE = 16_384
_MU_LAW = 7  # RFC 2361, WAVE_FORMAT_MULAW


def _loudness(code: int) -> int:
    """0 to 100 for one u-law code (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return round(magnitude * 100 / 32_124)


_LOUDNESS = bytes(_loudness(code) for code in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The files of one talk. Where one is shorter, it is silent at the end."""

    customer: Path
    agent: Path

    @property
    def samples(self) -> int:
        """Of the longer side. `OSError` when one is not there."""
        return max(self.customer.stat().st_size, self.agent.stat().st_size)

    @property
    def apart_s(self) -> float:
        """By how much they differ in length; Asterisk keeps them in step."""
        return abs(self.customer.stat().st_size - self.agent.stat().st_size) / RATE


def wav(sides: Sides) -> Iterator[bytes]:
    """The whole WAV file, in pieces."""
    yield header(sides.samples)
    with sides.customer.open("rb") as customer, sides.agent.open("rb") as agent:
        for left, right in zip_longest(_blocks(customer), _blocks(agent), fillvalue=b""):
            both = bytearray([SILENCE]) * (2 * max(len(left), len(right)))
            both[0 : 2 * len(left) : 2] = left
            both[1 : 2 * len(right) : 2] = right
            yield bytes(both)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def header(samples: int, sides: int = 2) -> bytes:
    """Of a u-law WAV with so many samples a side."""
    data = sides * samples
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + data, b"WAVE")
        + struct.pack("<4sIHHIIHHH", b"fmt ", 18, _MU_LAW, sides, RATE, sides * RATE, sides, 8, 0)
        + struct.pack("<4sII", b"fact", 4, samples)
        + struct.pack("<4sI", b"data", data)
    )


def peaks(sides: Sides) -> dict[str, list[int]]:
    """How loud each side is over its time, 0 to 100, in at most `PEAKS` steps."""
    step = max(1, -(-sides.samples // PEAKS))
    return {"customer": _peaks(sides.customer, step), "agent": _peaks(sides.agent, step)}


def _peaks(path: Path, step: int) -> list[int]:
    with path.open("rb") as file:
        return [loudest(block) for block in iter(lambda: file.read(step), b"")]


def loudest(block: bytes) -> int:
    """Of u-law, 0 to 100. In pieces that keep other threads waiting for less than 0.3 ms."""
    levels = block.translate(_LOUDNESS)
    return max(max(levels[at : at + _GLANCE]) for at in range(0, len(levels), _GLANCE))
