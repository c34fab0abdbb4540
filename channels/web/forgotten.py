"""Offers what was filed by a form when the server ended before the floor heard of it. Looks when the floor is there, and every 30 s."""

import asyncio
from functools import partial

from channels.web import inquiries
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import interactions
from crm_core.store import Store
from routing.core.model import InteractionId, Medium
from routing.floor import Floor

log = Transcript("forms")
_LOOK_AGAIN_S = 30.0


class ForgottenForms:
    """One task, until cancelled."""

    def __init__(self, store: Store, floor: Floor, clock: Clock) -> None:
        self._store, self._floor, self._clock = store, floor, clock

    async def run(self) -> None:
        await self._floor.restored()
        while True:
            try:
                await self._look()
            except Unavailable as problem:  # the database: looked at again
                log.note("!", "", f"cannot look for forms that wait: {problem.reason}")
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _look(self) -> None:
        for one in await self._store.read(lambda c: interactions.open_ones(c, Medium.FORM)):
            # only "new" ones: what the ledger has seen, the floor rebuilds from it
            if one.state != "new" or InteractionId(one.id) in self._floor.centre.interactions:
                continue
            asked = partial(inquiries.unoffered, interaction_id=one.id, now=self._clock.now())
            filed = await self._store.read(asked)
            if filed is not None:
                self._floor.submit(filed.event(self._floor.centre, self._clock.now()))
