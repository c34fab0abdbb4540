"""In which order pops are read, and what a board needs of those that nobody has been offered."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest

from agent_console.pops import Pops
from config.clock import SystemClock
from crm_core import interactions, parties, recognition
from crm_core.store import Connection, Store
from routing.core.model import InteractionId
from tests.templates import with_tables

NOW = 1_790_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = with_tables(tmp_path / "trunkline.db")
    opened = Store(url)
    opened.open()
    return opened


def _calls(conn: Connection) -> None:
    ann = parties.add_party(conn, kind="person", name="Ann Lin", now=NOW)
    parties.add_contact_point(conn, ann.id, "phone", "+886912345678", "")
    for number in range(30):
        caller = "+886912345678" if number == 0 else "+88690000000"
        interactions.ensure(
            conn, id=f"c{number}", medium="voice", direction="in", queue_id=None, customer_address=caller,
            customer_name="", entry_address="100", subject="", enqueued_at=NOW + number,
        )  # fmt: skip
        recognition.identify(conn, f"c{number}", recognition.by_phone(conn, caller))


async def test_whoever_is_offered_comes_first_and_a_board_reads_names_alone(store: Store) -> None:
    """Of many pops the ones that nobody has are read first, some in each visit; names for the board come after, without their pops."""
    await store.write(_calls)
    told: list[Collection[InteractionId]] = []
    done = asyncio.Event()

    def loaded(batch: Collection[InteractionId]) -> None:
        told.append(batch)
        if not batch:
            done.set()

    pops = Pops(store, SystemClock(), loaded)
    known = [InteractionId(f"c{number}") for number in range(1, 11)]
    waiting = [InteractionId(name) for name in ("c0", "c1", "c20", "nobody")]
    task = asyncio.create_task(pops.run())
    try:
        pops.want(known)
        async with asyncio.timeout(20):
            while len(pops.documents) < len(known):
                await asyncio.sleep(0.01)
        told.clear()
        pops.want_names(waiting)
        pops.want(known, again=True)
        pops.want([InteractionId("c15")])
        async with asyncio.timeout(20):
            await done.wait()
    finally:
        task.cancel()
        await asyncio.wait([task])
        await store.close()
    assert InteractionId("c15") in told[0]
    assert all(len(batch) < len(known) for batch in told)
    assert told[-1] == ()
    assert pops.names == {"c0": "Ann Lin", "c20": "+88690000000"}
    assert set(pops.documents) == {*known, "c15"}
    assert pops.documents[known[0]]["version"] == 2
