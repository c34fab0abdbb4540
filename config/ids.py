"""Identifiers: UUID version 7 (RFC 9562, 5.7), so that rows made later sort later."""

import os
import threading
import time

_RANDOM_BITS = 74
_RANDOM = (1 << _RANDOM_BITS) - 1
_STEP = (1 << 32) - 1
_DRAW = 14
"""Bytes of chance for an id."""


class _Sequence:
    """The numbers of one process: each is greater than the one before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._drawn, self._used = b"", 0

    def next(self, milliseconds: int) -> int:
        with self._lock:
            random = self._draw()
            fresh = milliseconds << _RANDOM_BITS | random & _RANDOM
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + (random >> _RANDOM_BITS & _STEP)
            self._last = fresh
        return fresh

    def _draw(self) -> int:
        """The system is asked for much at once: an import makes five ids a row."""
        if self._used + _DRAW > len(self._drawn):
            self._drawn, self._used = os.urandom(256 * _DRAW), 0
        self._used += _DRAW
        return int.from_bytes(self._drawn[self._used - _DRAW : self._used], "big")

    def forget(self) -> None:
        """In a forked process, which must not draw what its parent draws, nor wait for a thread that it does not have."""
        self._lock, self._drawn = threading.Lock(), b""


_sequence = _Sequence()
os.register_at_fork(after_in_child=_sequence.forget)


def new_id() -> str:
    """Make a UUIDv7 as 36 characters; unique across machines, and in one process each greater than the one before.

    Within one millisecond (and while the clock goes back) the number before is counted on by a random step, so that
    what was made in an order stays in it (RFC 9562, 6.2, method 2).
    """
    number = _sequence.next(time.time_ns() // 1_000_000)
    milliseconds, random = number >> _RANDOM_BITS, number & _RANDOM
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
