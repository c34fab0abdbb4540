"""The caretaker: throws away what was kept long enough, and cleans up after erasures; a little at a time, beside the calls."""

import asyncio
from contextlib import suppress

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.privacy import retention
from crm_core.store import Store
from routing.bus import Bus

_EVERY_S = 3600.0
_PAUSE_S = 0.2
_log = Transcript("caretaker")


class Caretaker:
    """One part of the server; two may run at once, each row is treated by whoever comes first."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def run(self) -> None:
        """Until cancelled: look once an hour, and at once after an erasure."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("erasure", lambda _: woken.set())
        try:
            while True:
                await self._sweep(scrub=woken.is_set())
                woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_EVERY_S):
                        await woken.wait()
        finally:
            unsubscribe()

    async def _sweep(self, *, scrub: bool) -> None:
        """The rules' rows in small units; then nothing of what went is left in the database's own corners."""
        try:
            swept = 0
            while done := await self._store.write(lambda c: retention.sweep(c, self._clock.now())):
                swept += done
                await asyncio.sleep(_PAUSE_S)
            if swept:
                _log.note("=", "", f"{swept} rows were kept long enough")
            if swept or scrub:
                await self._store.scrub()
        except Unavailable as problem:
            _log.note("!", problem.peer, f"sweeping waits: {problem.reason}")
