"""A supervisor at an agent's talk, on a real Asterisk: who hears whom, and what becomes of it when somebody or something goes away."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.errors import Refused
from routing.core.facts import Connected, Finished, Held, Requeued, Resumed, Watched, WatchOver
from routing.core.model import AgentId, Device
from routing.core.words import WatchMode
from tests.ports import free_port
from tests.real.listener import PITCHES, Ear, breathing, comes, ear, reaches
from tests.real.sipp import Sipp
from tests.real.test_consults import asks
from tests.real.test_talks import Talk, talk
from tests.real.voice_lab import voice_server

pytestmark = pytest.mark.real
LISTEN, WHISPER, BARGE = WatchMode
SUE = AgentId("sue")


@asynccontextmanager
async def with_supervisor(now: Talk) -> AsyncIterator[tuple[Sipp, Ear]]:
    """Her telephone at 1090, and what she hears."""
    port = free_port()
    async with ear(port) as hears, now.lab.phone("1090", answer_after_s=0.2, ear_port=port) as phone:
        yield phone, hears


async def watches(now: Talk, mode: WatchMode, count: int = 1) -> Watched:
    await now.server.voice.watches.watch(now.work.id, SUE, "1090", mode)
    fact = await now.server.fact(Watched, count)
    assert isinstance(fact, Watched)
    assert fact.mode is mode
    await now.quiet()
    return fact


async def is_loud(ears: Ear) -> None:
    """Wait until somebody is heard for most of two seconds in a row."""

    async def loud_s() -> float:
        since = time.time()
        await asyncio.sleep(1)
        return ears.loud_s(since, time.time())

    await comes(loud_s, lambda heard: heard > 0.8)


async def test_a_supervisor_hears_both_and_nobody_hears_them(tmp_path: Path) -> None:
    """The agent's tone arrives, and the customer's voice; what the supervisor says goes nowhere, until the agent's part is over."""
    async with talk(tmp_path) as now, with_supervisor(now) as (phone, hears), breathing(hears):
        await watches(now, LISTEN)
        await is_loud(hears)  # the agent
        assert [one.who for one in now.work.watchers] == [SUE]
        hears.pitch = PITCHES[2]
        hears.speak_for(60)
        await now.is_heard()  # the agent goes on
        assert (await now.tone_s())[1] < 0.01, "nothing of her, while she speaks"
        await now.server.voice.hang_up(now.work.id)
        await now.server.fact(Finished)
        await now.nobody_is_left()
        await phone.see("BYE")


async def test_a_supervisor_speaks_to_the_agent_alone_and_then_to_both(tmp_path: Path) -> None:
    """Without their phone being called again; and leaves, while both talk on."""
    port = free_port()
    async with (
        ear(port) as agent,
        talk(tmp_path, ear_port=port) as now,
        with_supervisor(now) as (phone, hears),
        breathing(now.hears, agent, hears),
    ):
        await now.hold()
        await now.hears.speaks()  # music; somebody who heard nothing yet knows of nobody to speak to
        await now.resume()
        await now.server.fact(Resumed)
        await watches(now, WHISPER)
        await reaches(now.hears, hears)
        await now.quiet()
        since = time.time()
        await reaches(hears, agent)
        await now.quiet()
        assert now.hears.loud_s(since, time.time()) < 0.01, "the agent alone"
        await watches(now, BARGE, 2)
        await reaches(hears, agent, now.hears)
        await watches(now, LISTEN, 3)
        since = time.time()
        await hears.say(0.5)
        await now.quiet()
        assert max(one.loud_s(since, time.time()) for one in (agent, now.hears)) < 0.01
        assert len(phone.events("INVITE")) == 1
        now.server.voice.watches.leave(SUE)
        await now.server.fact(WatchOver)
        assert not now.work.watchers
        await reaches(now.hears, agent)  # both talk on
        assert await now.channels() == 2


async def test_a_server_that_dies_finds_the_supervisor_where_they_were(tmp_path: Path) -> None:
    """And tells when they have left meanwhile."""
    async with talk(tmp_path) as now, with_supervisor(now) as (phone, hears):
        await watches(now, LISTEN)
        await now.crash()
        url = f"sqlite:///{tmp_path / 'trunkline.db'}"
        async with voice_server(now.lab, url) as second:
            await second.link_up()
            await second.floor.settle()
            (work,) = second.floor.centre.interactions.values()
            assert [(one.who, one.mode) for one in work.watchers] == [(SUE, LISTEN)]
            await is_loud(hears)
            await second.voice.watches.watch(work.id, SUE, "1090", BARGE)
            await second.fact(Watched)
            assert len(phone.events("INVITE")) == 1
        await now.lab.cli(f"channel request hangup {await now.name_of('PJSIP/1090-')}")
        async with voice_server(now.lab, url) as third:
            await third.link_up()
            await third.floor.settle()
            (work,) = third.floor.centre.interactions.values()
            assert not work.watchers


