"""Imports in the background: a process reads, the writer takes a few milliseconds' worth of rows at a time, so that no call waits for them.

Everything that is done moves the batch on in the same unit, so after a restart it goes on behind the last row that was dealt with.
"""

import asyncio
import pickle
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import audit
from crm_core.records.change import Acting
from crm_core.store import Store
from crm_core.transfer import batches, on_behalf, report, told, undo
from crm_core.transfer.apply import apply
from crm_core.transfer.batches import Batch, Overtaken
from crm_core.transfer.plan import check, entity_of, shape_for, targets
from crm_core.transfer.prepare import Job, Ready
from crm_core.transfer.reading import asked
from crm_core.transfer.references import Known
from crm_core.transfer.task import Task
from crm_core.transfer.turns import Turns

MOST_FRAMES = 100
_TIDY_S = 24 * 3600.0
_LOOK_AGAIN_S = 30.0
_CLEARED = 500
Changed = Callable[[str], None]
_log = Transcript("import")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Took:
    seconds: float
    done: int


class Importer:
    """Does what there is to do, batch by batch. `changed` hears the id of a batch that moved. Whoever else writes much takes
    the same `turns`."""

    def __init__(
        self, store: Store, folder: Path, clock: Clock, *, zone: str, changed: Changed, turns: Turns
    ) -> None:
        self._store, self._folder, self._zone, self._clock, self._changed = (
            store,
            folder,
            zone,
            clock,
            changed,
        )
        self._turns = turns
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        tidy_at = self._clock.monotonic()
        while True:
            self._woken.clear()
            try:
                if (now := self._clock.monotonic()) >= tidy_at:
                    tidy_at = now + _TIDY_S
                    await self._forget_abandoned()
                await self.work()
            except Unavailable as problem:
                _log.note("!", problem.peer, f"imports wait: {problem.reason}")
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_S):
                    await self._woken.wait()

    async def work(self) -> None:
        """All that is there to do now. A batch that cannot be done fails alone: the others are done, and the server goes on."""
        for batch in await self._store.read(batches.at_work):
            try:
                if batch.state == batches.UNDOING:
                    await self._or_failed(batch, self._undo)
                elif self._file(batch).exists():  # else it is on another server
                    await self._or_failed(batch, self._import)
            except Overtaken:
                _log.note("=", batch.id, "was stopped")
            self._changed(batch.id)

    async def _or_failed(self, batch: Batch, act: Callable[[Batch], Awaitable[None]]) -> None:
        """A database that is away is waited for; whatever else is wrong is the batch's end, for it would be so again."""
        try:
            async with self._store.importing():
                await act(batch)
        except (Overtaken, Unavailable):
            raise
        except Refused as refusal:
            await self._ended(batch, batches.FAILED, refusal.code)
        except asyncio.IncompleteReadError:
            await self._ended(batch, batches.FAILED, "import.reader_failed")
        except Exception as error:  # noqa: BLE001 - a bug of ours, or a value that only this database refuses
            _log.crash(batch.id, error)
            await self._ended(batch, batches.FAILED, "import.broken")

    async def _import(self, batch: Batch) -> None:
        started = await self._started(batch)
        job, acting = await self._store.read(lambda conn: self._job(conn, started))
        _log.note("<", batch.id, f"{batch.file_name} into {batch.entity} from row {batch.rows_done + 1}")
        async with asked(job) as frames:
            running = await self._chunks(started, job, acting, frames)
        await self._ended(running, batches.CHECKED if batch.dry_run else batches.FINISHED, None)

    async def _started(self, batch: Batch) -> Batch:
        """A batch that begins anew forgets what a dry run told of its rows."""
        if batch.rows_done == 0:
            while await self._store.write(lambda conn: report.clear(conn, batch, _CLEARED)):
                pass
        if batch.state == batches.RUNNING:
            return batch
        if not await self._store.write(lambda conn: batches.advance(conn, batch, batches.RUNNING)):
            raise Overtaken
        return replace(batch, state=batches.RUNNING)

    def _job(self, conn: Connection, batch: Batch) -> tuple[Job, Acting]:
        """What the reading process is told, and who acts."""
        acting = on_behalf.acting(conn, batch, batch.started_at or batch.created_at)
        plan = batch.read_plan()
        check(conn, acting.reader, plan)
        used = [
            each
            for each in targets(conn, acting.reader, entity_of(plan.entity))
            if each.field.name in plan.columns
        ]
        job = Job(
            path=self._file(batch),
            layout=batch.read_layout(),
            plan=plan,
            fields={each.field.name: each.field for each in used},
            words={each.field.name: each.words for each in used if each.words},
            brought=frozenset(each.field.name for each in used if each.brought),
            zone=self._zone,
            after=batch.rows_done,
        )
        return job, acting

    async def _chunks(self, batch: Batch, job: Job, acting: Acting, frames: AsyncIterator[bytes]) -> Batch:
        remembered: Known = {}
        waiting: list[bytes] = []
        wanted = 1
        said_at = 0.0
        async for frame in frames:
            waiting.append(frame)
            if len(waiting) < wanted:
                continue
            took = await self._write(batch, job, acting, remembered, waiting)
            wanted = self._turns.next_size(len(waiting), took.seconds, least=1, most=MOST_FRAMES)
            waiting, batch = [], replace(batch, rows_done=took.done)
            if (now := self._clock.monotonic()) - said_at >= 0.5:
                said_at = now
                self._changed(batch.id)
        if waiting:
            took = await self._write(batch, job, acting, remembered, waiting)
            batch = replace(batch, rows_done=took.done)
        return batch

    async def _write(
        self, batch: Batch, job: Job, acting: Acting, remembered: Known, frames: Sequence[bytes]
    ) -> _Took:
        def unit(conn: Connection) -> _Took:
            began = time.thread_time()
            rows = [row for frame in frames for row in _rows(frame)]
            shape = shape_for(conn, job.plan)
            task = Task(
                conn=conn, acting=acting, shape=shape, plan=job.plan, batch_id=batch.id, remembered=remembered
            )
            done = rows[-1].number
            batches.tell(conn, batch, _tried(task, rows) if batch.dry_run else apply(task, rows), done)
            return _Took(seconds=time.thread_time() - began, done=done)

        return await self._turns.write(unit)

    async def _undo(self, batch: Batch) -> None:
        entity = entity_of(batch.entity)
        _log.note("<", batch.id, f"takes back {batch.created} made and {batch.updated} changed")
        size, more, said_at = 25, True, 0.0
        while more:

            def unit(conn: Connection, most: int = size) -> tuple[bool, float]:
                began = time.thread_time()
                acting = on_behalf.acting(conn, batch, self._clock.now())
                return undo.take_back(conn, acting, batch, entity, most), time.thread_time() - began

            more, seconds = await self._turns.write(unit)
            size = self._turns.next_size(size, seconds, least=5, most=1000)
            if (now := self._clock.monotonic()) - said_at >= 0.5:
                said_at = now
                self._changed(batch.id)
        self._file(batch).unlink(missing_ok=True)
        _log.note("=", batch.id, "is taken back")

    async def _ended(self, batch: Batch, state: str, code: str | None) -> None:
        now = self._clock.now()

        def unit(conn: Connection) -> None:
            if not batches.end(conn, batch, state, code, now):
                raise Overtaken
            current = batches.by_seq(conn, batch.seq)
            counts = {name: getattr(current, name) for name in told.OUTCOMES}
            audit.record(
                conn,
                audit.Entry(
                    at=now,
                    origin=batch.read_origin(),
                    action="imported" if batch.state != batches.UNDOING else "import_undone",
                    entity=batch.entity,
                    object_id=None,
                    detail={"import": batch.id, "file": batch.file_name, "state": state} | counts,
                ),
            )

        await self._store.write(unit)
        if state == batches.FINISHED:
            self._file(batch).unlink(missing_ok=True)
        _log.note("=", batch.id, state if code is None else f"{state}: {code}")

    async def _forget_abandoned(self) -> None:
        for batch in await self._store.read(lambda conn: batches.abandoned(conn, self._clock.now())):
            await self._store.write(partial(batches.forget, batch=batch))
            self._file(batch).unlink(missing_ok=True)
        for batch in await self._store.read(lambda conn: batches.left_behind(conn, self._clock.now())):
            self._file(batch).unlink(missing_ok=True)

    def _file(self, batch: Batch) -> Path:
        return self._folder / batch.id


def _rows(frame: bytes) -> list[Ready]:
    rows: list[Ready] = pickle.loads(frame)  # noqa: S301 - from our own process
    return rows


def _tried(task: Task, rows: Sequence[Ready]) -> list[told.Told]:
    """What would become of the rows; nothing of it stays."""
    with task.conn.begin_nested() as savepoint:
        outcomes = apply(task, rows)
        savepoint.rollback()
    return [
        replace(each, record_id=None, before=None) if each.outcome == told.CREATED else each
        for each in outcomes
    ]
