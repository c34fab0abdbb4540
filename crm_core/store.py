"""The door to the truth: reads on reader threads, writes through the one writer."""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from config.errors import Unavailable
from crm_core import revisions, scrubbing
from crm_core.checkpoints import Checkpoints
from crm_core.engines import (
    IMPORTING_CACHE_KB,
    READERS,
    WRITER_CACHE_KB,
    Kept,
    as_unavailable,
    keep_pages,
    reading_engine,
    sqlite_file,
    writing_engine,
)
from crm_core.records import custom_indexes
from crm_core.records.custom_indexes import Tended
from crm_core.writer import Spent, Writer

__all__ = ["Connection", "SchemaMismatch", "Store"]

T = TypeVar("T")


class SchemaMismatch(Exception):
    """The database's tables are not the ones this version works with: run `trunkline db upgrade`."""

    def __init__(self, found: str | None, wanted: str) -> None:
        super().__init__(f"the database has schema {found or 'none'}, this version needs {wanted}")
        self.found = found
        self.wanted = wanted


class Store:
    """One database. Between `open` and `close`, `read` and `write` may be awaited from any task."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reading: Engine = reading_engine(url)
        self._writing: Engine = writing_engine(url)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        file = sqlite_file(url)
        self._kept: list[Kept] = []
        self._reader = _Reader(self._reading, self._kept) if file else None
        self._checkpoints = Checkpoints(file) if file else None
        self._writer = (
            Writer(self._writing, self._checkpoints.look, self._checkpoints.copying)
            if self._checkpoints
            else Writer(self._writing)
        )
        self._importing = 0
        self.written_at = -math.inf
        """When `write` was asked for something last, by `time.monotonic()`."""

    @property
    def spent(self) -> Spent:
        """What writing has taken."""
        return self._writer.spent

    def open(self) -> None:
        """Connect and compare the schema; raises `SchemaMismatch`, or `Unavailable` when there is no database."""
        found, wanted = revisions.current(self._url), revisions.head()
        if found != wanted:
            raise SchemaMismatch(found, wanted)
        self._writer.start()
        if self._checkpoints:
            self._checkpoints.start()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` in a read-only transaction on a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run, query)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in the writer's next transaction and return its result once that is durable.

        A unit may run twice (see docs/contracts.md) and must do nothing but work on its connection. It raises what
        the unit raised, or `Unavailable` when the database failed; then nothing of it was kept, except that a
        connection lost during the commit itself leaves that open.
        """
        self.written_at = time.monotonic()
        result: T = await self._writer.write(unit)
        return result

    async def write_behind(self, unit: Callable[[Connection], T], *, patient: bool = False) -> T:
        """As `write`, of work that has time: what was handed to `write` goes first (letters, imports). `patient`: it waits for a busy disk, too,
        as what is large should."""
        result: T = await self._writer.write(unit, behind=True, patient=patient)
        return result

    @asynccontextmanager
    async def importing(self) -> AsyncIterator[None]:
        """Meanwhile the writer keeps more of a large database's indexes in memory. Several may be there at once."""
        self._importing += 1
        try:
            await self.write(lambda conn: keep_pages(conn, IMPORTING_CACHE_KB))
            yield
        finally:
            self._importing -= 1
            if not self._importing:
                with suppress(Unavailable):  # closed meanwhile, and with it the connection
                    await self.write(lambda conn: keep_pages(conn, WRITER_CACHE_KB))

    async def scrub(self) -> None:
        """After an erasure: leave nothing of it in the index's segments, the log, or the dead rows of tables. Takes as long as it takes, in
        steps between which others write."""
        await self.write(scrubbing.begin)
        while await self.write(scrubbing.step):
            pass
        await asyncio.get_running_loop().run_in_executor(self._readers, scrubbing.finish, self._url)

    async def index(self) -> Tended:
        """Make and drop the indexes that custom fields ask for."""
        if sqlite_file(self._url) is not None:
            done: list[str] = []
            while (statement := await self.write(custom_indexes.step)) is not None:
                done.append(statement)
            return Tended(done=tuple(done))
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, custom_indexes.apply_beside, self._url
        )

    async def close(self) -> None:
        """Finish the writes handed in, then disconnect. Closing twice, or unopened, is harmless."""
        await self._writer.stop()
        if self._checkpoints:
            await asyncio.to_thread(self._checkpoints.stop)
        self._readers.shutdown(wait=True)
        for kept in self._kept:
            kept.close()
        self._reading.dispose()
        self._writing.dispose()

    def _run(self, query: Callable[[Connection], T]) -> T:
        try:
            with (self._reader or self._reading).begin() as conn:
                return query(conn)
        except DBAPIError as error:
            unavailable: Unavailable | None = as_unavailable(error)
            raise unavailable or error from error


class _Reader(threading.local):
    """Each reader thread's own connection, which `every` lists. SQLite's alone: PostgreSQL's may be cut off while it rests, which its pool looks for."""

    def __init__(self, engine: Engine, every: list[Kept]) -> None:
        """Run once in each thread."""
        self.begin = (kept := Kept(engine)).begin
        every.append(kept)
