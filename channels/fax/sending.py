"""Faxes that go out: rows whose time has come are dialled, and what came of each is read from Asterisk's report.

That one is under way is committed before Asterisk hears of it, and what becomes of it is written by Asterisk's dialplan: a server that dies finds the
report, or the call that goes on, or neither; then nobody knows whether the pages arrived, and a person decides.
"""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from channels.fax.files import Place
from channels.fax.receiving import LOOK_EVERY_S, TOPIC
from config.clock import Clock
from config.errors import Refused, Unavailable
from config.ids import new_id
from config.logs import Transcript
from config.settings import Settings
from crm_core.faxes import attempts, outgoing, spool
from crm_core.faxes.attempts import After
from crm_core.faxes.kept import SENT, Fax
from crm_core.recordings.chest import Damaged
from crm_core.store import Store
from routing.bus import Bus

WRITTEN = "fax_outbox"
"""What is said on the bus when a fax is to go."""
SEEN_WITHIN_S = 15.0
"""A call that Asterisk was told of has a channel by then."""
_log = Transcript("fax")


class Line(Protocol):
    """The telephone under it."""

    async def send(self, fax: Fax, attempt: str) -> bool:
        """Have the pages sent that lie in the spool under the attempt's name. False: it was not dialled. `Refused`: the number may not be called."""
        ...

    async def cause(self, attempt: str) -> str:
        """Why the call of this attempt was not answered (ITU-T Q.850); empty when nobody heard."""
        ...

    async def going_on(self) -> frozenset[str]:
        """The attempts that go on. `Unavailable` when that cannot be said."""
        ...


class Sending:
    """One part of the server. `look` is one round, for tests and for `run`."""

    def __init__(
        self, settings: Settings, store: Store, bus: Bus, clock: Clock, *, place: Place, line: Line
    ) -> None:
        self._settings = settings.fax
        self._spool = settings.recording_spool_dir()
        self._store, self._bus, self._clock = store, bus, clock
        self._place, self._line = place, line
        self._wanted = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: look when one was written or is over, when one is due, and every 15 s."""
        self._spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        stops = [self._bus.subscribe(topic, lambda _: self._wanted.set()) for topic in (TOPIC, WRITTEN)]
        try:
            while True:
                try:
                    wait_s = await self.look()
                except (OSError, Unavailable) as problem:
                    _log.note("!", "", f"faxes wait to be sent: {problem}")
                    wait_s = LOOK_EVERY_S
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._wanted.wait()
                self._wanted.clear()
        finally:
            for stop in stops:
                stop()

    async def look(self) -> float:
        """See what came of those under way, and begin those that are due; how long nothing is to be done. `Unavailable` when the store is away."""
        self._wanted.clear()
        going = await self._store.read(outgoing.under_way)
        going = [fax for fax in going if not await self._is_over(fax)]
        now = self._clock.now()
        room = max(0, self._settings.at_once - len(going))
        for fax in await self._store.read(partial(outgoing.due, now=now, limit=room)):
            await self._begin(fax)
        next_at = await self._store.read(outgoing.next_due)
        return LOOK_EVERY_S if next_at is None else min(LOOK_EVERY_S, max(0.5, next_at - self._clock.now()))

    async def _is_over(self, fax: Fax) -> bool:
        report = await asyncio.to_thread(spool.read_report, self._at(fax, spool.GOES_REPORT))
        if report is None and not await self._is_lost(fax):
            return False
        if report is None:
            after = attempts.lost()
        else:
            after = attempts.after_report(
                report,
                cause="" if report.status else await self._line.cause(fax.attempt or ""),
                pages=fax.pages,
                attempts=fax.attempts,
                pauses_s=self._settings.retry_pauses_s,
                now=self._clock.now(),
            )
        await self._settle(fax, after)
        return True

    async def _is_lost(self, fax: Fax) -> bool:
        """Asterisk has no call for it, and has written nothing."""
        if self._clock.now() - (fax.tried_at or 0.0) < SEEN_WITHIN_S:
            return False
        try:
            going_on = await self._line.going_on()
        except Unavailable:
            return False
        if fax.attempt in going_on:
            return False
        # it may have ended between the two looks
        return await asyncio.to_thread(spool.read_report, self._at(fax, spool.GOES_REPORT)) is None

    async def _begin(self, fax: Fax) -> None:
        attempt = f"fo-{new_id()}"
        begun = await self._store.write(
            partial(outgoing.begin, made=fax, attempt=attempt, now=self._clock.now())
        )
        if begun is None:
            return
        self._tell(begun)
        try:
            await asyncio.to_thread(self._place.unpack, begun, self._at(begun, spool.GOES))
            dialled = await self._line.send(begun, attempt)
        except Refused as refusal:
            after = attempts.forbidden(refusal.code, written_at=begun.at, now=self._clock.now())
            await self._settle(begun, after, tried=False)
        except Damaged as problem:
            _log.note("!", begun.case_id or "", f"fax {begun.id} cannot be read: {problem}")
            await self._settle(begun, After(state="failed", code="damaged"))
        except Unavailable as problem:
            _log.note("!", begun.case_id or "", f"fax {begun.id} is not dialled: {problem}")
            await self._settle(begun, self._not_dialled(begun))
        else:
            if not dialled:
                await self._settle(begun, self._not_dialled(begun))

    def _not_dialled(self, fax: Fax) -> After:
        return attempts.not_dialled(
            attempts.NOT_CALLED,
            attempts=fax.attempts,
            pauses_s=self._settings.retry_pauses_s,
            now=self._clock.now(),
        )

    async def _settle(self, fax: Fax, after: After, *, tried: bool = True) -> None:
        """The row first, then the files: what is known stays known."""
        await self._store.write(
            partial(outgoing.settle, made=fax, after=after, now=self._clock.now(), tried=tried)
        )
        said = f"fax {fax.id} {after.state} {after.code}".rstrip()
        _log.note("=" if after.state == SENT else "!", fax.interaction_id or fax.case_id or "", said)
        for ending in (spool.GOES, spool.GOES_REPORT):
            await asyncio.to_thread(self._at(fax, ending).unlink, missing_ok=True)
        self._tell(fax)

    def _tell(self, fax: Fax) -> None:
        self._bus.publish("fax_list", fax.id)
        if fax.case_id is not None:
            self._bus.publish("case", fax.case_id)
        if fax.interaction_id is not None:
            self._bus.publish("interaction", fax.interaction_id)

    def _at(self, fax: Fax, ending: str) -> Path:
        return self._spool / f"{fax.attempt}{ending}"
