"""Two Asterisk servers under one queue: a caller at one reaches a phone at the other, and one that dies takes nobody else along."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.clock import SystemClock
from crm_core import calls_out, queues
from crm_core.calls_out import CallOut
from crm_core.records.change import system
from routing.core import callbacks
from routing.core.events import StatusChosen
from routing.core.facts import (
    Abandoned,
    ConferenceOver,
    Conferring,
    Connected,
    Consulted,
    CustomerReached,
    Enqueued,
    Finished,
    Held,
    Offered,
    Requeued,
    Watched,
    WatchOver,
)
from routing.core.model import AgentId, Device, InteractionId, Phase, QueueId, Status
from routing.core.words import WatchMode
from tests.real.asterisk_lab import AsteriskLab, several_labs
from tests.real.caller_desk import Desk
from tests.real.sipp import Sipp, agent_scenario, sipp
from tests.real.test_callbacks import asks, offering
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server, write_now

pytestmark = pytest.mark.real
EXTENSIONS = ("1001", "1002", "1090")
"""Of an agent, a colleague on a break, and a supervisor."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """Two servers, people whose phones are at the first, and ours."""

    here: AsteriskLab
    there: AsteriskLab
    phones: list[Sipp]
    server: VoiceServer
    agent: AgentId
    colleague: AgentId
    watcher: AgentId
    stack: AsyncExitStack

    async def caller(self, lab: AsteriskLab, number: str, hang_up_after_s: float | None = None) -> Sipp:
        """Somebody calls this server."""
        calling = lab.caller(speak=True, number=number, hang_up_after_s=hang_up_after_s)
        return await self.stack.enter_async_context(calling)

    def phases(self) -> list[Phase]:
        """Of all that is open."""
        return sorted(work.phase for work in self.server.floor.centre.interactions.values())


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with several_labs(tmp_path, "north", "south") as (here, there), AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(here.phone(one, answer_after_s=0.05)) for one in EXTENSIONS]
        running = voice_server(here, prepare(tmp_path, extensions=EXTENSIONS), others=[there])
        server = await stack.enter_async_context(running)
        agent, colleague, watcher = [await agent_of(server.store, one) for one in EXTENSIONS]
        server.ready(agent)
        await server.floor.settle(
            StatusChosen(agent=colleague, status=Status.PAUSED, at=SystemClock().now(), reason="break")
        )
        for one in (agent, colleague):
            await server.device(one)
        yield Stage(
            here=here,
            there=there,
            phones=phones,
            server=server,
            agent=agent,
            colleague=colleague,
            watcher=watcher,
            stack=stack,
        )


async def test_two_servers_are_one_centre(stage: Stage) -> None:
    """A caller at one server talks with an agent at the other, on hold and back, with a colleague and a supervisor whose phones are there, too; when that server is killed the other's talk and queue go on, its
    waiting caller is gone from the queue, and after its return its callers are served again. When the server of the agent's phone is killed, the caller waits
    again at their old place."""
    await _a_talk_across(stage)
    talk = await _the_callers_server_dies(stage)
    await _it_comes_back_and_the_phones_server_dies(stage, talk)


async def _a_talk_across(stage: Stage) -> None:
    server = stage.server
    caller = await stage.caller(stage.there, "+886900000001")
    talk = await server.fact(Connected)
    assert isinstance(talk, Connected)
    assert (talk.agent, talk.interaction.split("-")[1]) == (stage.agent, "south")
    rung = (await stage.phones[0].see("INVITE"))[0]
    assert talk.interaction in rung.detail
    await server.voice.talks.hold(talk.interaction)
    await server.fact(Held)
    await server.voice.talks.resume(talk.interaction)
    await server.voice.reattach(talk.interaction)
    await stage.phones[0].see("ANSWERED", 2)
    await _others_come_to_it(stage, talk.interaction)
    assert not caller.events("BYE")
    await server.voice.hang_up(talk.interaction)
    await server.fact(Finished)
    await caller.see("BYE")


async def _others_come_to_it(stage: Stage, name: InteractionId) -> None:
    server = stage.server
    async with asyncio.timeout(5):
        while server.voice.switches.of(name).calls.talk(name) is None:
            await asyncio.sleep(0.01)
    await server.voice.consults.ask_colleague(name, stage.colleague)
    await server.fact(Consulted)
    await server.voice.conferences.join(name)
    began = await server.fact(Conferring)
    assert isinstance(began, Conferring)
    assert began.colleague == stage.colleague
    await server.voice.watches.watch(name, stage.watcher, "1090", WatchMode.LISTEN)
    await server.fact(Watched)
    listens = (await stage.phones[2].see("INVITE"))[0]
    assert name in listens.detail
    await server.voice.switches.of(name).resync()
    assert not [fact for fact in server.facts if isinstance(fact, ConferenceOver | WatchOver)]
    await server.voice.conferences.release(name)
    await server.fact(ConferenceOver)
    server.voice.watches.leave(stage.watcher)
    await server.fact(WatchOver)


async def _the_callers_server_dies(stage: Stage) -> InteractionId:
    server = stage.server
    talker = await stage.caller(stage.here, "+886900000002")
    talk = await server.fact(Connected, 2)
    await stage.caller(stage.there, "+886900000003")
    ghost = await server.fact(Enqueued, 3)
    await stage.caller(stage.here, "+886900000004")
    await server.fact(Enqueued, 4)
    await stage.there.stop(kill=True)
    gone = await server.fact(Abandoned)
    assert isinstance(gone, Abandoned)
    assert isinstance(ghost, Enqueued)
    assert gone.interaction == ghost.interaction
    assert stage.phases() == [Phase.CONNECTED, Phase.WAITING]
    assert not server.voice.statuses()["south"].up
    assert server.voice.status().up
    assert not talker.events("BYE")
    assert isinstance(talk, Connected)
    return talk.interaction


async def _it_comes_back_and_the_phones_server_dies(stage: Stage, talk: InteractionId) -> None:
    server = stage.server
    await stage.there.start()
    await server.link_up()
    last = await stage.caller(stage.there, "+886900000005")
    came = await server.fact(Enqueued, 5)
    await server.voice.hang_up(talk)
    before = await server.fact(Connected, 3)
    assert isinstance(before, Connected)
    await server.voice.hang_up(before.interaction)
    served = await server.fact(Connected, 4)
    assert isinstance(served, Connected)
    assert isinstance(came, Enqueued)
    assert served.interaction == came.interaction
    await stage.here.stop(kill=True)
    back = await server.fact(Requeued)
    assert isinstance(back, Requeued)
    assert back.interaction == served.interaction
    assert stage.phases() == [Phase.WAITING]
    assert not last.events("BYE")


async def test_a_server_that_falls_silent_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The server of the phone that is offered a call stops in the middle of it, with its connections open: when that is noticed the call goes to a colleague whose phone is elsewhere, and nobody is blamed for
    not having answered; when it goes on, its agent is reachable again."""
    async with several_labs(tmp_path, "north", "south") as (here, there), AsyncExitStack() as stack:
        await stack.enter_async_context(here.phone("1001", answer_after_s=0.05))
        await stack.enter_async_context(there.phone("1002", answer_after_s=0.05))
        url = prepare(tmp_path, ring_s=20.0, extensions=("1001", "1002"))
        running = voice_server(here, url, others=[there])
        server = await stack.enter_async_context(running)
        first, second = [await agent_of(server.store, one) for one in ("1001", "1002")]
        agents = server.floor.centre.agents
        server.ready(first)
        with here.silent():
            caller = await stack.enter_async_context(there.caller(speak=True))
            offered = await server.fact(Offered)
            assert isinstance(offered, Offered)
            assert offered.agent == first
            server.ready(second)
            talk = await server.fact(Connected, within_s=20)
            assert isinstance(talk, Connected)
            assert talk.agent == second
            assert (agents[first].status, agents[first].device) == (Status.READY, Device.UNREACHABLE)
            assert not caller.events("BYE")
        async with asyncio.timeout(20):
            while agents[first].device is not Device.REACHABLE:
                await asyncio.sleep(0.05)
        await stack.enter_async_context(there.caller(number="+886900000009"))
        talk = await server.fact(Connected, 2)
        assert isinstance(talk, Connected)
        assert talk.agent == first


