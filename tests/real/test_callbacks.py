"""Callers who press a key and are called back at their turn, on real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from config.clock import SystemClock
from crm_core import queues
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core import callbacks
from routing.core.events import CallbackCancelled, StatusChosen
from routing.core.facts import (
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    Connected,
    CustomerReached,
    Enqueued,
    Finished,
    Offered,
    OfferEnded,
    OfferRang,
    Unparked,
)
from routing.core.model import By, Outcome, Phase, Status
from tests.ports import free_port
from tests.real.asterisk_lab import asterisk_lab
from tests.real.caller_desk import Desk, desk
from tests.real.listener import ear, with_keys
from tests.real.sipp import Sipp, agent_scenario, sipp
from tests.real.voice_lab import agent_of, prepare, recorded, voice_server, write_now

pytestmark = pytest.mark.real
CALLER, LATER = "0912345678", "0223456789"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are called as soon as the sentence has been said."""
    monkeypatch.setattr(callbacks, "HANGS_UP_WITHIN_S", 7.0)


def offering(**given: object) -> Callable[[Connection], None]:
    """The queue of the dialled number calls back."""

    def fill(conn: Connection) -> None:
        [queue] = queues.list_queues(conn)
        rows.patch(conn, system(1.0), known.entity("queue"), queue.id, {"callback_offered": True, **given})

    return fill


@asynccontextmanager
async def centre(
    folder: Path,
    fill: Callable[[Connection], None],
    *,
    answer_after_s: float | None = 0.3,
    busy: bool = False,
    hang_up_after_s: float | None = None,
    agent_stays_s: float = 5.0,
) -> AsyncIterator[tuple[Desk, Sipp]]:
    """A desk whose agent is on a break, and the telephone of whoever is called from it."""
    scenario = agent_scenario(answer_after_s=0.3, busy=busy, hang_up_after_s=hang_up_after_s)
    async with sipp(folder, scenario, target=None) as customer:
        out = f"127.0.0.1:{customer.port}"
        told = {"trunk_out": out, "callback_told_after_s": 1, "callback_ring_s": 5}
        async with desk(
            folder, fill, answer_after_s=answer_after_s, hang_up_after_s=agent_stays_s, **told
        ) as stage:
            await status(stage, Status.PAUSED)
            yield stage, customer


async def status(stage: Desk, chosen: Status) -> None:
    agent = await agent_of(stage.server.store, "1001")
    at = SystemClock().now()
    stage.server.floor.submit(StatusChosen(agent=agent, status=chosen, reason="break", at=at))


async def asks(stage: Desk, number: str = CALLER) -> CallbackKept:
    """Somebody calls, is told, presses the key and is let go; until they may be called."""
    async with stage.call(number) as (caller, phone):
        async with asyncio.timeout(10):
            while "callback-offer" not in stage.played():
                await asyncio.sleep(0.1)
        await phone.press("1")
        kept = await stage.server.fact(CallbackKept, within_s=15)
        await caller.see("BYE", within_s=15)
    await stage.server.fact(Unparked, within_s=20)
    assert isinstance(kept, CallbackKept)
    return kept


async def test_who_asks_is_called_back_at_their_place(tmp_path: Path) -> None:
    """Told in their language, let go, and called before somebody who came later; the agent's phone rings first, the customer ends the call."""
    async with centre(tmp_path, offering(language="zh-TW"), hang_up_after_s=1.0) as (stage, customer):
        kept = await asks(stage)
        assert stage.played() == ["callback-offer", "callback-kept"]
        assert "/zh-TW/callback-offer" in stage.lab.log
        async with stage.call(LATER):
            await stage.server.fact(Enqueued, 2)
            await status(stage, Status.READY)
            offered = await stage.server.fact(Offered)
            assert offered.interaction == kept.interaction  # type: ignore[attr-defined]
            talk = await stage.server.fact(Connected)
            reached = await stage.server.fact(CustomerReached)
            finished = await stage.server.fact(Finished)
            assert isinstance(finished, Finished)
            assert (finished.interaction, finished.by) == (kept.interaction, By.CUSTOMER)
            assert talk.at <= reached.at <= finished.at
            assert reached.at - talk.at >= 0.25, "the customer's phone rang"
            assert (await stage.server.fact(Offered, 2)).interaction != kept.interaction  # type: ignore[attr-defined]
            await stage.server.fact(Finished, 2)
        assert len(customer.events("INVITE")) == 1
        [first, *_] = await stage.until_closed()
        assert (first.id, first.outcome, first.customer_address) == (kept.interaction, "handled", CALLER)
        assert first.answered_at == reached.at


