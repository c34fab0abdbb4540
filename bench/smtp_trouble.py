"""Letters while something dies: kill -9 of the drop and of the server by turns, a database that is locked, and one whose server is stopped. Part of
`bench.smtp`.

A proxy before the drop writes down which letters got their 250; afterwards the store is asked for each.
"""

import asyncio
import random
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.databases import stoppable_postgres
from channels.email.receiving.spool import SpoolReader
from crm_core import schema
from crm_core.store import Store
from tests.channels.rooms import furnish
from tests.ports import free_port
from tests.real.recording_proxy import RecordingProxy
from tests.real.test_mail_durability import Server, send, stored
from tests.templates import with_tables

LETTERS = 150
"""Of a round."""
_FILED_WITHIN_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of letters that were accepted. `refused`: told to come again (451) while the database was away; their sender keeps them."""

    accepted: int
    lost: int
    doubled: int


@asynccontextmanager
async def _centre(
    folder: Path, url: str | None = None
) -> AsyncIterator[tuple[Server, RecordingProxy, Store]]:
    """`url`: of a database that has our tables; without it a file of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    url = url or with_tables(folder / "centre.db")
    store = Store(url)
    store.open()
    await store.write(furnish)
    port = free_port()
    running, proxy = Server(folder, port, url), RecordingProxy(port)
    await proxy.start()
    await running.start()
    try:
        yield running, proxy, store
    finally:
        await running.stop()
        proxy.stop()
        await store.close()


async def _counted(folder: Path, proxy: RecordingProxy, store: Store) -> Kept:
    """Once all is filed."""
    expected = set(proxy.accepted)
    async with asyncio.timeout(_FILED_WITHIN_S):
        while not expected <= set(await store.read(stored)):
            if not await asyncio.to_thread(SpoolReader(folder / "spool").read, 1):
                break  # the spool is empty: what is missing now is lost
            await asyncio.sleep(1.0)
    found = await store.read(stored)
    doubled = sum(1 for count in found.values() if count > 1)
    return Kept(accepted=len(expected), lost=len(expected - set(found)), doubled=doubled)


async def killed(folder: Path, rounds: int) -> Kept:
    """The drop in even rounds, the server in odd ones, each at a moment drawn by lot while letters are on their way."""
    chance = random.Random(rounds)
    async with _centre(folder) as (running, proxy, store):
        for number in range(rounds):
            goal = len(proxy.accepted) + LETTERS
            moment = goal - chance.randrange(1, LETTERS)

            async def murder(number: int = number, moment: int = moment) -> None:
                while len(proxy.accepted) < moment:
                    await asyncio.sleep(0.001)
                if number % 2:
                    await running.kill()
                else:
                    running.kill_drop()

            killing = asyncio.create_task(murder())
            while len(proxy.accepted) < goal:
                await send(proxy.port, min(LETTERS, goal - len(proxy.accepted)))
            await killing
            print(f"kill {number + 1} of {rounds}", file=sys.stderr, flush=True)
        return await _counted(folder, proxy, store)


async def locked(folder: Path, away_s: float) -> Kept:
    """SQLite takes no writes for so long, while letters come all the time."""
    async with _centre(folder) as (_, proxy, store):
        await send(proxy.port, 50)
        other = sqlite3.connect(folder / "centre.db", isolation_level=None, timeout=60)
        other.execute("BEGIN EXCLUSIVE")
        await _go_on_sending(proxy, away_s)
        other.rollback()
        other.close()
        return await _counted(folder, proxy, store)


async def stopped(folder: Path, away_s: float) -> Kept:
    """PostgreSQL is stopped for so long, while letters come all the time; letters are on their way when it goes."""
    folder.mkdir(mode=0o755, parents=True)
    (folder / "pg").mkdir()
    with stoppable_postgres(folder / "pg") as server:
        await asyncio.to_thread(schema.upgrade, server.url)
        async with _centre(folder, server.url) as (_, proxy, store):
            sending = asyncio.create_task(send(proxy.port, LETTERS))
            while len(proxy.accepted) < LETTERS // 3:
                await asyncio.sleep(0.001)
            await asyncio.to_thread(server.stop)
            await sending
            await _go_on_sending(proxy, away_s)
            away = len(proxy.accepted)
            await asyncio.to_thread(server.start)
            print(f"{away} accepted when PostgreSQL was back", file=sys.stderr, flush=True)
            return await _counted(folder, proxy, store)


async def _go_on_sending(proxy: RecordingProxy, for_s: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + for_s
    while loop.time() < until:
        await send(proxy.port, 50)
        await asyncio.sleep(min(1.0, for_s / 10))
