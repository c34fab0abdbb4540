"""Keys as tones (ITU-T Q.23) in u-law: to be sent, and to be found in what was recorded (Goertzel, as a receiver for Q.24 does it)."""

import math
from collections.abc import Iterator

from tests.real.listener import LINEAR

RATE, FRAME = 8000, 160
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = {key: (LOW[place // 3], HIGH[place % 3]) for place, key in enumerate("123456789*0#")}
_NEAREST = {value: code for code, value in enumerate(LINEAR)}
_VALUES = sorted(_NEAREST)
_BLOCK = 205
"""The frequencies are apart enough in so many samples, and fall into their middle."""


def _ulaw(value: float) -> int:
    return _NEAREST[min(_VALUES, key=lambda known: abs(known - value))]


def _tone(key: str, seconds: float = 0.1, loud: float = 6000.0) -> bytes:
    low, high = KEYS[key]
    at = (2 * math.pi * place / RATE for place in range(int(seconds * RATE)))
    return bytes(_ulaw(loud * (math.sin(low * angle) + math.sin(high * angle))) for angle in at)


def frames(keys: str) -> list[bytes]:
    """100 ms of each key, with as much silence after it, in pieces of 20 ms."""
    sound = b"".join(_tone(key) + b"\xff" * (RATE // 10) for key in keys)
    return [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]


def _power(samples: list[int], frequency: int) -> float:
    turn = 2 * math.cos(2 * math.pi * frequency / RATE)
    one = two = 0.0
    for sample in samples:
        one, two = sample + turn * one - two, one
    return (one * one + two * two - turn * one * two) / (len(samples) ** 2)


def _key_in(samples: list[int]) -> str:
    """The key whose two tones are most of what is heard; none: empty."""
    whole = sum(sample * sample for sample in samples) / len(samples)
    if whole < 10_000:
        return ""
    low, high = (max(group, key=lambda tone: _power(samples, tone)) for group in (LOW, HIGH))
    strongest = 2 * (_power(samples, low) + _power(samples, high))
    found = next(key for key, tones in KEYS.items() if tones == (low, high))
    return found if strongest > 0.7 * whole else ""


def keys_in(audio: bytes) -> str:
    """The keys that are heard, one after the other; the same one twice in a row is told once."""
    return "".join(_begins([LINEAR[code] for code in audio]))


def _begins(samples: list[int]) -> Iterator[str]:
    before = ""
    for at in range(0, len(samples) - _BLOCK, _BLOCK):
        key = _key_in(samples[at : at + _BLOCK])
        if key and key != before:
            yield key
        before = key or before