async def test_a_customer_who_is_busy_is_tried_again_and_then_given_up(tmp_path: Path) -> None:
    """The agent is free at once and not blamed; after the last try they say what is to become of it."""
    async with centre(tmp_path, offering(callback_tries=2, callback_retry_s=60), busy=True) as (
        stage,
        customer,
    ):
        await asks(stage)
        await status(stage, Status.READY)
        missed = await stage.server.fact(CallbackMissed)
        assert isinstance(missed, CallbackMissed)
        assert (missed.reason, missed.until - missed.at) == ("busy", 60.0)
        work = stage.server.floor.centre.interactions[missed.interaction]
        agent = stage.server.floor.centre.agents[missed.agent]
        assert (work.phase, work.tried, agent.status, agent.holds) == (Phase.PARKED, 1, Status.READY, ())
        assert len(await customer.see("BUSY")) == 1


async def test_nobody_is_called_for_whom_no_agent_is_there(tmp_path: Path) -> None:
    """The agent's phone is not answered: the customer's never rings, and they keep their place."""
    async with centre(tmp_path, offering(ring_s=3), answer_after_s=None) as (stage, customer):
        kept = await asks(stage)
        await status(stage, Status.READY)
        ended = await stage.server.fact(OfferEnded, within_s=15)
        assert isinstance(ended, OfferEnded)
        assert ended.outcome is Outcome.NO_ANSWER
        work = stage.server.floor.centre.interactions[kept.interaction]
        assert (work.phase, work.callback, work.tried) == (Phase.WAITING, True, 0)
        assert customer.events("INVITE") == []


async def test_numbers_that_are_not_called_are_not_told(tmp_path: Path) -> None:
    """A number abroad hears music alone, and their key does nothing."""
    async with centre(tmp_path, offering()) as (stage, _), stage.call("+15551234567") as (caller, phone):
        await stage.server.fact(Enqueued)
        await caller.see("ANSWERED")
        await phone.speaks(2.0)
        await phone.press("1")
        await status(stage, Status.READY)
        await stage.server.fact(Connected)
        assert stage.played() == []
        assert not [fact for fact in stage.server.facts if isinstance(fact, CallbackKept)]


async def test_a_server_that_dies_forgets_no_callback_and_calls_nobody_twice(tmp_path: Path) -> None:
    """Once after the key, once while the customer's phone rings: the next server finds the callback in the ledger, then the talk on the telephone."""
    scenario = agent_scenario(answer_after_s=4.0, busy=False, hang_up_after_s=4.0)
    async with AsyncExitStack() as stack:
        customer = await stack.enter_async_context(sipp(tmp_path, scenario, target=None))
        told = {"trunk_out": f"127.0.0.1:{customer.port}", "callback_told_after_s": 1}
        lab = await stack.enter_async_context(asterisk_lab(tmp_path, **told))
        url = write_now(prepare(tmp_path), offering())
        await stack.enter_async_context(lab.phone("1001", answer_after_s=0.2))
        async with voice_server(lab, url) as before:
            stage = Desk(lab, before, tmp_path)
            async with stage.call(CALLER) as (caller, phone):
                await before.fact(Enqueued)
                await caller.see("ANSWERED")
                await phone.speaks(1.5)
                await phone.press("1")
                kept = await before.fact(CallbackKept)
        async with voice_server(lab, url) as after:
            await after.fact(Unparked, within_s=20)
            after.ready(await agent_of(after.store, "1001"))
            await after.fact(Connected)
            await customer.see("INVITE")
        async with voice_server(lab, url) as last:
            reached = await last.fact(CustomerReached)
            finished = await last.fact(Finished)
            assert isinstance(reached, CustomerReached)
            assert isinstance(finished, Finished)
            assert reached.interaction == finished.interaction == kept.interaction  # type: ignore[attr-defined]
            assert finished.by is By.CUSTOMER
            assert len(customer.events("INVITE")) == 1
            assert (await recorded(last, finished.interaction)).outcome == "handled"


