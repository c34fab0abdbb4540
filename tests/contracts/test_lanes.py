"""Who waits for whom at the one writer: calls for nothing but the unit that runs."""

import asyncio
import threading
from pathlib import Path

from sqlalchemy import Connection, insert, select

from crm_core.engines import writing_engine
from crm_core.store import Store
from crm_core.tables import counter
from crm_core.writer import Writer
from tests.templates import with_tables


async def _while_the_writer_is_held(store: Store, *handed_in: tuple[str, bool]) -> list[str]:
    """The order in which these units (name, behind) run that were all handed in during one that took its time."""
    order: list[str] = []
    held, go_on = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        assert go_on.wait(30)

    holding = asyncio.ensure_future(store.write(hold))
    assert await asyncio.to_thread(held.wait, 30)
    waiting = [
        asyncio.ensure_future(
            (store.write_behind if behind else store.write)(lambda _, name=name: order.append(name))
        )
        for name, behind in handed_in
    ]
    await asyncio.sleep(0)  # each hands its unit in
    go_on.set()
    await asyncio.gather(holding, *waiting)
    return order


async def test_calls_pass_letters(store: Store) -> None:
    """Of letters that were handed in before them, calls wait for one; then all of them are written, before the next letter."""
    letters = [(f"letter {number}", True) for number in range(30)]
    calls = [(f"call {number}", False) for number in range(3)]
    order = await _while_the_writer_is_held(store, *letters, *calls)
    assert order[:5] == ["letter 0", "call 0", "call 1", "call 2", "letter 1"]
    assert order[4:] == [name for name, _ in letters[1:]]


async def test_a_bad_letter_fails_alone(store: Store) -> None:
    """Letters that share a transaction with one that raises are filed all the same, and so is a call's fact."""

    def put(conn: Connection, name: str) -> None:
        conn.execute(insert(counter).values(name=name, value=0))

    def poison(_: Connection) -> None:
        raise ValueError

    results = await asyncio.gather(
        store.write_behind(lambda conn: put(conn, "letter 1")),
        store.write_behind(poison),
        store.write_behind(lambda conn: put(conn, "letter 2")),
        store.write(lambda conn: put(conn, "call")),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [type(None), ValueError, type(None), type(None)]
    kept = await store.read(lambda conn: list(conn.execute(select(counter.c.name)).scalars()))
    assert sorted(kept) == ["call", "letter 1", "letter 2"]


async def test_a_closing_store_finishes_both_lanes(store: Store) -> None:
    """What was handed in before the end is written, by whichever lane."""
    order: list[str] = []
    writing = [
        asyncio.ensure_future(store.write_behind(lambda _, number=number: order.append(f"{number}")))
        for number in range(20)
    ]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writing)
    assert order == [f"{number}" for number in range(20)]


async def test_a_large_letter_waits_while_the_disk_is_busy_and_calls_do_not(tmp_path: Path) -> None:
    """Until it is not any more, or the writer is to end: nothing that was handed in is lost. Other letters wait for nothing."""
    order: list[str] = []
    busy = threading.Event()
    busy.set()
    engine = writing_engine(with_tables(tmp_path / "centre.db"))
    writer = Writer(engine, busy=busy.is_set)
    writer.start()
    try:
        letter = asyncio.ensure_future(
            writer.write(lambda _: order.append("letter 1"), behind=True, patient=True)
        )
        await asyncio.sleep(0)
        for number in range(3):
            await writer.write(lambda _, number=number: order.append(f"call {number}"))
        await asyncio.sleep(0.05)
        assert order == ["call 0", "call 1", "call 2"]
        busy.clear()
        await letter
        busy.set()
        await writer.write(lambda _: order.append("small"), behind=True)
        letter = asyncio.ensure_future(
            writer.write(lambda _: order.append("letter 2"), behind=True, patient=True)
        )
        await asyncio.sleep(0)
    finally:
        await writer.stop()
        engine.dispose()
    await letter
    assert order[3:] == ["letter 1", "small", "letter 2"]
