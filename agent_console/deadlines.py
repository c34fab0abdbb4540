"""Deadlines: what is promised to customers is told when a quarter of the time is left, and when it is missed.

The store knows when the next case is to be looked at, so nothing is polled: one timer, set to that moment, and set anew
when something happened to a case. What comes due while the server is away is told after its return.
"""

import asyncio
from contextlib import suppress

from agent_console.notices import MilestoneTold
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import case_clocks
from crm_core.case_clocks import Milestone
from crm_core.store import Connection, Store
from routing.bus import Bus

TOPIC = "milestone"
"""On the bus: the milestone as JSON, for whoever shows notices."""
_WAKING = ("interaction", "case", "config", "service_contract")
_LOOK_AGAIN_S = 30.0
_LEAST_S = 0.05
_GATHER_S = 0.25
"""Much happens at once in a busy centre: looking four times a second is enough for promises of minutes."""
_BATCH = 50
_OLD_NEWS_S = 3600.0

_log = Transcript("sla")


class Deadlines:
    """Looks at cases when they are due to be looked at. Two servers may both: the store lets each milestone be told once."""

    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = [self._bus.subscribe(topic, lambda _: woken.set()) for topic in _WAKING]
        try:
            while True:
                woken.clear()
                wait_s = await self._catch_up()
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
                await asyncio.sleep(_GATHER_S)
        finally:
            for stop in unsubscribe:
                stop()

    async def _catch_up(self) -> float:
        """Look at all that is due; the seconds until the next."""
        try:
            while await self._look():
                pass
            next_at = await self._store.read(case_clocks.next_look)
        except Unavailable as problem:
            _log.note("!", problem.peer, f"deadlines wait: {problem.reason}")
            return _LOOK_AGAIN_S
        if next_at is None:
            return _LOOK_AGAIN_S
        return min(max(next_at - self._clock.now(), _LEAST_S), _LOOK_AGAIN_S)

    async def _look(self) -> bool:
        """One batch in one transaction; whether there was any."""
        now = self._clock.now()
        due = await self._store.read(lambda conn: case_clocks.due(conn, now, _BATCH))
        if due:
            for milestone in await self._store.write(lambda conn: _look_at(conn, due, now)):
                self._tell(milestone, now)
        return bool(due)

    def _tell(self, milestone: Milestone, now: float) -> None:
        words = f"{milestone.number} {milestone.clock} {milestone.what}"
        _log.note("=", milestone.interactions[0] if milestone.interactions else milestone.number, words)
        for each in milestone.interactions:
            self._bus.publish("interaction", each)
        if milestone.at > now - _OLD_NEWS_S:
            told = MilestoneTold(
                number=milestone.number,
                clock=milestone.clock,
                round=milestone.round,
                what=milestone.what,
                interactions=milestone.interactions,
            )
            self._bus.publish(TOPIC, told.payload())


def _look_at(conn: Connection, case_ids: list[str], now: float) -> list[Milestone]:
    return [milestone for case_id in case_ids for milestone in case_clocks.look(conn, case_id, now)]
