"""The caretaker at work in a running centre: what may not be treated stops nobody else."""

import asyncio
import time
from contextlib import suppress

from sqlalchemy import insert, select

from agent_console.caretaker import Caretaker
from config.clock import SystemClock
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import forgetting, party, party_redirect
from tests.agent_console.house import House

OLD = 1_500_000_000.0


async def test_one_refusal_does_not_end_the_sweep(house: House) -> None:
    """Of two silent customers one may not be erased: the other is, its words are forgotten, and the caretaker goes on."""

    def prepare(conn: Connection) -> dict[str, str]:
        made = {
            name: rows.create(conn, system(OLD), known.entity("party"), {"kind": "person", "name": name}).id
            for name in ("stays", "between", "held", "goes")
        }
        for old, new in (("held", "between"), ("between", "stays")):
            conn.execute(insert(party_redirect).values(from_id=made[old], to_id=made[new], at=OLD))
        acting = system(time.time())
        hold = {"party_id": made["held"], "reason": "court"}
        rows.create(conn, acting, known.entity("legal_hold"), hold)
        rule = {"what": "parties", "after_days": 3000, "active": True}
        rows.create(conn, acting, known.entity("retention_rule"), rule)
        return made

    made = await house.store.write(prepare)
    caretaker = asyncio.create_task(Caretaker(house.store, house.bus, SystemClock()).run())
    try:
        async with asyncio.timeout(20):
            while made["goes"] in await house.store.read(
                lambda c: set(c.execute(select(party.c.id)).scalars())
            ):
                await asyncio.sleep(0.05)
            while await house.store.read(lambda c: c.execute(select(forgetting)).all()):
                await asyncio.sleep(0.05)
        left = await house.store.read(lambda c: set(c.execute(select(party.c.id)).scalars()))
        assert {made["stays"], made["between"], made["held"]} <= left
        assert not caretaker.done()
    finally:
        caretaker.cancel()
        with suppress(asyncio.CancelledError):
            await caretaker