async def test_a_supervisor_goes_from_talk_to_talk(tmp_path: Path) -> None:
    """With the telephone at their ear. What they were at before is told to be over."""
    async with talk(tmp_path, ("1001", "1002")) as now, with_supervisor(now) as (phone, hears):
        first = now.work.id
        await watches(now, LISTEN)
        async with now.another_caller() as second:
            await now.server.fact(Connected, 2)
            await now.server.voice.watches.watch(second(), SUE, "1090", LISTEN)
            over = await now.server.fact(WatchOver)
            assert isinstance(over, WatchOver)
            there = await now.server.fact(Watched, 2)
            assert isinstance(there, Watched)
            assert (over.interaction, there.interaction) == (first, second())
            await now.quiet()
            await is_loud(hears)
            assert len(phone.events("INVITE")) == 1


async def test_the_talk_may_go_elsewhere(tmp_path: Path) -> None:
    """On hold nobody speaks, and the supervisor stays; when the agent is rid of the caller, the supervisor is at no talk any more."""
    async with talk(tmp_path, ("1001", "1002")) as now, with_supervisor(now) as (phone, _):
        await watches(now, LISTEN)
        await now.hold()
        await now.quiet()
        assert not phone.events("BYE")
        await now.resume()
        await now.quiet()
        await now.transfer(to="1002")
        await now.server.fact(Requeued)
        await now.server.fact(Connected, 2)
        assert not now.work.watchers
        async with asyncio.timeout(5):
            while not phone.events("BYE"):
                await asyncio.sleep(0.05)


async def test_a_phone_that_does_not_answer_is_called_again(tmp_path: Path) -> None:
    """Nobody is at the talk then, and it goes on; refused is what is no talk, and one's own."""
    async with talk(tmp_path) as now:
        with pytest.raises(Refused, match=r"watch\.own_call"):
            await now.server.voice.watches.watch(now.work.id, now.agents["1001"], "1001", LISTEN)
        async with now.lab.phone("1090", busy=True) as phone:
            for count in (1, 2):
                await now.server.voice.watches.watch(now.work.id, SUE, "1090", LISTEN)
                await phone.see("BUSY", count)
                async with asyncio.timeout(5):
                    while SUE in now.server.voice.switches.first.watches._watches:
                        await asyncio.sleep(0.05)
        assert not now.work.watchers
        await now.is_heard()
        name = now.work.id
        await now.server.voice.hang_up(name)
        await now.server.fact(Finished)
        with pytest.raises(Refused, match=r"call\.not_connected"):
            await now.server.voice.watches.watch(name, SUE, "1090", LISTEN)


@pytest.mark.parametrize("meanwhile", ["talking", "on hold", "asking"])
async def test_a_supervisor_takes_the_caller_over(tmp_path: Path, meanwhile: str) -> None:
    """The agent is free, and whom they asked; both talk on, also when the server dies, until one of them hangs up, and nobody leads the supervisor away from it."""
    async with (
        talk(tmp_path, ("1001", "1002")) as now,
        with_supervisor(now) as (phone, hears),
        breathing(now.hears, hears),
    ):
        name = now.work.id
        with pytest.raises(Refused, match=r"watch\.not_there"):
            await now.server.voice.watches.take_over(name, SUE)
        await watches(now, BARGE)
        if meanwhile == "on hold":
            await now.hold()
            await now.server.fact(Held)
        elif meanwhile == "asking":
            await asks(now)
            await now.device("1002", Device.IN_USE)
        await now.server.voice.watches.take_over(name, SUE)
        await now.server.fact(Finished)
        await now.device("1001", Device.REACHABLE)
        await now.device("1002", Device.REACHABLE)
        await now.quiet()
        await reaches(hears, now.hears)
        await reaches(now.hears, hears)
        await now.crash()
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as second:
            await second.link_up()
            await second.floor.settle()
            second.voice.watches.leave(SUE)
            await asyncio.sleep(1.0)
            assert not second.floor.centre.interactions
            assert await now.channels() == 2
            await now.lab.cli(f"channel request hangup {await now.name_of('PJSIP/1090-')}")
            await now.nobody_is_left()
            await now.caller.see("BYE")
        assert len(phone.events("INVITE")) == 1
