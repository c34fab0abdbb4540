"""The keeper of recordings: takes finished ones out of Asterisk's spool, encrypts them, and keeps what became of each.

Each step may be the last one before a crash: the audio is durable before its row is, and the row before the source is removed, so the next look
goes on where this one ended. Nothing here waits on the loop: files are read and written by a thread.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Settings
from crm_core.interactions import Segment
from crm_core.recordings import audio, kept
from crm_core.recordings import takes as spool
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import KEPT, MISSING, UNREADABLE, Recording, Talk
from crm_core.recordings.takes import Take
from crm_core.store import Connection, Store
from cti.ports import Bus, Floor
from routing.core.facts import Connected, Fact, Finished, Requeued

LOOK_EVERY_S = 15.0
MISSED_AFTER_S, MISSED_UNTIL_S = 60.0, 3600.0
SHORT_TALK_S = 2.0
"""A shorter talk may leave nothing to be heard."""
STRAY_AFTER_S = 3600.0
_log = Transcript("keeper")


class Keeper:
    """One part of the server. `sweep` is one look, for tests and for `run`."""

    def __init__(self, settings: Settings, store: Store, floor: Floor, bus: Bus, clock: Clock) -> None:
        self._spool, self._folder = settings.recording_spool_dir(), settings.recordings_dir()
        self._days = settings.recordings.keep_days
        self._store, self._floor, self._bus, self._clock = store, floor, bus, clock
        self.chest = Chest(settings.recordings.recordings_key.get_secret_value())
        self._wanted = asyncio.Event()
        self._status = LinkStatus(up=True, since=clock.now())
        self._strays: set[str] = set()

    def status(self) -> LinkStatus:
        """Whether recordings can be kept, and all of the last day are whole."""
        return self._status

    async def run(self) -> None:
        """Until cancelled: look when a talk is over, and every 15 s."""
        for folder in (self._spool, self._folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unlisten = self._floor.listen(self._on_facts)
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._wanted.wait()
                        await asyncio.sleep(spool.SETTLED_S + 1)
                self._wanted.clear()
        finally:
            unlisten()

    def _on_facts(self, facts: Sequence[Fact]) -> None:
        if any(isinstance(fact, Finished | Requeued | Connected) for fact in facts):
            self._wanted.set()

    async def _look(self) -> None:
        try:
            await self.sweep()
            await self._count_flagged()
        except (OSError, Unavailable) as problem:
            _log.note("!", "", f"recordings wait in the spool: {problem}")
            if self._status.reason != "recordings.not_kept":
                self._status = LinkStatus(up=False, since=self._clock.now(), reason="recordings.not_kept")

    async def _count_flagged(self) -> None:
        now = self._clock.now()
        count = await self._store.read(lambda conn: kept.flagged(conn, now - kept.DAY_S))
        reason = "recordings.flagged" if count else ""
        if reason != self._status.reason:
            self._status = LinkStatus(up=not count, since=now, reason=reason)

    async def sweep(self) -> None:
        """Keep what is finished, note what is missing, remove what was erased. `OSError` when files cannot be read or written."""
        found = await asyncio.to_thread(spool.takes, self._spool)
        for take in found:
            if self._clock.now() - take.touched_at >= spool.SETTLED_S:
                await self._keep(take, [each for each in found if each.interaction_id == take.interaction_id])
        await self._note_missing({take.interaction_id for take in found})
        for gone in await self._store.read(kept.erased):
            await asyncio.to_thread(_remove, gone.place(self._folder))
            await self._store.write(partial(kept.removed, name=gone.id))
            _log.note("=", gone.interaction_id, f"recording {gone.id} removed")

    async def _keep(self, take: Take, of_call: Sequence[Take]) -> None:
        if await self._store.read(lambda conn: kept.one(conn, take.name)) is None:
            talk = await self._store.read(lambda conn: kept.talk_of(conn, take.interaction_id))
            if talk is None:
                self._stray(take)
                return
            stay = spool.with_agent(talk, take.started_at, take.touched_at)
            if not spool.is_over(talk, stay):
                return
            expected = 0.0 if stay is None else spool.expected_s(talk, stay, take, of_call)
            if await asyncio.to_thread(_is_nobodys, take, stay, expected):
                await self.clear(take)
                return
            made = await asyncio.to_thread(self._taken, take, talk, stay, expected)
            made = await self._store.write(partial(_add, made=made, days=self._days))
            self._tell(made)
        await self.clear(take)

    def _taken(self, take: Take, talk: Talk, stay: Segment | None, expected: float) -> Recording:
        """In a thread: the audio in its place, durable, and what is to be said of it."""
        state = spool.judged(take.sides, expected)
        size, digest, seconds, loud = 0, "", 0.0, None
        started_at = max(take.started_at, (stay.answered_at or 0.0) if stay else 0.0)
        if state not in (UNREADABLE, MISSING):
            loud = audio.peaks(take.sides)
            seconds = take.sides.samples / audio.RATE
            target = kept.place(self._folder, take.name, started_at)
            size, digest = self.chest.write(target, take.name, audio.wav(take.sides))
        return Recording(
            id=take.name,
            interaction_id=take.interaction_id,
            queue_id=talk.queue_id if stay is None else stay.queue_id or talk.queue_id,
            agent_id=None if stay is None else stay.agent_id,
            started_at=started_at,
            seconds=seconds,
            bytes=size,
            sha256=digest,
            state=state,
            sealed=self.chest.seals,
            peaks=loud,
            pauses=spool.pauses_in(talk, take, started_at) if loud else None,
            keep_until=None,
        )

    async def clear(self, take: Take) -> None:
        """The last step: the source goes."""
        for path in (take.sides.customer, take.sides.agent):
            await asyncio.to_thread(_remove, path)

    def _tell(self, made: Recording) -> None:
        _log.note(
            "=" if made.state == KEPT else "!",
            made.interaction_id,
            f"recording {made.id}: {made.state}, {made.seconds:.0f} s",
        )
        self._bus.publish("interaction", made.interaction_id)

    def _stray(self, take: Take) -> None:
        if take.name not in self._strays and self._clock.now() - take.touched_at > STRAY_AFTER_S:
            self._strays.add(take.name)
            _log.note(
                "!",
                take.interaction_id,
                f"recording {take.name} belongs to no call that is known; it stays in the spool",
            )

    async def _note_missing(self, in_spool: set[str]) -> None:
        """Talks that were to be recorded, and of which nothing came."""
        now = self._clock.now()
        look = partial(_missing, since=now - MISSED_UNTIL_S, until=now - MISSED_AFTER_S)
        for made in await self._store.read(look):
            if made.interaction_id not in in_spool:
                self._tell(await self._store.write(partial(_add, made=made, days=self._days)))


def _add(conn: Connection, made: Recording, days: int) -> Recording:
    until = kept.keep_until(conn, made.queue_id, made.started_at, days)
    whole = replace(made, keep_until=until)
    kept.add(conn, whole)
    return whole


def _missing(conn: Connection, since: float, until: float) -> list[Recording]:
    found = []
    for name, stay in kept.ended_lately(conn, since, until):
        answered, ended = stay.answered_at or 0.0, stay.ended_at or 0.0
        talk = kept.talk_of(conn, name)
        if talk is None or stay.outcome == "unreached" or spool.unpaused_s(talk, stay) < SHORT_TALK_S:
            continue
        there = kept.ever_of(conn, name)
        if any(each.started_at < ended and each.started_at + each.seconds > answered - 1 for each in there):
            continue
        found.append(
            Recording(
                id=f"{name}.{int(answered * 1000)}",
                interaction_id=name,
                queue_id=stay.queue_id,
                agent_id=stay.agent_id,
                started_at=answered,
                seconds=0.0,
                bytes=0,
                sha256="",
                state=MISSING,
                sealed=False,
                peaks=None,
                keep_until=None,
            )
        )
    return found


def _is_nobodys(take: Take, stay: Segment | None, expected: float) -> bool:
    """No customer was reached, or no agent answered."""
    if stay is not None and stay.outcome == "unreached":
        return True
    if expected >= SHORT_TALK_S:
        return False
    sizes = [path.stat().st_size for path in (take.sides.customer, take.sides.agent) if path.exists()]
    return not any(sizes)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
