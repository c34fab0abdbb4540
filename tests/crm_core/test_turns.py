"""How much an import writes at a time."""

import asyncio
from pathlib import Path

from crm_core import schema
from crm_core.store import Store
from crm_core.transfer import turns
from crm_core.transfer.turns import QUIET_UNIT_S, UNIT_S, Turns


async def test_a_unit_is_as_large_as_others_allow(tmp_path: Path) -> None:
    """While nobody else writes it grows towards a tenth of a second; as soon as somebody does, it shrinks to what a call can wait, at once."""
    url = f"sqlite:///{tmp_path / 'turns.db'}"
    schema.upgrade(url)
    store = Store(url)
    store.open()
    try:
        taking = Turns(store)
        await taking.write(lambda _: None)
        assert taking.next_size(100, UNIT_S, least=1, most=1000) == 200  # twice as much at most
        assert taking.next_size(100, QUIET_UNIT_S, least=1, most=1000) == 100
        assert taking.next_size(900, UNIT_S, least=1, most=1000) == 1000
        await store.write(lambda _: None)
        assert taking.next_size(100, UNIT_S, least=1, most=1000) == 100
        assert taking.next_size(100, QUIET_UNIT_S, least=1, most=1000) == 20
        assert taking.next_size(10, 60.0, least=5, most=1000) == 5
        store.written_at -= turns.QUIET_AFTER_S
        assert taking.next_size(100, QUIET_UNIT_S, least=1, most=1000) == 100
        assert Turns(store, quiet_unit_s=UNIT_S).next_size(100, QUIET_UNIT_S, least=1, most=1000) == 20
    finally:
        await store.close()


async def test_one_writes_at_a_time(tmp_path: Path) -> None:
    """Two who write much are never both in the writer's queue, so that a call waits for one unit of theirs."""
    url = f"sqlite:///{tmp_path / 'turns.db'}"
    schema.upgrade(url)
    store = Store(url)
    store.open()
    try:
        taking, at_work = Turns(store), [0, 0]

        async def much() -> None:
            for _ in range(20):
                await taking.write(lambda _: None)

        plain = store.write_behind

        async def counted(unit: object) -> object:
            at_work[0] += 1
            at_work[1] = max(at_work)
            try:
                return await plain(unit)  # type: ignore[arg-type]
            finally:
                at_work[0] -= 1

        store.write_behind = counted  # type: ignore[method-assign, assignment]
        await asyncio.gather(much(), much())
        assert at_work == [0, 1]
    finally:
        await store.close()
