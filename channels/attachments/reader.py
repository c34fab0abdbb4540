"""Reads what attachments say, those that are there already as those that come: the newest ids last, each once."""

import asyncio
import uuid
from contextlib import suppress
from functools import partial

from channels.attachments.process import ReadingProcess
from channels.attachments.reading import MOST_BYTES
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.attachments import kept
from crm_core.attachments.kept import TOO_LARGE, Unread
from crm_core.store import Store
from routing.bus import Bus

_LOOK_AGAIN_S = 30.0
_BATCH = 20
_OVERLAP_S = 600.0
"""Ids rise with time, but a unit that began earlier may end later: so far back is looked again."""
log = Transcript("attachments")


class AttachmentReader:
    """One part of the server. Wakes when something happens to an interaction, and every 30 s by itself."""

    def __init__(self, store: Store, bus: Bus, clock: Clock, process: ReadingProcess | None = None) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._process = process or ReadingProcess()
        self._after = ""

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe("interaction", lambda _: woken.set())
        try:
            while True:
                woken.clear()
                try:
                    await self.read_all()
                except Unavailable as problem:
                    log.note("!", "", f"attachments wait: {problem}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await woken.wait()
        finally:
            unsubscribe()
            await self._process.close()

    async def read_all(self) -> int:
        """All that nobody has read; how many."""
        began, done, after = self._clock.now(), 0, self._after
        while batch := await self._store.read(partial(kept.unread, after=after, limit=_BATCH)):
            for each in batch:
                await self._read(each)
            after, done = batch[-1].id, done + len(batch)
        self._after = _first_id(began - _OVERLAP_S)
        if done:
            await self._process.rest()
        return done

    async def _read(self, each: Unread) -> None:
        if each.size > MOST_BYTES:
            verdict, text, pages = TOO_LARGE, "", None
        else:
            content = await self._store.read(partial(kept.content, attachment_id=each.id))
            if content is None:
                return
            verdict, text, pages = await self._process.read(each.name, each.content_type, content)
        now = self._clock.now()
        await self._store.write_behind(lambda conn: kept.keep(conn, each, verdict, text, pages, now))


def _first_id(at: float) -> str:
    """Before every id of ours from then on (UUIDv7: RFC 9562, 5.7)."""
    milliseconds = max(0, int(at * 1000))
    return str(uuid.UUID(int=milliseconds << 80))
