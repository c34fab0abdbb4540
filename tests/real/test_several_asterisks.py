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
    rung = (await stage.phone.see("INVITE"))[0]
    assert talk.interaction in rung.detail
    await server.voice.talks.hold(talk.interaction)
    await server.fact(Held)
    await server.voice.talks.resume(talk.interaction)
    await server.voice.reattach(talk.interaction)
    await stage.phone.see("ANSWERED", 2)
    assert not caller.events("BYE")
    await server.voice.hang_up(talk.interaction)
    await server.fact(Finished)
    await caller.see("BYE")


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