async def test_a_callback_that_is_cancelled_while_the_phone_rings_is_over(tmp_path: Path) -> None:
    """The agent's phone stops, and no channel is left."""
    async with centre(tmp_path, offering(), answer_after_s=None) as (stage, customer):
        kept = await asks(stage)
        await status(stage, Status.READY)
        await stage.server.fact(OfferRang)
        at = SystemClock().now()
        stage.server.floor.submit(CallbackCancelled(interaction=kept.interaction, at=at))
        await stage.server.fact(CallbackDropped)
        async with asyncio.timeout(5):
            while "0 active channels" not in await stage.lab.cli("core show channels count"):
                await asyncio.sleep(0.05)
        agent = await agent_of(stage.server.store, "1001")
        assert stage.server.floor.centre.agents[agent].status is Status.READY
        assert customer.events("INVITE") == []


@pytest.mark.parametrize("speaks", ["customer", "agent"])
async def test_both_hear_each_other(tmp_path: Path, speaks: str) -> None:
    """The agent hears ringing while the customer is called, and each hears the other speak."""
    customer_port, agent_port = free_port(), free_port()
    async with AsyncExitStack() as stack:
        customer_ear = await stack.enter_async_context(ear(customer_port))
        agent_ear = await stack.enter_async_context(ear(agent_port))
        tone = tmp_path / "tone.ul"
        tone.write_bytes((b"\x20" * 8 + b"\xa0" * 8) * 500)
        scenario = agent_scenario(
            answer_after_s=2.5, busy=False, hang_up_after_s=4.0, speak=tone if speaks == "customer" else None
        )
        if speaks == "agent":
            scenario = with_keys(scenario, customer_port)
        customer = await stack.enter_async_context(sipp(tmp_path, scenario, target=None))
        out = f"127.0.0.1:{customer.port}"
        lab = await stack.enter_async_context(asterisk_lab(tmp_path, trunk_out=out, callback_told_after_s=1))
        url = write_now(prepare(tmp_path), offering())
        hears = None if speaks == "agent" else agent_port
        await stack.enter_async_context(
            lab.phone("1001", answer_after_s=0.2, speak=speaks == "agent", ear_port=hears)
        )
        server = await stack.enter_async_context(voice_server(lab, url))
        await asks(Desk(lab, server, tmp_path))
        server.ready(await agent_of(server.store, "1001"))
        talk = await server.fact(Connected)
        reached = await server.fact(CustomerReached)
        finished = await server.fact(Finished)
        if speaks == "customer":
            ringing = agent_ear.loud_s(talk.at, reached.at)
            assert ringing > 0.5, "the agent hears that it rings"
            assert agent_ear.loud_s(reached.at + 0.5, finished.at) > 2.0
        else:
            assert customer_ear.loud_s(reached.at + 0.5, finished.at) > 2.0


async def test_who_calls_again_meanwhile_is_served_once(tmp_path: Path) -> None:
    """On the line, at the old place; nobody calls them as well."""
    async with centre(tmp_path, offering()) as (stage, customer):
        kept = await asks(stage)
        async with stage.call(CALLER):
            dropped = await stage.server.fact(CallbackDropped)
            assert dropped.interaction == kept.interaction  # type: ignore[attr-defined]
            await status(stage, Status.READY)
            await stage.server.fact(Finished, within_s=15)
        first, again = [fact for fact in stage.server.facts if isinstance(fact, Enqueued)]
        assert again.at == first.at
        assert len([fact for fact in stage.server.facts if isinstance(fact, Offered)]) == 1
        assert customer.events("INVITE") == []
