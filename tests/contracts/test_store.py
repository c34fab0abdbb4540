"""The one writer and its readers."""

import asyncio
import logging
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from config.errors import Unavailable
from crm_core import engines
from crm_core.store import Store
from crm_core.tables import counter
from crm_core.writer import SLOW_S
from tests.contracts.databases import Postgres


class Oops(Exception):
    """A unit's own mistake."""


def put(conn: Connection, name: str, value: int = 0) -> str:
    conn.execute(insert(counter).values(name=name, value=value))
    return name


def names(conn: Connection) -> list[str]:
    return list(conn.execute(select(counter.c.name).order_by(counter.c.name)).scalars())


async def test_what_is_written_can_be_read(store: Store) -> None:
    """A write returns its unit's result, and a read that follows sees what was written."""
    assert await store.write(lambda conn: put(conn, "a")) == "a"
    assert await store.read(names) == ["a"]


async def test_a_thousand_writers(store: Store, url: str) -> None:
    """A thousand writes at once are all kept, each once, and another connection sees them."""
    results = await asyncio.gather(
        *(store.write(lambda conn, name=f"{number:04}": put(conn, name)) for number in range(1000))
    )
    assert len(set(results)) == 1000
    other = Store(url)
    other.open()
    assert (
        await other.read(lambda conn: conn.execute(select(func.count()).select_from(counter)).scalar())
        == 1000
    )
    await other.close()


async def test_only_the_guilty_unit_fails(store: Store) -> None:
    """Units that share a transaction with one that raises are kept all the same; its caller gets its own error."""

    def oops(conn: Connection) -> None:
        put(conn, "never")
        raise Oops

    results = await asyncio.gather(
        store.write(lambda conn: put(conn, "before")),
        store.write(oops),
        store.write(lambda conn: put(conn, "before")),
        store.write(lambda conn: put(conn, "after")),
        return_exceptions=True,
    )
    assert (results[0], results[3]) == ("before", "after")
    assert isinstance(results[1], Oops)
    assert isinstance(results[2], IntegrityError)
    assert await store.read(names) == ["after", "before"]


async def test_order_is_kept(store: Store) -> None:
    """Writes take effect in the order in which they were handed in."""
    seen: list[int] = []
    await asyncio.gather(*(store.write(lambda _, number=number: seen.append(number)) for number in range(50)))
    assert seen == sorted(seen)


async def test_a_cancelled_caller_harms_nobody(store: Store) -> None:
    """A caller that gives up waiting does not stop the writer."""
    task = asyncio.ensure_future(store.write(lambda conn: put(conn, "a")))
    await asyncio.sleep(0)
    task.cancel()
    await store.write(lambda conn: put(conn, "b"))
    assert await store.read(names) == ["a", "b"]


async def test_readers_cannot_write(store: Store) -> None:
    """A reader that tries to write is refused, so that only the writer ever does."""
    with pytest.raises((DBAPIError, Unavailable)):
        await store.read(lambda conn: put(conn, "a"))
    assert await store.read(names) == []


async def test_a_reader_sees_one_moment(store: Store) -> None:
    """What is committed during a read does not appear in the middle of it."""
    await store.write(lambda conn: put(conn, "a"))
    loop = asyncio.get_running_loop()

    def look_twice(conn: Connection) -> tuple[list[str], list[str]]:
        first = names(conn)
        asyncio.run_coroutine_threadsafe(store.write(lambda other: put(other, "b")), loop).result()
        return first, names(conn)

    assert await store.read(look_twice) == (["a"], ["a"])
    assert await store.read(names) == ["a", "b"]


async def test_what_writing_takes_is_counted_and_what_takes_long_is_told_of(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A transaction is one, however many wrote in it; the log says how many and how long."""
    caplog.set_level(logging.INFO)
    before = replace(store.spent)
    await store.write(lambda conn: put(conn, "quick"))
    assert store.spent.transactions == before.transactions + 1
    assert store.spent.seconds > before.seconds

    def slow(conn: Connection) -> None:
        put(conn, "slow")
        time.sleep(SLOW_S)

    await store.write(slow)
    (line,) = (record.getMessage() for record in caplog.records if " 1 writes took" in record.getMessage())
    assert line.startswith("! database a transaction of 1 writes took ")
    assert store.spent.slow > before.slow
    assert store.spent.seconds - before.seconds >= SLOW_S
    caplog.clear()

    def fails(_: Connection) -> None:
        time.sleep(SLOW_S)
        raise Oops

    with pytest.raises(Oops):
        await store.write(fails)
    (line,) = (record.getMessage() for record in caplog.records if " 1 writes took" in record.getMessage())
    assert line.endswith(" s for them, 0.00 s for the commit"), "there was none"


async def test_the_writer_keeps_more_in_memory_while_it_imports(store: Store) -> None:
    """As long as one import is there, and without what it kept afterwards; PostgreSQL has nothing to do."""

    def kept(conn: Connection) -> int:
        return (
            int(conn.exec_driver_sql("PRAGMA cache_size").scalar_one())
            if conn.dialect.name == "sqlite"
            else 0
        )

    few, many = await store.write(kept), 0
    async with store.importing():
        many = await store.write(kept)
        async with store.importing():
            assert await store.write(kept) == many
        assert await store.write(kept) == many
    assert await store.write(kept) == few
    assert (few, many) in {(-engines.WRITER_CACHE_KB, -engines.IMPORTING_CACHE_KB), (0, 0)}
    closing = store.importing()
    await closing.__aenter__()
    await store.close()
    await closing.__aexit__(None, None, None)


async def test_closing_finishes_what_was_handed_in(url: str) -> None:
    """Writes that wait when the store is closed are kept; later ones are refused as unavailable."""
    store = Store(url)
    store.open()
    waiting = [asyncio.ensure_future(store.write(lambda conn, name=name: put(conn, name))) for name in "abc"]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == ["a", "b", "c"]
    with pytest.raises(Unavailable):
        await store.write(lambda conn: put(conn, "d"))
    await store.close()


async def test_a_locked_database_is_unavailable(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process holds SQLite's lock for too long, writes say so; afterwards they go on."""
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)
    path = tmp_path / "trunkline.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(f"sqlite:///{path}")
    store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await store.write(lambda conn: put(conn, "a"))
    other.execute("ROLLBACK")
    other.close()
    assert await store.write(lambda conn: put(conn, "a")) == "a"
    await store.close()


@pytest.mark.real
async def test_a_lost_server_is_unavailable_and_comes_back(postgres: Postgres) -> None:
    """A connection that the server cut fails as unavailable, and the next write has a new one."""
    store = Store(postgres.fresh())
    store.open()
    await store.write(lambda conn: put(conn, "a"))
    with pytest.raises(Unavailable):
        await store.write(lambda conn: conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await store.write(lambda conn: put(conn, "b")) == "b"
    await store.close()
