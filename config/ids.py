"""Identifiers: UUID version 7 (RFC 9562, 5.7), so that rows made later sort later."""

import os
import threading
import time

_RANDOM_BITS = 74
_STEP_BITS = 32

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Make a UUIDv7 as 36 characters; unique across machines, and in one process each greater than the one before.

    Within one millisecond (and while the clock goes back) the number before is counted on by a random step, so that
    what was made in an order stays in it (RFC 9562, 6.2, method 2).
    """
    global _last
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(14), "big")
    fresh = milliseconds << _RANDOM_BITS | random & ((1 << _RANDOM_BITS) - 1)
    with _lock:
        if fresh >> _RANDOM_BITS <= _last >> _RANDOM_BITS:
            fresh = _last + 1 + (random >> _RANDOM_BITS & ((1 << _STEP_BITS) - 1))
        _last = fresh
    milliseconds, random = fresh >> _RANDOM_BITS, fresh & ((1 << _RANDOM_BITS) - 1)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
