"""Agents call customers by themselves, on real Asterisk: their own phone first, then the customer's, who sees the queue's number."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.errors import Refused
from crm_core import calls_out, interactions, queues
from crm_core.calls_out import CallOut
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.events import StatusChosen, Transferred
from routing.core.facts import (
    Connected,
    Consulted,
    CustomerReached,
    DialDropped,
    Dialled,
    Finished,
    Held,
    OfferRang,
    Requeued,
    Resumed,
    Unanswered,
)
from routing.core.model import AgentId, By, InteractionId, Phase, QueueId, Status, WorkState
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.listener import Ear, comes, ear, with_keys
from tests.real.sipp import Sipp, agent_scenario, sipp
from tests.real.voice_lab import VoiceServer, agent_of, prepare, recorded, voice_server, write_now

pytestmark = pytest.mark.real
NUMBER, SHOWN = "0912345678", "0223334444"


@dataclass
class Outside:
    """One Asterisk, agents with telephones that send a tone, and somebody behind the provider."""

    lab: AsteriskLab
    url: str
    customer: Sipp
    hears: Ear
    server: VoiceServer
    running: AsyncExitStack
    phones: dict[str, Sipp] = field(default_factory=dict)
    agents: dict[str, AgentId] = field(default_factory=dict)

    async def dial(self, number: str = NUMBER, *, by: str = "1001") -> InteractionId:
        [queue] = await self.server.store.read(queues.list_queues)
        wanted = CallOut(interaction="", queue=queue.id, number=number)

        async def keep(call: CallOut) -> None:
            now = SystemClock().now()
            await self.server.store.write(
                lambda conn: calls_out.begin(conn, system(now), call, "Asia/Taipei")
            )

        return await self.server.voice.dialling.dial(self.agents[by], wanted, keep)

    async def tone_s(self, seconds: float = 1.0) -> float:
        """For how long of the next seconds the customer hears the agents' tone."""
        since = time.time()
        await asyncio.sleep(seconds)
        packets = [payload for at, payload in self.hears.heard if at >= since]
        return sum(len(one) for one in packets if set(one) <= {0x20, 0xA0}) / 8000

    async def is_heard(self) -> None:
        """Wait until the customer hears the agents' tone for most of two seconds in a row: it follows what is told of it."""
        await comes(self.tone_s, lambda heard: heard > 0.8)

    async def channels(self) -> int:
        lines = (await self.lab.cli("core show channels concise")).splitlines()
        return sum(line.startswith(("PJSIP/", "Local/")) for line in lines)

    async def nobody_is_left(self) -> None:
        async with asyncio.timeout(8):
            while await self.channels():
                await asyncio.sleep(0.1)

    async def there(self, extension: str) -> None:
        await self.server.device(self.agents[extension])

    async def row(self, name: InteractionId) -> interactions.Interaction:
        return await recorded(self.server, name)


@asynccontextmanager
async def outside(
    folder: Path,
    *,
    extensions: tuple[str, ...] = ("1001",),
    answer_after_s: float | None = 0.2,
    customer_answers_s: float | None = 0.5,
    refusal: str = "",
    customer_stays_s: float | None = None,
    ring_s: float = 5.0,
) -> AsyncIterator[Outside]:
    """`refusal`: the answer of the customer's provider in place of ringing (SIP)."""
    port = free_port()
    async with AsyncExitStack() as stack:
        hears = await stack.enter_async_context(ear(port))
        scenario = agent_scenario(
            answer_after_s=customer_answers_s, busy=bool(refusal), hang_up_after_s=customer_stays_s
        )
        if refusal:
            scenario = scenario.replace("486 Busy Here", refusal).replace("486 Busy here", refusal)
            assert refusal in scenario
        customer = await stack.enter_async_context(sipp(folder, with_keys(scenario, port), target=None))
        lab = await stack.enter_async_context(
            asterisk_lab(folder, trunk_out=f"127.0.0.1:{customer.port}", callback_ring_s=4)
        )
        url = write_now(prepare(folder, ring_s=ring_s, extensions=extensions), _shows)
        phones = {
            one: await stack.enter_async_context(
                lab.phone(one, answer_after_s=answer_after_s, speak=answer_after_s is not None)
            )
            for one in extensions
        }
        running = await stack.enter_async_context(AsyncExitStack())
        server = await running.enter_async_context(voice_server(lab, url))
        now = Outside(lab, url, customer, hears, server, running, phones)
        for one in extensions:
            now.agents[one] = await agent_of(server.store, one)
            server.ready(now.agents[one])
            await now.there(one)
        yield now


