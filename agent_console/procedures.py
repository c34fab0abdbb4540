"""Procedures: what rules start is started soon after it happened, and what waits for time when the time has come.

Like deadlines, nothing is polled: one timer, set to the next moment that any rule waits for, and woken when something was written.
Events and watches are rows, so what came while the server was away is worked off after its return.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.casework import customer_letters, reminders
from crm_core.casework.post import Post
from crm_core.records import known
from crm_core.rules import firing
from crm_core.rules.firing import Worked
from crm_core.store import Connection, Store
from routing.bus import Bus

TOPIC = "notification"
"""On the bus: somebody has something to be told."""
_SERVICE = "service"
"""The module of cases and tasks."""
_LOOK_AGAIN_S = 30.0
_LEAST_S = 0.05
_GATHER_S = 0.2
_PAUSE_S = 0.05
"""Between two units: calls write in the meantime."""
_WAKING = ("interaction", "case", "milestone", TOPIC)

_log = Transcript("rules")


class Procedures:
    """Lets rules work. Two servers may both: an event is taken out once, and a run's key is there once. `off`: modules that are switched
    off: their rules sleep, and without the one of cases and tasks nobody is reminded of any."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        clock: Clock,
        post: Post | None,
        off: Collection[str] = frozenset(),
    ) -> None:
        self._store, self._bus, self._clock, self._post, self._off = store, bus, clock, post, off
        self._asleep = False

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        topics = dict.fromkeys((*_WAKING, *(entity.name for entity in known.every())))
        unsubscribe = [self._bus.subscribe(topic, lambda _: woken.set()) for topic in topics]
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
        """Do all that is to be done; the seconds until the next."""
        try:
            await self._let_sleep()
            more = True
            while more:
                more = await self._look()
                await asyncio.sleep(_PAUSE_S if more else 0)
            next_at = await self._next_at(self._clock.now())
        except Unavailable as problem:
            _log.note("!", problem.peer, f"rules wait: {problem.reason}")
            return _LOOK_AGAIN_S
        except Refused as refusal:
            # rules and steps keep their own refusals; whatever else is refused must not end the server
            _log.note("!", "", f"rules wait: {refusal}")
            return _LOOK_AGAIN_S
        if next_at is None:
            return _LOOK_AGAIN_S
        return min(max(next_at - self._clock.now(), _LEAST_S), _LOOK_AGAIN_S)

    async def _let_sleep(self) -> None:
        """Once: what is switched off stays so while the server runs."""
        if self._off and not self._asleep:
            await self._store.write(lambda conn: firing.sleep(conn, self._off))
            self._asleep = True

    async def _next_at(self, now: float) -> float | None:
        return await self._store.read(lambda conn: _next(conn, now, self._post, self._off))

    async def _look(self) -> bool:
        """One batch in one transaction, when there is anything; whether there may be more."""
        now = self._clock.now()
        next_at = await self._next_at(now)
        if next_at is None or next_at > now:
            return False
        done = await self._store.write(lambda conn: _work(conn, now, self._post, self._off))
        self._tell(done.worked)
        for case_id in done.sent_in:
            self._bus.publish("case", case_id)
            self._bus.publish("outbox", case_id)
        if done.reminded:
            self._bus.publish(TOPIC, "")
        return done.more

    def _tell(self, worked: Worked) -> None:
        for run in worked.runs:
            _log.note("=", run.record_id, f"{run.procedure_id} by {run.rule_id}: {run.outcome}")
            self._bus.publish(run.entity, run.record_id)
        for why in worked.failed:
            _log.note("!", "", f"came to nothing: {why}")
        if worked.taken:
            self._bus.publish(TOPIC, "")
            self._bus.publish("outbox", "")


def _next(conn: Connection, now: float, post: Post | None, off: Collection[str]) -> float | None:
    moments = [firing.next_at(conn, now, off)]
    if _SERVICE not in off:
        moments.append(reminders.next_at(conn))
        moments.append(customer_letters.next_at(conn) if post is not None else None)
    return min((each for each in moments if each is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`sent_in`: cases whose letters had waited for their customers' hours."""

    worked: Worked
    reminded: int
    sent_in: list[str]

    @property
    def more(self) -> bool:
        return bool(self.worked.more or self.worked.taken or self.reminded or self.sent_in)


def _work(conn: Connection, now: float, post: Post | None, off: Collection[str]) -> _Done:
    worked = firing.work(conn, now, post, off)
    if _SERVICE in off:
        return _Done(worked=worked, reminded=0, sent_in=[])
    return _Done(
        worked=worked,
        reminded=reminders.remind(conn, now),
        sent_in=customer_letters.work(conn, now, post),
    )
