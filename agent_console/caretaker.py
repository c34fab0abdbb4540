"""The caretaker: throws away what was kept long enough, and cleans up after erasures; a little at a time, beside the calls."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.privacy import retention
from crm_core.privacy.forget import forget
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
        """The rules' rows in small units, then what still names the erased; then nothing of what went is left in the database's own
        corners."""
        try:
            swept = await self._treat()
            if swept:
                _log.note("=", "", f"{swept} rows were kept long enough")
            forgotten = await forget(self._store)
            if swept or forgotten or scrub:
                await self._store.scrub()
        except Unavailable as problem:
            _log.note("!", problem.peer, f"sweeping waits: {problem.reason}")

    async def _treat(self) -> int:
        """All that is due, however much; what may not be treated stands in nobody's way."""
        swept, refused = 0, set[Any]()
        now = self._clock.now()
        while some := await self._store.read(lambda c: retention.due(c, now, without=refused)):
            for portion in some:
                try:
                    swept += await self._store.write(partial(retention.carry_out, some=portion, now=now))
                except Refused as refusal:
                    refused.update(portion.ids)
                    _log.note(
                        "!", portion.what, f"{len(portion.ids)} rows stay until the next look: {refusal.code}"
                    )
                await asyncio.sleep(_PAUSE_S)
        return swept
