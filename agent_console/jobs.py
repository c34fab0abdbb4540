"""Drives long work (`crm_core.jobs`) step by step: reading off the writer, writing little at a time, so that nothing else waits."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import jobs
from crm_core.customers.work import WORK, due_daily
from crm_core.jobs import TOPIC, Job, Work
from crm_core.records.change import system
from crm_core.store import Store
from routing.bus import Bus

_LOOK_AGAIN_S = 30.0
_DAILY_S = 600.0
"""How often it is asked whether something is due that is done once a day."""
_BREATH_S = 0.02
"""Between two steps: half of a reader's time at most is spent on jobs."""

_log = Transcript("jobs")


class JobDriver:
    """One job at a time, one step after another; what was begun before a restart goes on."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, work: Mapping[str, Work] = WORK) -> None:
        self._store, self._bus, self._clock, self._work = store, bus, clock, work
        self._daily_at = 0.0

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe(TOPIC, lambda _: woken.set())
        try:
            while True:
                woken.clear()
                with suppress(Unavailable):  # told by the store's own status; looked at again below
                    await self.ask_daily()
                    await self.work_off()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await woken.wait()
        finally:
            unsubscribe()

    async def ask_daily(self) -> None:
        """Put what is due once a day into the line."""
        now = self._clock.now()
        if now < self._daily_at:
            return
        self._daily_at = now + _DAILY_S
        for kind, asked in await self._store.read(lambda conn: due_daily(conn, now)):
            await self._store.write(partial(jobs.ask, acting=system(now), kind=kind, asked=asked))

    async def work_off(self) -> None:
        """All that is in the line."""
        while (job := await self._store.read(jobs.next_job)) is not None:
            await self._step(job)
            self._bus.publish("job_moved", job.id)
            await asyncio.sleep(_BREATH_S)

    async def _step(self, job: Job) -> None:
        work = self._work.get(job.kind)
        if work is None:
            await self._store.write(
                lambda conn: jobs.fail(conn, job.id, "job.kind_unknown", self._clock.now())
            )
            return
        try:
            if job.state == "queued":
                total = await self._store.read(lambda conn: work.count(conn, job))
                job = await self._store.write(lambda conn: jobs.begin(conn, job.id, total, self._clock.now()))
                _log.note("=", job.kind, f"begun, {total} rows")
            going = job
            seen = await self._store.read(lambda conn: work.look(conn, going))
            now = self._clock.now()
            after = await self._store.write(
                lambda conn: jobs.go_on(conn, going, work.keep(conn, going, seen, now), now)
            )
        except Refused as refusal:
            # what was asked cannot be done any more, such as a filter whose field is gone
            code, ended = refusal.code, self._clock.now()
            await self._store.write(lambda conn: jobs.fail(conn, job.id, code, ended))
            _log.note("!", job.kind, str(refusal))
            return
        if after.state == "done":
            _log.note(
                "=",
                after.kind,
                f"done, {after.done} rows {dict(after.result) if after.kind != 'quality_report' else ''}",
            )
