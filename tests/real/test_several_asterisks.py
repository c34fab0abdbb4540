"""Two Asterisk servers under one queue: a caller at one reaches a phone at the other, and one that dies takes nobody else along."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from routing.core.facts import Abandoned, Connected, Enqueued, Finished, Held, Requeued
from routing.core.model import AgentId, Device, InteractionId
from routing.core.presence import Phase
from tests.real.asterisk_lab import AsteriskLab, several_labs
from tests.real.sipp import Sipp
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server

pytestmark = pytest.mark.real


@dataclass(slots=True, kw_only=True)
class Stage:
    """Two servers, an agent whose phone is at the first, and ours."""

    here: AsteriskLab
    there: AsteriskLab
    phone: Sipp
    server: VoiceServer
    agent: AgentId
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
        phone = await stack.enter_async_context(here.phone("1001", answer_after_s=0.05))
        running = voice_server(here, prepare(tmp_path), others=[there])
        server = await stack.enter_async_context(running)
        agent = await agent_of(server.store, "1001")
        server.ready(agent)
        await server.floor.settle()
        async with asyncio.timeout(5):
            while server.floor.centre.agents[agent].device is not Device.REACHABLE:
                await asyncio.sleep(0.01)
        yield Stage(here=here, there=there, phone=phone, server=server, agent=agent, stack=stack)


async def test_two_servers_are_one_centre(stage: Stage) -> None:
    """A caller at one server talks with an agent at the other, on hold and back; when that server is killed the other's talk and queue go on, its
    waiting caller is gone from the queue, and after its return its callers are served again."""
    server = stage.server

    over_there = await stage.caller(stage.there, "+886900000001")
    first = await server.fact(Connected)
    assert isinstance(first, Connected)
    assert (first.agent, first.interaction.split("-")[1]) == (stage.agent, "south")
    rung = (await stage.phone.see("INVITE"))[0]
    assert first.interaction in rung.detail
    await server.voice.talks.hold(first.interaction)
    await server.fact(Held)
    await server.voice.talks.resume(first.interaction)
    await server.voice.reattach(first.interaction)
    await stage.phone.see("ANSWERED", 2)
    assert not over_there.events("BYE")
    await server.voice.hang_up(first.interaction)
    await server.fact(Finished)
    await over_there.see("BYE")

    talker = await stage.caller(stage.here, "+886900000002")
    talk = await server.fact(Connected, 2)
    await stage.caller(stage.there, "+886900000003")
    ghost = await server.fact(Enqueued, 3)
    waiter = await stage.caller(stage.here, "+886900000004")
    await server.fact(Enqueued, 4)
    await stage.there.stop(kill=True)
    gone = await server.fact(Abandoned)
    assert isinstance(gone, Abandoned)
    assert isinstance(ghost, Enqueued)
    assert gone.interaction == ghost.interaction
    assert stage.phases() == [Phase.CONNECTED, Phase.WAITING]
    assert not server.voice.statuses()["south"].up
    assert server.voice.status().up

    await stage.there.start()
    await server.link_up()
    await stage.caller(stage.there, "+886900000005")
    back = await server.fact(Enqueued, 5)
    assert isinstance(talk, Connected)
    assert not talker.events("BYE")
    await server.voice.hang_up(talk.interaction)
    third = await server.fact(Connected, 3)
    assert isinstance(third, Connected)
    await server.voice.hang_up(third.interaction)
    await waiter.see("BYE")
    fourth = await server.fact(Connected, 4)
    assert isinstance(fourth, Connected)
    assert isinstance(back, Enqueued)
    assert fourth.interaction == back.interaction


async def test_a_talk_survives_the_server_of_the_agents_phone(stage: Stage) -> None:
    """When the server at which an agent's phone is dies, the caller, who came in at another, waits again at their old place."""
    server = stage.server
    caller = await stage.caller(stage.there, "+886900000001")
    talk = await server.fact(Connected)
    assert isinstance(talk, Connected)
    await stage.here.stop(kill=True)
    back = await server.fact(Requeued)
    assert isinstance(back, Requeued)
    assert back.interaction == InteractionId(talk.interaction)
    assert stage.phases() == [Phase.WAITING]
    assert not caller.events("BYE")
