"""Identifiers: UUID version 7 (RFC 9562, 5.7), so that rows made later sort later."""

import os
import time

_RANDOM_BITS = 74


def new_id() -> str:
    """Make a UUIDv7 as 36 characters; unique across machines, ordered by millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") & ((1 << _RANDOM_BITS) - 1)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