def _shows(conn: Connection) -> None:
    [queue] = queues.list_queues(conn)
    rows.patch(conn, system(1.0), known.entity("queue"), queue.id, {"caller_id": "02-2333-4444"})


async def test_an_agent_calls_a_customer(tmp_path: Path) -> None:
    """Reserved at once and rung first; the customer sees the queue's number and hears the agent; what they hang up on is counted as a call out alone."""
    async with outside(tmp_path) as now:
        name = await now.dial("0912-345-678")
        dialled = await now.server.fact(Dialled)
        assert dialled.interaction == name  # type: ignore[attr-defined]
        with pytest.raises(Refused, match=r"call\.no_room"):
            await now.dial()
        talk = await now.server.fact(Connected)
        reached = await now.server.fact(CustomerReached)
        assert reached.at - talk.at >= 0.4, "the customer's phone rang only then"
        await asyncio.sleep(0.3)
        await now.is_heard()
        channel = next(
            line
            for line in (await now.lab.cli("core show channels concise")).splitlines()
            if line.startswith("PJSIP/trunk-out")
        ).split("!")[0]
        told = await now.lab.cli(f"core show channel {channel}")
        assert SHOWN in told, "the queue's number, not the agent's"
        await now.server.voice.hang_up(name)
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is By.AGENT
        await now.nobody_is_left()
        row = await now.row(name)
        assert (row.direction, row.outcome, row.customer_address, row.entry_address) == (
            "out",
            "handled",
            NUMBER,
            SHOWN,
        )
        assert (row.answered_at, row.unreached) == (reached.at, None)
        figures = now.server.floor.figures.queue(QueueId(row.queue_id or ""))
        assert (figures.offered, figures.answered, figures.dialled, figures.reached) == (0, 0, 1, 1)
        assert len(now.customer.events("INVITE")) == 1


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        ("486 Busy Here", "busy"),
        ("603 Decline", "refused"),
        ("404 Not Found", "wrong_number"),
        ("503 Service Unavailable", "congestion"),
    ],
)
async def test_why_a_customer_is_not_reached_is_told(tmp_path: Path, refusal: str, why: str) -> None:
    """From the cause that the network gives; the agent is free at once."""
    async with outside(tmp_path, refusal=refusal) as now:
        name = await now.dial()
        missed = await now.server.fact(Unanswered)
        assert isinstance(missed, Unanswered)
        assert missed.reason == why
        row = await now.row(name)
        assert (row.state, row.unreached, row.answered_at) == ("closed", why, None)
        agent = now.server.floor.centre.agents[now.agents["1001"]]
        assert (agent.work, agent.status) == (WorkState.IDLE, Status.READY)
        await now.nobody_is_left()
        assert [(one.kind, one.outcome) for one in await segments(now, name)] == [("agent", "unreached")]


async def segments(now: Outside, name: str) -> list[interactions.Segment]:
    return await now.server.store.read(lambda conn: interactions.segments(conn, name))


async def test_a_customer_who_does_not_answer_in_time(tmp_path: Path) -> None:
    """Is let go after the time that the layout says."""
    async with outside(tmp_path, customer_answers_s=None) as now:
        name = await now.dial()
        await now.server.fact(Connected)
        missed = await now.server.fact(Unanswered)
        assert missed.reason == "no_answer"  # type: ignore[attr-defined]
        assert await now.customer.see("CANCEL")
        assert (await now.row(name)).unreached == "no_answer"
        await now.nobody_is_left()


async def test_an_agent_who_does_not_pick_up_calls_nobody(tmp_path: Path) -> None:
    """Also on a break; they are as they were, and the customer's phone never rang."""
    async with outside(tmp_path, answer_after_s=None, ring_s=3.0) as now:
        at = SystemClock().now()
        agent = now.agents["1001"]
        now.server.floor.submit(StatusChosen(agent=agent, status=Status.PAUSED, reason="break", at=at))
        name = await now.dial()
        over = await now.server.fact(DialDropped)
        assert over.reason == "no_answer"  # type: ignore[attr-defined]
        state = now.server.floor.centre.agents[agent]
        assert (state.status, state.reason, state.work) == (Status.PAUSED, "break", WorkState.IDLE)
        assert now.customer.events("INVITE") == []
        assert (await now.row(name)).unreached == "not_called"
        await now.nobody_is_left()


