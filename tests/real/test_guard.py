"""The guard on a real Asterisk: what is dialled is seen from its answer to its end, what is not allowed is not dialled, and blocked callers hear so."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from config.clock import SystemClock
from config.errors import Refused
from config.settings import Guard
from crm_core.guard import blocks
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import interaction, outside_call
from cti.ami.fitness import lacks
from cti.ami.link import AmiAddress, Link
from routing.core.facts import Consulted, ConsultOver, Enqueued, Resumed
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.sipp import Sipp, caller_scenario, sipp
from tests.real.test_consults import OUTSIDE, with_somebody_outside
from tests.real.test_talks import Talk
from tests.real.voice_lab import VoiceServer, prepare, voice_server, write_now

pytestmark = pytest.mark.real
ROGUE, GOOD, PAI = "0911000001", "0911000002", "0911000003"


async def by_plan(now: Talk, **values: Any) -> str:
    """Everybody dials by this plan from now on."""

    def add(conn: Connection) -> str:
        acting = system(time.time())
        given = {"name": "P", "allowed": "0"} | values
        plan = rows.create(conn, acting, known.entity("dial_plan"), given).id
        rows.create(conn, acting, known.entity("dial_plan_use"), {"whose": "people", "plan_id": plan})
        return plan

    return await now.server.store.write(add)


async def change(now: Talk, plan: str, **values: Any) -> None:
    await now.server.store.write(
        lambda conn: rows.patch(conn, system(time.time()), known.entity("dial_plan"), plan, values)
    )


async def call_out(now: Talk, holds: Callable[[Row[Any]], bool], count: int = 1) -> Row[Any]:
    """The newest call out, once this holds of it."""

    def read(conn: Connection) -> list[Row[Any]]:
        return list(conn.execute(select(outside_call).order_by(outside_call.c.at)))

    async with asyncio.timeout(5):
        while len(found := await now.server.store.read(read)) != count or not holds(found[-1]):
            await asyncio.sleep(0.05)
    return found[-1]


async def refused(now: Talk, code: str, number: str = OUTSIDE) -> None:
    """And nothing has changed for the caller."""
    with pytest.raises(Refused) as refusal:
        await now.server.voice.consults.ask_outside(now.work.id, number)
    assert refusal.value.code == code


async def test_calls_outside_are_dialled_by_the_plan_and_counted_by_their_channels(tmp_path: Path) -> None:
    """Refused at night, beyond the calls at once and when the budget is used up; a call counts from its answer to its end, and after a hand-over, too."""
    async with with_somebody_outside(tmp_path) as (now, outside):
        hour = datetime.now(UTC)
        night = f"{hour - timedelta(hours=1):%H:00}-{hour + timedelta(hours=2):%H:00}"
        plan = await by_plan(now, night=night)
        await refused(now, "outside.night")
        await change(now, plan, night=None, denied="02")
        await refused(now, "number.not_allowed")
        assert now.work.held_at is None
        assert not outside.events("INVITE")
        await change(now, plan, denied=None, at_once=1, calls_day=2)
        await now.server.voice.consults.ask_outside(now.work.id, OUTSIDE)
        await now.server.fact(Consulted)
        row = await call_out(now, lambda row: row.answered_at is not None)
        assert (row.number, row.why, row.ended_at) == ("+886223456789", "consult", None)
        await refused(now, "outside.at_once")
        await now.resume()
        await now.server.fact(Resumed)
        row = await call_out(now, lambda row: row.ended_at is not None)
        assert row.answered_at <= row.ended_at
        await now.server.voice.consults.ask_outside(now.work.id, OUTSIDE)
        await now.server.fact(Consulted, 2)
        await now.server.voice.consults.hand_over(now.work.id, now.agents["1001"])
        second = await call_out(now, lambda row: row.answered_at is not None, 2)
        await asyncio.sleep(0.5)
        assert (await call_out(now, lambda _: True, 2)).ended_at is None, "both talk on"
        await now.lab.cli("channel request hangup all")
        await call_out(now, lambda row: row.id == second.id and row.ended_at is not None, 2)


async def test_a_used_up_budget_and_a_number_that_is_busy(tmp_path: Path) -> None:
    """Whom nobody answers has cost a call, which is over at once; then none is left, and both talk on."""
    async with with_somebody_outside(tmp_path, busy=True) as (now, outside):
        await by_plan(now, calls_day=1)
        await now.server.voice.consults.ask_outside(now.work.id, OUTSIDE)
        await now.server.fact(ConsultOver)
        row = await call_out(now, lambda row: row.ended_at is not None)
        assert row.answered_at is None
        await now.resume()
        await now.server.fact(Resumed)
        await refused(now, "outside.budget")
        assert len(outside.events("INVITE")) == 1
        await now.quiet()
        await now.is_heard()


def _blocked(conn: Connection) -> None:
    given = {"kind": "number", "number": ROGUE, "action": "busy", "reason": "rude"}
    rows.create(conn, system(time.time()), known.entity("blocked_caller"), given)


async def call(stack: AsyncExitStack, lab: AsteriskLab, folder: Path, number: str, of: str = "") -> Sipp:
    """Somebody calls; `of`: headers of their own."""
    scenario = caller_scenario(
        to="100", number=number, name="", hang_up_after_s=None, cancel_after_s=None, speak=None
    )
    scenario = scenario.replace("Max-Forwards: 70\n", f"Max-Forwards: 70\n{of}", 1)
    folder.mkdir(exist_ok=True)
    return await stack.enter_async_context(sipp(folder, scenario, target=("127.0.0.1", lab.layout.sip_port)))


async def of_caller(server: VoiceServer, number: str, holds: Callable[[Row[Any]], bool]) -> Row[Any]:
    query = select(interaction).where(interaction.c.customer_address == number)
    async with asyncio.timeout(10):
        while True:
            found = await server.store.read(lambda conn: list(conn.execute(query)))
            if found and holds(found[0]):
                return found[0]
            await asyncio.sleep(0.05)


async def test_blocked_callers_hear_that_it_is_busy_and_what_is_said_of_a_number_is_kept(
    tmp_path: Path,
) -> None:
    """Their call is on record and in no queue; the next caller waits, with what the provider says of their number."""
    async with asterisk_lab(tmp_path) as lab, AsyncExitStack() as stack:
        url = write_now(prepare(tmp_path), _blocked)
        guard = Guard(flood_calls=3, flood_within_s=60, caller_verification="provider")
        async with voice_server(lab, url, guard) as server:
            rogue = await call(stack, lab, tmp_path / "rogue", ROGUE)
            row = await of_caller(server, ROGUE, lambda row: row.blocked_by is not None)
            assert row.state == "closed"
            async with asyncio.timeout(5):
                while await channels(lab):
                    await asyncio.sleep(0.05)
            assert not rogue.events("ANSWERED")
            count, _ = await server.store.read(lambda conn: blocks.hits(conn, row.blocked_by, 5))
            assert count == 1
            header = f'P-Asserted-Identity: "x, y" <sip:{PAI};verstat=TN-Validation-Passed-A@net>\n'
            await call(stack, lab, tmp_path / "good", PAI, header)
            await server.fact(Enqueued)
            told = await of_caller(server, PAI, lambda row: row.match != "pending")
            assert (told.attestation, told.blocked_by) == ("passed_a", None)
            flood = [await call(stack, lab, tmp_path / f"flood{turn}", GOOD) for turn in range(5)]
            await server.fact(Enqueued, 4)
            async with asyncio.timeout(15):
                while sum(one.over for one in flood) < 2:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            assert len([fact for fact in server.facts if isinstance(fact, Enqueued)]) == 4
            assert await channels(lab) == 4


async def channels(lab: AsteriskLab) -> int:
    """How many there are."""
    said = await lab.cli("core show channels count")
    return int(said.split(" active channel")[0].split()[-1])


async def test_the_configuration_that_we_write_lacks_nothing_and_allows_no_more(tmp_path: Path) -> None:
    """Version, modules, privileges and event filters; without the filters and with all privileges each is told."""
    async with asterisk_lab(tmp_path) as lab:
        given = lab.settings()
        address = AmiAddress(
            host=given.ami_host,
            port=given.ami_port,
            user=given.ami_user,
            secret=given.ami_secret.get_secret_value(),
        )
        assert await lacks(Link.to(address, SystemClock())) == []
        place = tmp_path / "asterisk" / "manager.conf"
        lines = [line for line in place.read_text().splitlines() if not line.startswith("eventfilter")]
        place.write_text(
            "\n".join(lines).replace("read = call,", "read = all,").replace("write = call,", "write = all,")
        )
        await lab.cli("manager reload")
        sentences = "\n".join(await lacks(Link.to(address, SystemClock())))
        assert "could use Command" in sentences
        assert "could use UpdateConfig" in sentences
        assert "events that nobody reads" in sentences
