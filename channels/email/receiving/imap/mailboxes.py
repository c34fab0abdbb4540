"""All mailboxes: each read by a task of its own, begun again when it fails, begun anew when its record changes; and an alarm when one cannot be
read or is silent for too long."""

import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from channels.email.receiving.imap.connection import CommandRefused, SignInRefused
from channels.email.receiving.imap.reading import Means, Reading, Seen
from channels.email.receiving.spool_writer import SpoolWriter
from config.clock import Clock
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from config.peers import LinkStatus
from config.settings import Mail
from crm_core.mail_in import mailboxes
from crm_core.mail_in.mailboxes import Condition, Mailbox
from crm_core.sealing import Seal
from crm_core.store import Store
from routing.bus import Bus

log = Transcript("imap")

TOPIC = "mailbox"
FOLDER = "mailboxes"
"""In the spool: what is fetched has a writer of its own, beside the drop's."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 120.0
_REFUSED_PAUSE_S = 300.0
"""A password that was refused is not tried again at once: accounts are locked for that."""
ALARM_AFTER_S = 180.0
_LOOK_S, _RETRY_S = 60.0, 5.0
_HOUR_S = 3600.0
_TEST_WITHIN_S = 12.0  # a browser waits 15
SILENT = "silent"
_UNREADABLE = "unreadable"


class Mailboxes:
    """A part of the server, and what the console asks about mailboxes."""

    def __init__(
        self, settings: Mail, *, spool_dir: Path, store: Store, bus: Bus, clock: Clock, seal: Seal | None
    ) -> None:
        self._folder = spool_dir / FOLDER
        self._store = store
        self._bus = bus
        self._clock = clock
        self._spool: SpoolWriter | None = None
        self._means = Means(
            store=store,
            spool=self._opened_spool,
            clock=clock,
            seal=seal,
            most_bytes=settings.max_message_bytes,
        )
        self._tasks: dict[str, tuple[Mailbox, asyncio.Task[None]]] = {}
        self._conditions: dict[str, Condition] = {}
        self._noted: dict[str, Condition] = {}
        self._anew: set[str] = set()
        self._up, self._since, self._reason = True, clock.now(), ""

    def status(self) -> LinkStatus:
        """For `readyz` and the console: down while a mailbox cannot be read."""
        return LinkStatus(up=self._up, since=self._since, reason=self._reason)

    def conditions(self) -> dict[str, Condition]:
        """How each fares now, by id."""
        return dict(self._conditions)

    def begin_anew(self, mailbox_id: str) -> None:
        """Something that its record does not say has changed: its secrets."""
        self._anew.add(mailbox_id)
        self._bus.publish(TOPIC, mailbox_id)

    async def test(self, mailbox_id: str) -> Seen:
        """Try a mailbox as its record stands. `Refused` says what is wrong (`mailbox.sign_in`, `mailbox.unreachable`)."""
        box = await self._store.read(lambda conn: mailboxes.mailbox(conn, mailbox_id))
        try:
            async with asyncio.timeout(_TEST_WITHIN_S):
                return await Reading(box, self._means).test()
        except SignInRefused as problem:
            raise Refused("mailbox.sign_in", Kind.CONFLICT, words=str(problem)) from problem
        except (CommandRefused, TimeoutError) as problem:
            raise Refused("mailbox.unreachable", Kind.CONFLICT, words=str(problem)) from problem
        except Unavailable as problem:
            raise Refused("mailbox.unreachable", Kind.CONFLICT, words=problem.reason) from problem

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe(TOPIC, lambda _: woken.set())
        try:
            while True:
                woken.clear()
                again_s = _LOOK_S
                try:
                    await self._tend()
                except Unavailable as problem:
                    again_s = _RETRY_S
                    log.note("!", "", f"mailboxes wait: {problem}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(again_s):
                        await woken.wait()
        finally:
            unsubscribe()
            for _, task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in self._tasks.values()), return_exceptions=True)
            if self._spool is not None:
                await asyncio.to_thread(self._spool.close)

    async def _tend(self) -> None:
        """Start and stop what records ask for; look for the silent ones and tell of those that fail."""
        wanted = {box.id: box for box in await self._store.read(mailboxes.active)}
        if wanted and self._spool is None:
            await self._open_spool()
        for mailbox_id, (box, task) in list(self._tasks.items()):
            if task.done():
                task.result()  # a bug in a reading ends the server's task group, as everywhere
            if wanted.get(mailbox_id) != box or mailbox_id in self._anew:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                del self._tasks[mailbox_id]
                self._conditions.pop(mailbox_id, None)
        self._anew.clear()
        for box in wanted.values():
            if box.id not in self._tasks:
                self._conditions[box.id] = await self._store.read(
                    partial(mailboxes.condition, mailbox_id=box.id)
                )
                self._tasks[box.id] = (
                    box,
                    asyncio.create_task(self._keep_reading(box), name=f"mailbox {box.name}"),
                )
        for box in wanted.values():
            await self._look_at(box)
        self._sum_up()

    async def _open_spool(self) -> None:
        """Who is cancelled meanwhile leaves no writer behind that would keep the next one out."""
        opening = asyncio.ensure_future(asyncio.to_thread(SpoolWriter, self._folder, self._stored))
        try:
            self._spool = await asyncio.shield(opening)
        except OSError as problem:
            raise Unavailable("mail spool", str(problem)) from problem
        except asyncio.CancelledError:
            with suppress(OSError):
                self._spool = await opening
            raise

    def _stored(self) -> None:
        self._bus.publish("spool", "")

    def _opened_spool(self) -> SpoolWriter:
        if self._spool is None:
            raise Unavailable("mail spool", "it is not open")
        return self._spool

    async def _keep_reading(self, box: Mailbox) -> None:
        reading = Reading(box, self._means)
        pause_s = _FIRST_PAUSE_S
        while True:
            began = self._clock.monotonic()
            refused, reason = False, "it ended"
            try:
                await reading.run(partial(self._read, box))
            except SignInRefused as problem:
                refused, reason = True, f"sign-in refused: {problem}"
            except (CommandRefused, Unavailable) as problem:
                reason = problem.reason if isinstance(problem, Unavailable) else str(problem)
            if self._clock.monotonic() - began > _LONGEST_PAUSE_S:
                pause_s = _FIRST_PAUSE_S
            log.note("!", box.name, f"cannot be read: {reason}")
            now = self._clock.now()
            known = self._conditions[box.id]
            since = known.failing_since if known.failing_since and known.reason != SILENT else now
            self._conditions[box.id] = replace(known, failing_since=since, reason=reason)
            if refused:
                self._bus.publish(TOPIC, box.id)  # an alarm at once: waiting mends nothing
            await asyncio.sleep(_REFUSED_PAUSE_S if refused else pause_s * random.uniform(0.7, 1.3))  # noqa: S311 - spreads tries
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _read(self, box: Mailbox, letters: int) -> None:
        """All there was is with us."""
        now = self._clock.now()
        known = self._conditions[box.id]
        failing = known.failing_since is not None and known.reason != SILENT
        if letters:
            log.note("<", box.name, f"{letters} letters fetched")
        well = letters or failing or known.failing_since is None
        self._conditions[box.id] = replace(
            known,
            read_at=now,
            letter_at=now if letters else known.letter_at or now,
            failing_since=None if well else known.failing_since,
            reason="" if well else known.reason,
            told_at=None if well else known.told_at,
        )
        if failing or known.read_at is None:
            self._bus.publish(TOPIC, box.id)

    async def _look_at(self, box: Mailbox) -> None:
        """Keep how it fares, and tell once of what is wrong."""
        now = self._clock.now()
        known = self._conditions[box.id]
        quiet_since = known.letter_at
        watched = box.silent_after_h > 0 and known.failing_since is None and quiet_since is not None
        if watched and now - (quiet_since or now) >= box.silent_after_h * _HOUR_S:
            known = replace(known, failing_since=quiet_since, reason=SILENT)
        code = ""
        if known.failing_since is not None and known.told_at is None:
            at_once = known.reason == SILENT or known.reason.startswith("sign-in refused")
            if at_once or now - known.failing_since >= ALARM_AFTER_S:
                code = SILENT if known.reason == SILENT else _UNREADABLE
                known = replace(known, told_at=now)
        self._conditions[box.id] = known
        if known != self._noted.get(box.id):
            await self._store.write(lambda conn: mailboxes.note_condition(conn, known))
            self._noted[box.id] = known
        if code:
            log.note("!", box.name, f"alarm: {known.reason}")
            await self._store.write(lambda conn: mailboxes.alarm(conn, box, code, now))
            self._bus.publish("notification", "")

    def _sum_up(self) -> None:
        told = [each.reason for each in self._conditions.values() if each.told_at is not None]
        if (not told) != self._up:
            self._up, self._since = not told, self._clock.now()
        # everybody may ask for this: whose mailbox, and what its server said, is for administrators
        self._reason = (
            "" if not told else "a mailbox is silent" if set(told) == {SILENT} else "a mailbox cannot be read"
        )