async def test_who_is_called_is_called_over_the_server_of_the_agents_phone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A caller at one server asks to be called back; the agent's phone is at the other, which calls them, and which makes the agent's own calls."""
    monkeypatch.setattr(callbacks, "HANGS_UP_WITHIN_S", 7.0)
    scenario = agent_scenario(answer_after_s=0.3, busy=False, hang_up_after_s=None)
    async with AsyncExitStack() as stack:
        customer = await stack.enter_async_context(sipp(tmp_path, scenario, target=None))
        told = {"trunk_out": f"127.0.0.1:{customer.port}", "callback_told_after_s": 1, "callback_ring_s": 5}
        here, there = await stack.enter_async_context(several_labs(tmp_path, "north", "south", **told))
        phone = await stack.enter_async_context(there.phone("1001", answer_after_s=0.05))
        url = write_now(prepare(tmp_path), offering())
        server = await stack.enter_async_context(voice_server(here, url, others=[there]))
        agent = await agent_of(server.store, "1001")

        async def is_called_from_there(count: int) -> None:
            assert len(customer.events("INVITE")) == count
            assert "PJSIP/trunk-out" in await there.cli("core show channels concise")
            assert "PJSIP/" not in await here.cli("core show channels concise")

        kept = await asks(Desk(here, server, tmp_path))
        server.ready(agent)
        reached = await server.fact(CustomerReached, within_s=15)
        assert isinstance(reached, CustomerReached)
        assert (reached.interaction, kept.interaction.split("-")[1]) == (kept.interaction, "north")
        await is_called_from_there(1)
        await server.voice.hang_up(reached.interaction)
        await server.fact(Finished)
        [queue] = await server.store.read(queues.list_queues)
        async with asyncio.timeout(5):
            while server.floor.no_room_to_dial(
                agent, QueueId(queue.id)
            ):  # until the phone is told to be free
                await asyncio.sleep(0.02)
        wanted = CallOut(interaction="", queue=queue.id, number="0912345678")

        async def keep(call: CallOut) -> None:
            now = SystemClock().now()
            await server.store.write(lambda conn: calls_out.begin(conn, system(now), call, "Asia/Taipei"))

        name = await server.voice.dialling.dial(agent, wanted, keep)
        second = await server.fact(CustomerReached, 2)
        assert isinstance(second, CustomerReached)
        assert second.interaction == name
        await is_called_from_there(2)
        await server.voice.hang_up(name)
        await server.fact(Finished, 2)
        assert len(phone.events("INVITE")) == 2
