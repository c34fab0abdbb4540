"""Faxes that come: taken out of Asterisk's spool, kept, shown and made work like letters.

The dialplan takes them, whether a server is there or not. Each step may be the last one before a crash: the pages are durable before their row is, the
router is told before the files go, and both are harmless a second time, so the next look goes on where this one ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from channels.fax.files import Place
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Settings
from crm_core.faxes import filing, kept, spool
from crm_core.faxes.filing import Filed, Pages
from crm_core.faxes.spool import Came
from crm_core.recordings.chest import Chest
from crm_core.store import Store
from routing.bus import Bus
from routing.core.model import Medium
from routing.floor import Floor
from routing.wishes import arrival

TOPIC = "fax"
"""What is said on the bus when a fax has come or gone."""
LOOK_EVERY_S = 15.0
OVER_AFTER_S = 7200.0
"""What nobody has written to for so long is over even when Asterisk cannot be asked."""
_log = Transcript("fax")
Talking = Callable[[], Awaitable[frozenset[str]]]


class Reception:
    """One part of the server. `sweep` is one look, for tests and for `run`; `talking`: the calls that Asterisk has now (`Unavailable` when it
    cannot say)."""

    def __init__(
        self, settings: Settings, store: Store, floor: Floor, bus: Bus, clock: Clock, *, talking: Talking
    ) -> None:
        self._spool = settings.recording_spool_dir()
        self.place = Place(settings.faxes_dir(), Chest(settings.recordings.recordings_key.get_secret_value()))
        self._store, self._floor, self._bus, self._clock, self._talking = store, floor, bus, clock, talking
        self._wanted = asyncio.Event()
        self._status = LinkStatus(up=True, since=clock.now())

    def status(self) -> LinkStatus:
        """Whether faxes can be taken over."""
        return self._status

    async def run(self) -> None:
        """Until cancelled: look when a fax is over, and every 15 s."""
        for folder in (self._spool, self.place.folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        await self._floor.restored()
        stop = self._bus.subscribe(TOPIC, lambda _: self._wanted.set())
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._wanted.wait()
                self._wanted.clear()
        finally:
            stop()

    async def _look(self) -> None:
        try:
            await self.sweep()
            await self._remove_erased()
            if not self._status.up:
                self._status = LinkStatus(up=True, since=self._clock.now())
        except (OSError, Unavailable) as problem:
            _log.note("!", "", f"faxes wait in the spool: {problem}")
            if self._status.up:
                self._status = LinkStatus(up=False, since=self._clock.now(), reason="faxes.not_kept")

    async def sweep(self) -> None:
        """Take over what is over. `OSError` when files cannot be read or written, `Unavailable` when the store is away."""
        self._wanted.clear()
        found = await asyncio.to_thread(spool.found, self._spool)
        unsure = [came for came in found if came.report is None]
        going_on = await self._going_on() if unsure else frozenset()
        for came in found:
            if came.report is not None or self._is_over(came, going_on):
                await self._take(came)

    async def _going_on(self) -> frozenset[str] | None:
        try:
            return await self._talking()
        except Unavailable:
            return None

    def _is_over(self, came: Came, going_on: frozenset[str] | None) -> bool:
        if going_on is not None:
            return came.call_id not in going_on
        return self._clock.now() - came.touched_at > OVER_AFTER_S

    async def _take(self, came: Came) -> None:
        if await self._store.read(lambda conn: kept.one(conn, came.name)) is None:
            pages = await self._pages(came)
            now = self._clock.now()
            made = await self._store.write(partial(filing.file, came=came, pages=pages, now=now))
            mode = came.report.mode if came.report else "broken off"
            what = f"fax of {made.pages} pages by {mode} {made.mark}".rstrip()
            _log.note("<", made.interaction_id or came.call_id, what if made.files else "fax without a page")
            self._bus.publish("interaction", made.interaction_id or "")
            self._bus.publish("fax_list", made.id)
        filed = await self._store.read(partial(filing.filed, name=came.name, now=self._clock.now()))
        if filed is not None:
            await self._offer(filed)
        for path in (came.pages, came.report_place):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _pages(self, came: Came) -> Pages:
        if not came.pages.exists() or came.pages.stat().st_size == 0:
            return Pages()
        expected = came.report.pages if came.report else 0
        pages = await self.place.keep(came.name, came.began_at, came.pages, expected)
        nothing_came = came.report is not None and came.report.pages == 0 and pages.count == 0
        # Asterisk makes the file before the first page: of one that is empty nobody misses anything
        return Pages() if nothing_came and came.pages.stat().st_size <= _EMPTY_TIFF_BYTES else pages

    async def _offer(self, filed: Filed) -> None:
        """The router has it in its ledger before the files go."""
        wish = filed.wish
        arrived = arrival(
            filed.interaction_id,
            Medium.FAX,
            filed.queue_id,
            filed.enqueued_at,
            wish,
            self._floor.centre,
            self._clock.now(),
        )
        await self._floor.settle(arrived)
        self._bus.publish("interaction", filed.interaction_id)

    async def _remove_erased(self) -> None:
        for gone in await self._store.read(kept.erased):
            await asyncio.to_thread(self.place.remove, gone)
            await self._store.write(partial(kept.removed, name=gone.id))
            _log.note("=", gone.interaction_id or "", f"the pages of fax {gone.id} are removed")


_EMPTY_TIFF_BYTES = 512
