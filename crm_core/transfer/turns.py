"""Whoever writes much writes in turns, so that a call waits for one of them at most, and takes no longer than calls allow."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from crm_core.store import Store

UNIT_S = 0.02
"""What a unit may take of the writer, in its own time on the processor, while others write as well: a call's fact that comes meanwhile waits that
long at most, beside its own commit."""
QUIET_UNIT_S = 0.1
"""The same while nobody else writes: what a unit costs whatever its size, its commit above all, is paid for more rows. The first call after that waits so long."""
QUIET_AFTER_S = 2.0

T = TypeVar("T")


class Turns:
    """One store's."""

    def __init__(self, store: Store, *, unit_s: float = UNIT_S, quiet_unit_s: float = QUIET_UNIT_S) -> None:
        self._store, self._unit_s, self._quiet_unit_s = store, unit_s, quiet_unit_s
        self._lock = asyncio.Lock()

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """As `Store.write`, when all who came before have written."""
        async with self._lock:
            return await self._store.write_behind(unit)

    def next_size(self, size: int, seconds: float, *, least: int, most: int) -> int:
        """Of a unit, when one of `size` took so many seconds: towards the time that it may take, at most doubling."""
        quiet = time.monotonic() - self._store.written_at >= QUIET_AFTER_S
        allowed_s = self._quiet_unit_s if quiet else self._unit_s
        return max(least, min(most, int(size * min(2.0, allowed_s / max(seconds, 1e-6)))))
