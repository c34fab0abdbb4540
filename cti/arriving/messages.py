"""Messages that callers leave: taken out of Asterisk's spool, encrypted, and made work like letters.

The dialplan records them, whether a server is there or not. Each step may be the last one before a crash: the sound is durable before its rows
are, the router is told before the file is removed, and both are harmless a second time, so the next look goes on where this one ended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Settings
from crm_core import interactions
from crm_core.recordings import kept
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import KEPT, Recording
from crm_core.store import Store
from crm_core.voicemail import filing, spool
from crm_core.voicemail.filing import Filed, Heard
from crm_core.voicemail.spool import Left
from cti.ports import Bus, Floor
from routing.core.model import Medium
from routing.wishes import arrival

LOOK_EVERY_S = 15.0
OVER_AFTER_S = 1800.0
"""A file that nobody has written to for so long is finished even when Asterisk cannot be asked: the longest message takes half of it."""
STRAY_AFTER_S = 3600.0
TOPIC = "voicemail"
"""What the telephone says on the bus when a caller has left a message."""
_log = Transcript("voicemail")
Talking = Callable[[], Awaitable[frozenset[str]]]


class Messages:
    """One part of the server. `sweep` is one look, for tests and for `run`; `talking`: the calls that Asterisk has now (`Unavailable` when it
    cannot say)."""

    def __init__(
        self, settings: Settings, store: Store, floor: Floor, bus: Bus, clock: Clock, *, talking: Talking
    ) -> None:
        self._spool, self._folder = settings.recording_spool_dir(), settings.recordings_dir()
        self._days = settings.recordings.keep_days
        self._store, self._floor, self._bus, self._clock, self._talking = store, floor, bus, clock, talking
        self._chest = Chest(settings.recordings.recordings_key.get_secret_value())
        self._wanted = asyncio.Event()
        self._over: set[str] = set()
        self._strays: set[str] = set()
        self._status = LinkStatus(up=True, since=clock.now())

    def status(self) -> LinkStatus:
        """Whether messages can be taken over."""
        return self._status

    async def run(self) -> None:
        """Until cancelled: look when a message was left, and every 15 s."""
        for folder in (self._spool, self._folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        await self._floor.restored()
        stop = self._bus.subscribe(TOPIC, self._was_left)
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._wanted.wait()
                self._wanted.clear()
        finally:
            stop()

    def _was_left(self, call: str) -> None:
        self._over.add(call)
        self._wanted.set()

    async def _look(self) -> None:
        try:
            await self.sweep()
            if not self._status.up:
                self._status = LinkStatus(up=True, since=self._clock.now())
        except (OSError, Unavailable) as problem:
            _log.note("!", "", f"messages wait in the spool: {problem}")
            if self._status.up:
                self._status = LinkStatus(up=False, since=self._clock.now(), reason="recordings.not_kept")

    async def sweep(self) -> None:
        """Take over what is finished. `OSError` when files cannot be read or written, `Unavailable` when the store is away."""
        self._wanted.clear()
        found = await asyncio.to_thread(spool.found, self._spool)
        self._over &= {left.call_id for left in found}
        unsure = [left for left in found if left.call_id not in self._over]
        going_on = await self._going_on() if unsure else frozenset()
        for left in found:
            if left.call_id in self._over or self._is_over(left, going_on):
                await self._take(left)

    async def _going_on(self) -> frozenset[str] | None:
        try:
            return await self._talking()
        except Unavailable:
            return None

    def _is_over(self, left: Left, going_on: frozenset[str] | None) -> bool:
        if going_on is not None:
            return left.call_id not in going_on
        return self._clock.now() - left.touched_at > OVER_AFTER_S

    async def _take(self, left: Left) -> None:
        if await self._store.read(lambda conn: filing.one(conn, left.name)) is None:
            if await self._store.read(lambda conn: interactions.interaction(conn, left.call_id)) is None:
                self._stray(left)
                return
            heard = await asyncio.to_thread(self._heard, left)
            now = self._clock.now()
            await self._store.write(partial(filing.file, heard=heard, days=self._days, now=now))
            what = f"message of {heard.seconds:.0f} s" if heard.recording else "silent: no work"
            _log.note("<", left.call_id, f"{what}, {heard.sound_s:.1f} s of it sound")
            self._bus.publish("interaction", left.call_id)
        filed = await self._store.read(partial(filing.filed, name=left.name, now=self._clock.now()))
        if filed is not None:
            await self._offer(filed)
        await asyncio.to_thread(left.path.unlink, missing_ok=True)

    def _heard(self, left: Left) -> Heard:
        """In a thread: the sound in its place, durable, and what is to be said of it."""
        heard = spool.sound_s(left.path)
        recording = self._recording(left) if heard >= spool.LEAST_SOUND_S else None
        return Heard(
            id=left.name,
            call_id=left.call_id,
            left_at=left.left_at,
            seconds=left.seconds,
            sound_s=heard,
            recording=recording,
        )

    def _recording(self, left: Left) -> Recording:
        target = kept.place(self._folder, left.name, left.left_at)
        size, digest = self._chest.write(target, left.name, spool.wav(left.path))
        return Recording(
            id=left.name,
            interaction_id="",
            queue_id=None,
            agent_id=None,
            started_at=left.left_at,
            seconds=left.seconds,
            bytes=size,
            sha256=digest,
            state=KEPT,
            sealed=self._chest.seals,
            peaks=spool.peaks(left.path),
            keep_until=None,
        )

    async def _offer(self, filed: Filed) -> None:
        """The router has it in its ledger before the file goes."""
        wish = filed.wish
        arrived = arrival(
            filed.interaction_id,
            Medium.VOICEMAIL,
            filed.queue_id,
            filed.enqueued_at,
            wish,
            self._floor.centre,
            self._clock.now(),
        )
        await self._floor.settle(arrived)
        self._bus.publish("interaction", filed.interaction_id)

    def _stray(self, left: Left) -> None:
        if left.name not in self._strays and self._clock.now() - left.touched_at > STRAY_AFTER_S:
            self._strays.add(left.name)
            _log.note(
                "!", left.call_id, f"message {left.name} is of no call that is known; it stays in the spool"
            )
