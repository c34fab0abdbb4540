"""Has everything follow at once when people were changed at the command line, which is no process of the bus."""

import asyncio

from agent_console import leaving
from agent_console.leaving import Leaving
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import outside
from crm_core.store import Store
from routing.bus import Bus

LOOK_EVERY_S = 1.0
"""One indexed row. The bus wakes us for what the API does; a command cannot."""
_TRANSCRIPT = Transcript("console")


class PeopleWatch:
    """Looks at the number that commands raise."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store, self._bus = store, bus
        self._known: int | None = None

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        try:
            changes = await self._store.read(outside.changes)
        except Unavailable as error:
            _TRANSCRIPT.detail("!", error.peer, f"people are looked at again later: {error.reason}")
            return
        if self._known not in (None, changes):
            self._bus.publish("config", "")
            self._bus.publish(leaving.TOPIC, Leaving().payload())
        self._known = changes
