"""Contracts in time: each is looked at when a date of its own changes something, and a renewal becomes the owner's task.

Like `deadlines`: the store knows when the next is due, so nothing is polled; what came due while the server was away is
caught up with after its return.
"""

import asyncio
from contextlib import suppress

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.contracts import review
from crm_core.contracts.review import Reviewed
from crm_core.store import Connection, Store
from routing.bus import Bus

_LOOK_AGAIN_S = 60.0
_LEAST_S = 0.05
_GATHER_S = 0.5
_BATCH = 50

_log = Transcript("contracts")


class Renewals:
    """Looks at contracts when they are due to be looked at."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("service_contract", lambda _: woken.set())
        try:
            while True:
                woken.clear()
                wait_s = await self._catch_up()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
                await asyncio.sleep(_GATHER_S)
        finally:
            unsubscribe()

    async def _catch_up(self) -> float:
        """Look at all that is due; the seconds until the next."""
        try:
            while await self._look():
                pass
            next_at = await self._store.read(review.next_review)
        except Unavailable as problem:
            _log.note("!", problem.peer, f"renewals wait: {problem.reason}")
            return _LOOK_AGAIN_S
        if next_at is None:
            return _LOOK_AGAIN_S
        return min(max(next_at - self._clock.now(), _LEAST_S), _LOOK_AGAIN_S)

    async def _look(self) -> bool:
        """One batch in one transaction; whether there was any."""
        now = self._clock.now()
        due = await self._store.read(lambda conn: review.due(conn, now, _BATCH))
        if due:
            done = await self._store.write(lambda conn: _review(conn, due, now))
            for each in done:
                _log.note("=", each.contract_id, f"{each.state}{', reminded' if each.reminded else ''}")
                self._bus.publish("service_contract", each.contract_id)
                if each.task_id is not None:
                    self._bus.publish("task", each.task_id)
            self._bus.publish("case", "")
        return bool(due)


def _review(conn: Connection, contract_ids: list[str], now: float) -> list[Reviewed]:
    found = (review.review(conn, each, now) for each in contract_ids)
    return [each for each in found if each is not None]
