"""The indexer: a custom field that is marked as found by search gets its index, and loses it with the mark."""

import asyncio
from contextlib import suppress

from config.errors import Unavailable
from config.logs import Transcript
from crm_core.store import Store
from routing.bus import Bus

_EVERY_S = 3600.0
_GATHER_S = 1.0
_log = Transcript("indexes")


class Indexer:
    """One part of the server: looks at its start, when a field was changed, and once an hour."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("custom_field", lambda _: woken.set())
        try:
            while True:
                woken.clear()
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_EVERY_S):
                        await woken.wait()
                await asyncio.sleep(_GATHER_S)
        finally:
            unsubscribe()

    async def _look(self) -> None:
        try:
            done = await self._store.index()
        except Unavailable as problem:
            _log.note("!", problem.peer, f"indexes wait: {problem.reason}")
            return
        for statement in done.done:
            _log.note("=", "", statement)
        for statement, why in done.failed:
            _log.note("!", "", f"{statement}: {why}")
