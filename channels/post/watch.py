"""Watches the folders of scans: a letter is filed, durable, and only then moved away; killed in between, it is not filed a second time."""

import asyncio
from functools import partial
from pathlib import Path

from channels.post import scans
from channels.post.scans import DONE, FAILED, NotALetter, Scan
from channels.written.contract import Incoming
from channels.written.intake import Intake
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Paper
from crm_core import cases, queues
from crm_core.store import Connection, Store
from routing.bus import Bus
from routing.core.model import Medium
from routing.floor import Floor

log = Transcript("paper")


class PaperWatch:
    """One part of the server. With no folder in the settings it does nothing."""

    def __init__(self, settings: Paper, store: Store, floor: Floor, bus: Bus, clock: Clock) -> None:
        self._settings, self._store, self._floor, self._clock = settings, store, floor, clock
        self._intake = Intake(store, floor, bus, clock)
        self._told: set[str] = set()
        self._root = Path(settings.folder).expanduser()

    async def run(self) -> None:
        """Until cancelled."""
        await self._floor.restored()
        begun = False
        while True:
            try:
                if not begun:
                    await self._intake.offer_forgotten(Medium.POST)
                    begun = True
                if self._settings.folder:
                    await self.look()
            except (Unavailable, OSError) as problem:
                self._tell(f"letters on paper wait: {problem}")
            await asyncio.sleep(self._settings.look_every_s)

    async def look(self) -> int:
        """Take in what is whole; how many letters."""
        root = self._root
        if not await asyncio.to_thread(root.is_dir):
            self._tell(f"{root} is no folder")
            return 0
        known = {queue.name: queue.id for queue in await self._store.read(queues.list_queues)}
        taken = 0
        for folder in await asyncio.to_thread(_folders, root):
            if folder.name not in known:
                self._tell(f"{folder} is named as no queue is")
                continue
            before = self._clock.now() - self._settings.settle_s
            for path in await asyncio.to_thread(scans.waiting, folder, before):
                taken += await self._take(path, known[folder.name])
        return taken

    async def _take(self, path: Path, queue_id: str) -> int:
        try:
            scan = await asyncio.to_thread(scans.read, path)
        except NotALetter as problem:
            log.note("!", path.name, f"set aside: {problem}")
            await asyncio.to_thread(scans.move, path, FAILED, self._clock.now(), str(problem))
            return 0
        case_id = await self._store.read(partial(_case_of, reference=scan.slip.reference))
        taken = await self._intake.take(incoming(scan, queue_id, case_id, self._clock.now()))
        await asyncio.to_thread(scans.move, path, DONE, self._clock.now())
        return int(taken.new)

    def _tell(self, words: str) -> None:
        """Once: it is looked at every few seconds."""
        if words not in self._told:
            self._told.add(words)
            log.note("!", "", words)


def incoming(scan: Scan, queue_id: str, case_id: str | None, now: float) -> Incoming:
    """A letter on paper as every written channel hands one over."""
    slip = scan.slip
    kind = "email" if slip.email else "phone" if slip.phone else ""
    return Incoming(
        medium=Medium.POST,
        account_id=f"paper {queue_id}",
        key=scan.key,
        theirs=slip.email or slip.phone,
        ours="",
        text=slip.note,
        raw=slip.raw,
        at=min(scan.changed_at, now),
        queue_id=queue_id,
        kind=kind,
        channel="letter",
        subject=slip.subject or scan.name,
        sender_name=slip.sender,
        marks=("scan",) if slip.readable else ("scan", "slip_unreadable"),
        attachments=scan.pages,
        case_id=case_id,
    )


def _folders(root: Path) -> list[Path]:
    return sorted(
        each for each in root.iterdir() if each.is_dir() and not each.is_symlink() and each.name[0] != "."
    )


def _case_of(conn: Connection, reference: str) -> str | None:
    found = cases.by_number(conn, reference) if reference else None
    return found.id if found else None
