"""The librarian: makes drafts of solved cases, and tells whose articles are due for review; a little at a time."""

import asyncio
from collections.abc import Collection
from contextlib import suppress

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.knowledge import collect, review
from crm_core.portal import links
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection, Store
from routing.bus import Bus

_EVERY_S = 300.0
_GATHER_S = 2.0
"""A case is often solved and opened again in the same breath."""
_PAUSE_S = 0.05
_OVERLAP_S = 300.0
"""What another server wrote may be a little older than our last look."""
_WHOLE_EVERY_S = 86400.0
"""All solved cases are asked for at the start and once a day; in between those that were touched."""
_log = Transcript("knowledge")


class Librarian:
    """One part of the server; two may work at once, since what is made is made once in its own unit. `off`: modules that are switched
    off; without knowledge only the portal's links are cleared away."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, off: Collection[str] = frozenset()) -> None:
        self._store, self._bus, self._clock, self._off = store, bus, clock, off
        self._looked_at = self._whole_at = self._sweep_at = 0.0

    async def run(self) -> None:
        """Until cancelled: look when a case was touched, and every five minutes."""
        woken = asyncio.Event()
        unsubscribe = [self._bus.subscribe(topic, lambda _: woken.set()) for topic in ("case", "interaction")]
        try:
            while True:
                woken.clear()
                try:
                    await self.round()
                except Unavailable as problem:
                    _log.note("!", problem.peer, f"collecting waits: {problem.reason}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(_EVERY_S):
                        await woken.wait()
                await asyncio.sleep(_GATHER_S)
        finally:
            for stop in unsubscribe:
                stop()

    async def round(self) -> None:
        """All that there is to do now, each in a unit of its own so that calls never wait for it."""
        now = self._clock.now()
        if "knowledge" not in self._off:
            await self._keep_articles(now)
        if now >= self._sweep_at:
            self._sweep_at = now + _EVERY_S
            await self._store.write(lambda c: links.sweep(c, now))

    async def _keep_articles(self, now: float) -> None:
        """Drafts of what was solved, and whose articles are due for review."""
        whole = now >= self._whole_at
        await self._collect_all(0.0 if whole else self._looked_at - _OVERLAP_S)
        self._looked_at = now
        if whole:
            self._whole_at = now + _WHOLE_EVERY_S
        for due in await self._store.read(lambda c: review.newly_due(c, now)):
            await self._store.write(lambda c, due=due: _tell(c, due, now))  # type: ignore[misc]
            _log.note("=", due.number, "is due for review")

    async def _collect_all(self, since: float) -> None:
        """Every solved case that was touched since; one that could not be dealt with is not tried twice in a round."""
        tried: set[str] = set()
        while fresh := set(await self._store.read(lambda c: collect.due(c, since))) - tried:
            for case_id in sorted(fresh):
                await self._collect(case_id)
                await asyncio.sleep(_PAUSE_S)
            tried |= fresh

    async def _collect(self, case_id: str) -> None:
        now = self._clock.now()
        try:
            made = await self._store.write(lambda c: _made(c, case_id, now))
        except Refused as refusal:
            _log.note("!", case_id, f"became no draft: {refusal}")
            return
        if made is not None:
            _log.note("=", case_id, f"became the draft {made}")
            self._bus.publish("article", made)


def _made(conn: Connection, case_id: str, now: float) -> str | None:
    return collect.collect(conn, system(now), case_id)


def _tell(conn: Connection, due: review.Due, now: float) -> None:
    """A task of the reviewer's, or else of the owner's, where the centre has tasks; the review's list shows it anyway."""
    review.told(conn, due, now)
    task, whose = known.named("task"), due.reviewer_id or due.owner_id
    if task is None or whose is None:
        return
    given = {
        "subject": f"{due.number} {due.title}"[:200],
        "owner_id": whose,
        "due_at": due.review_at,
        "about_entity": "article",
        "about_id": due.id,
    }
    rows.create(conn, system(now), task, given)
