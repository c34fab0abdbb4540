"""Search follows the imports: what they made and changed is cut into words in a process of its own and indexed behind them."""

import asyncio
import pickle
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from config.errors import Unavailable
from config.logs import Transcript
from crm_core.search import behind, bulk
from crm_core.search.behind import CutRow
from crm_core.store import Store
from crm_core.transfer import batches
from crm_core.transfer.batches import Batch
from crm_core.transfer.plan import entity_of
from crm_core.transfer.reading import end
from crm_core.transfer.turns import Turns

MOST_ROWS = 2_000
_LOOK_AGAIN_S = 30.0
_PAUSE_S = 0.2
_log = Transcript("search")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Rows of a batch up to `last`, and their records' words."""

    last: int
    cut: list[CutRow]


class ImportIndexing:
    """Indexes batch by batch, in the order of their rows."""

    def __init__(self, store: Store, url: str, changed: Callable[[str], None], turns: Turns) -> None:
        self._store, self._url, self._changed, self._turns = store, url, changed, turns
        self._woken = asyncio.Event()
        self._process: Process | None = None
        self._room = AsyncExitStack()
        self._size = 25
        self._gathering = False

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._woken.clear()
                try:
                    await self.work()
                except Unavailable as problem:
                    _log.note("!", problem.peer, f"indexing waits: {problem.reason}")
                try:
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await self._woken.wait()
                except TimeoutError:
                    await self.finish()
                await asyncio.sleep(_PAUSE_S)
        finally:
            await self.close()

    async def work(self) -> None:
        """All that is there to index now."""
        waiting = await self._store.read(batches.to_index)
        if waiting and not self._gathering:
            await self._store.write(bulk.begin)
            await self._room.enter_async_context(self._store.importing())
            self._gathering = True
        for batch in waiting:
            await self._index(batch)

    async def finish(self) -> None:
        """After the last for now: search is as fast as before, and the process is started again when it is needed."""
        if self._gathering:
            await self._store.write(bulk.end)
            await self._room.aclose()
            self._gathering = False
        await self.close()

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end(process)

    async def _index(self, batch: Batch) -> None:
        if not entity_of(batch.entity).searched:
            await self._store.write(lambda conn: batches.indexed(conn, batch, batch.rows_done))
            return
        part = await self._part(batch, batch.indexed_row)
        while part.cut or part.last > batch.indexed_row:
            ahead = asyncio.ensure_future(self._part(batch, part.last))
            try:
                seconds = await self._turns.write(partial(_keep, batch=batch, part=part))
            except BaseException:
                ahead.cancel()
                raise
            self._size = self._turns.next_size(self._size, seconds, least=5, most=MOST_ROWS)
            self._changed(batch.id)
            done, part = part.last, await ahead
            if part.last == done:
                return

    async def _part(self, batch: Batch, after: int) -> _Part:
        size = self._size  # it is another one once the part before this has been kept, which may be meanwhile
        rows, done = await self._store.read(lambda conn: batches.written(conn, batch.seq, after, size))
        if not rows:
            return _Part(last=done, cut=[])
        ids = list(dict.fromkeys(row_id for _, row_id in rows))
        last = rows[-1][0] if len(rows) == size else done
        return _Part(last=max(last, after), cut=await self._cut(batch.entity, ids))

    async def _cut(self, kind: str, ids: list[str]) -> list[CutRow]:
        process = self._process = self._process or await self._start()
        assert process.stdin  # noqa: S101 - pipes, see _start
        assert process.stdout  # noqa: S101 - the same
        try:
            process.stdin.write(pickle.dumps((kind, ids)))
            await process.stdin.drain()
            length = int.from_bytes(await process.stdout.readexactly(4), "big")
            frame = await process.stdout.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as problem:
            await self.close()
            raise Unavailable("the cutting process", repr(problem)) from problem
        cut: list[CutRow] = await asyncio.to_thread(pickle.loads, frame)
        return cut

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "crm_core.search.cut_worker", stdin=PIPE, stdout=PIPE, limit=1024 * 1024
        )
        assert process.stdin  # noqa: S101 - a pipe
        process.stdin.write(pickle.dumps(self._url))
        return process


def _keep(conn: Connection, batch: Batch, part: _Part) -> float:
    began = time.thread_time()
    behind.keep(conn, batch.entity, part.cut)
    batches.indexed(conn, batch, part.last)
    return time.thread_time() - began
