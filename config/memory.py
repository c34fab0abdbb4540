"""How the C library gives memory back: glibc's habits are those of a program that ends soon."""

import asyncio.selector_events
import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h
ARENAS = 2
LARGE_BYTES = 128 * 1024
"""Pieces of this size and more are the system's again as soon as they are free."""
READ_BYTES = LARGE_BYTES // 2
"""So much is read of a connection at once. asyncio takes a piece of 256 KiB for each reading, however little there is to read, and gives it back: with
the limit above, that were new pages from the system each time, which cost more than the reading."""


def be_steady() -> bool:
    """Keep the memory of a process that runs for days from growing by what is freed: before any thread is started, glibc is told to have few heaps instead of eight
    for each processor, and to leave its limit for large pieces where it is (mallopt(3): it rises by itself up to 32 MB, and what is smaller lies in the heaps, whose ends
    are then never free). False where the C library has no such thing."""
    asyncio.selector_events._SelectorTransport.max_size = READ_BYTES  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other place for it
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(
        mallopt(_M_ARENA_MAX, ARENAS) and mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
    )