@pytest.mark.parametrize("rings", ["agent", "customer"])
async def test_a_call_is_called_off(tmp_path: Path, rings: str) -> None:
    """While the agent's own phone rings, or the customer's: no channel is left, and the agent is ready."""
    answers = None if rings == "agent" else 0.2
    async with outside(tmp_path, answer_after_s=answers, customer_answers_s=None) as now:
        name, agent = await now.dial(), now.agents["1001"]
        if rings == "agent":
            await now.server.fact(OfferRang)
        else:
            await now.server.fact(Connected)
            await now.customer.see("INVITE")
        await now.server.voice.dialling.cancel(name, agent)
        await now.nobody_is_left()
        await now.server.fact(DialDropped if rings == "agent" else Unanswered)
        row, state = await now.row(name), now.server.floor.centre.agents[agent]
        assert row.unreached == ("not_called" if rings == "agent" else "gave_up")
        assert (row.ended_by, state.status) == ("agent", Status.READY)


async def test_what_follows_is_a_call_like_any_other(tmp_path: Path) -> None:
    """Hold, asking a colleague, and passing on: the customer hears music, then the agent again, then the colleague, who is offered them."""
    async with outside(tmp_path, extensions=("1001", "1002", "1003")) as now:
        name = await now.dial()
        await now.server.fact(CustomerReached)
        await now.server.voice.talks.hold(name)
        await now.server.fact(Held)
        await asyncio.sleep(0.3)
        assert await now.tone_s() == 0.0
        await now.server.voice.talks.resume(name)
        await now.server.fact(Resumed)
        await asyncio.sleep(0.3)
        await now.is_heard()
        await now.server.voice.consults.ask_colleague(name, now.agents["1002"])
        await now.server.fact(Consulted)
        await now.server.voice.talks.resume(name)
        await now.server.fact(Resumed, 2)
        await now.there("1002")
        work = now.server.floor.centre.interactions[name]
        event = Transferred(
            interaction=name,
            agent=now.agents["1001"],
            queue=work.queue,
            to=now.agents["1003"],
            wait_s=10.0,
            at=SystemClock().now(),
        )
        assert await now.server.voice.talks.transfer(event)
        await now.server.fact(Requeued)
        second = await now.server.fact(Connected, 2)
        assert second.agent == now.agents["1003"]  # type: ignore[attr-defined]
        await asyncio.sleep(0.3)
        await now.is_heard()  # the colleague is heard
        await now.server.voice.hang_up(name)
        await now.server.fact(Finished)
        await now.nobody_is_left()
        assert len(now.customer.events("INVITE")) == 1


@pytest.mark.parametrize("dies", ["agent rings", "customer rings", "talk"])
async def test_a_server_that_dies_loses_no_call(tmp_path: Path, dies: str) -> None:
    """Killed while a phone rings, or in the talk: the call goes on, nobody is called twice, and the next server has it as it is."""
    slow = dies == "agent rings"
    async with outside(
        tmp_path,
        answer_after_s=2.5 if slow else 0.2,
        customer_answers_s=2.0,
        customer_stays_s=8.0,
        ring_s=10.0,
    ) as now:
        name = await now.dial()
        if dies == "agent rings":
            await now.server.fact(OfferRang)
        elif dies == "customer rings":
            await now.customer.see("INVITE")
        else:
            await now.server.fact(CustomerReached)
        await now.running.aclose()
        await asyncio.sleep(1.0)
        async with voice_server(now.lab, now.url) as after:
            if dies != "talk":
                await after.fact(CustomerReached, within_s=15)
            async with asyncio.timeout(5):
                while (work := after.floor.centre.interactions[name]).callback:
                    await asyncio.sleep(0.05)
            assert (work.phase, work.agent) == (Phase.CONNECTED, now.agents["1001"])
            assert len(now.customer.events("INVITE")) == 1
            finished = await after.fact(Finished, within_s=15)
            assert finished.by is By.CUSTOMER  # type: ignore[attr-defined]
            row = await recorded(after, name)
            assert (row.outcome, row.unreached) == ("handled", None)


async def test_a_cut_of_the_telephone_link_loses_no_call(tmp_path: Path) -> None:
    """The link is cut while the customer's phone rings: found again as it stands."""
    async with outside(tmp_path, customer_answers_s=2.0, customer_stays_s=6.0) as now:
        name = await now.dial()
        await now.customer.see("INVITE")
        connection = now.server.voice.link._connection
        assert connection is not None
        connection.close("cut")
        await now.server.fact(CustomerReached, within_s=15)
        finished = await now.server.fact(Finished, within_s=15)
        assert finished.interaction == name  # type: ignore[attr-defined]
        assert len(now.customer.events("INVITE")) == 1
