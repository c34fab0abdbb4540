"""Asking somebody while a caller is on hold, on a real Asterisk: who hears whom, and who talks with the caller in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.errors import Refused
from cti.ami import actions
from cti.calls import channel_of
from routing.core.facts import (
    TRANSFERRED,
    Connected,
    Consulted,
    Consulting,
    ConsultOver,
    Finished,
    Held,
    Requeued,
    Resumed,
)
from routing.core.model import By, Device, Phase
from tests.real.sipp import Sipp, agent_scenario, sipp
from tests.real.test_talks import Talk, segments, talk
from tests.real.voice_lab import voice_server

pytestmark = pytest.mark.real
OUTSIDE = "0223456789"


@asynccontextmanager
async def with_somebody_outside(
    folder: Path, *, busy: bool = False, hang_up_after_s: float | None = None
) -> AsyncIterator[tuple[Talk, Sipp]]:
    """A talk, and a telephone behind the provider."""
    scenario = agent_scenario(answer_after_s=0.3, busy=busy, hang_up_after_s=hang_up_after_s)
    async with (
        sipp(folder, scenario, target=None) as outside,
        talk(folder, trunk_out=f"127.0.0.1:{outside.port}") as now,
    ):
        yield now, outside


async def asks(now: Talk, extension: str = "1002") -> None:
    await now.server.voice.consults.ask_colleague(now.work.id, now.agents[extension])
    await now.server.fact(Consulted)


async def test_a_colleague_is_asked_and_the_caller_comes_back(tmp_path: Path) -> None:
    """The caller hears music while both talk; then the colleague is let go and the caller hears the agent again."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        name = now.work.id
        await asks(now)
        assert now.work.consult is not None
        assert now.work.consult.whom == "1002"
        assert isinstance(await now.server.fact(Held), Held)
        await now.device("1002", Device.IN_USE)
        await now.quiet()
        tone, other = await now.tone_s(2.0)
        assert (tone, other > 0.2) == (0.0, True), "music, and nothing of the two"
        with pytest.raises(Refused, match=r"agent\.busy"):
            await now.server.voice.consults.ask_colleague(name, now.agents["1002"])
        await now.resume()
        await now.server.fact(Resumed)
        await now.device("1002", Device.REACHABLE)
        await now.quiet()
        await now.is_heard()
        assert now.work.consult is None
        await now.server.voice.hang_up(name)
        await now.server.fact(Finished)
        await now.nobody_is_left()
        stays = [(kind, outcome) for kind, agent, outcome in await segments(now, name) if agent]
        assert stays[0] == ("agent", "handled")
        assert set(stays[1:]) == {("hold", "resumed"), ("consult", "ended")}


async def test_a_caller_whose_agent_steps_out_as_they_are_brought_back_is_brought_back_again(
    tmp_path: Path,
) -> None:
    """Ending a consultation leads the agent's leg out of it and the caller to the leg; the leg may obey from within the caller's bridge, which it leaves
    then, and nobody has hung up."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        await asks(now)
        name = now.work.id
        led = now.server.voice.switches.of(name).talks
        leg = led.call_of(name).leg
        await led.must(name, actions.together(channel_of(name)))
        await now.server.fact(Resumed)
        await now.quiet()
        await led.must(name, actions.stop_consulting(leg))
        await now.quiet()
        await now.is_heard()
        assert now.work.phase is Phase.CONNECTED
        await now.server.voice.hang_up(name)
        assert await now.server.fact(Finished)
        await now.nobody_is_left()


async def test_the_caller_is_handed_over_to_a_colleague(tmp_path: Path) -> None:
    """Without anybody being rung again: theirs with the same age, and the first agent is free; hold works for them as for the first."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        name, age = now.work.id, now.work.enqueued_at
        await asks(now)
        await now.server.voice.consults.hand_over(name, now.agents["1001"])
        second = await now.server.fact(Connected, 2)
        assert isinstance(second, Connected)
        assert (second.agent, now.work.enqueued_at) == (now.agents["1002"], age)
        assert now.work.passed_by == now.agents["1001"]
        await now.device("1001", Device.REACHABLE)
        await now.quiet()
        await now.is_heard()  # the colleague is heard
        assert len(now.phones["1002"].events("INVITE")) == 1
        await now.hold()
        await now.server.fact(Held, 2)
        await now.resume()
        await now.server.fact(Resumed)
        await now.quiet()
        await now.is_heard()
        call = now.server.voice.switches.first.calls.get(name)
        assert call is not None
        await now.lab.cli(f"channel request hangup {call.leg}")
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert (finished.agent, finished.by) == (now.agents["1002"], By.AGENT)
        await now.nobody_is_left()


async def test_whoever_took_over_may_ask_somebody_too(tmp_path: Path) -> None:
    """And comes back to the caller, as the first agent would."""
    async with talk(tmp_path, ("1001", "1002", "1003")) as now:
        await asks(now)
        await now.server.voice.consults.hand_over(now.work.id, now.agents["1001"])
        await now.server.fact(Connected, 2)
        await now.device("1001", Device.REACHABLE)
        await now.server.voice.consults.ask_colleague(now.work.id, now.agents["1003"])
        await now.server.fact(Consulted, 2)
        await now.quiet()
        await now.lab.cli(f"channel request hangup {await now.name_of('PJSIP/1003-')}")
        await now.server.fact(ConsultOver)
        await now.resume()
        await now.server.fact(Resumed)
        await now.quiet()
        await now.is_heard()  # the second agent
        assert now.work.agent == now.agents["1002"]
        assert [fact.reason for fact in now.server.facts if isinstance(fact, Requeued)] == [TRANSFERRED]


async def test_a_leg_whose_caller_is_with_another_is_ended(tmp_path: Path) -> None:
    """Should the dialplan not have ended it: the telephone would be engaged for ever."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        name = channel_of(now.work.id)
        await asks(now)
        await now.quiet()
        await now.lab.cli(f"dialplan set chanvar {await now.name_of(name)} TL_LEG somebody-else")
        await now.server.fact(Requeued)
        assert now.server.floor.centre.agents[now.agents["1001"]].device is Device.IN_USE
        now.server.voice.switches.first.sweep_wanted.set()
        await now.server.fact(Connected, 2)  # by one of the two, whose telephones were engaged
        assert not now.caller.events("BYE")


async def test_a_colleague_who_does_not_answer_leaves_the_caller_on_hold(tmp_path: Path) -> None:
    """The agent may ask somebody else, or go back; whoever was not reached cannot be handed over to."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        await now.phones["1002"].stop()
        await now.server.voice.consults.ask_colleague(now.work.id, now.agents["1002"])
        with pytest.raises(Refused, match=r"consult\.not_reached"):
            await now.server.voice.consults.hand_over(now.work.id, now.agents["1001"])
        over = await now.server.fact(ConsultOver, within_s=40)
        assert isinstance(over, ConsultOver)
        assert over.reason == "no_answer"
        assert (now.work.held_at is not None, now.work.consult) == (True, None)
        await now.resume()
        await now.server.fact(Resumed)
        await now.quiet()
        await now.is_heard()


async def test_somebody_outside_takes_the_caller_over(tmp_path: Path) -> None:
    """The agent's part is over, the two talk on, also when the server dies, and nobody here is rung for them again."""
    async with with_somebody_outside(tmp_path) as (now, outside):
        name = now.work.id
        await now.server.voice.consults.ask_outside(name, "02-2345 6789")
        await now.server.fact(Consulted)
        assert outside.events("INVITE")[0].detail == "||", "nothing of ours leaves the house"
        await now.server.voice.consults.hand_over(name, now.agents["1001"])
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is By.AGENT
        await now.device("1001", Device.REACHABLE)
        await now.crash()
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as second:
            await second.link_up()
            await asyncio.sleep(1.0)
            assert not second.floor.centre.interactions
            assert await now.channels() == 2
            assert not now.caller.events("BYE")
            await outside.stop()


async def test_a_number_that_is_not_allowed_is_not_called(tmp_path: Path) -> None:
    """Nothing changes: both talk on."""
    async with talk(tmp_path) as now:
        for number in ("0204123456", "0081312345678", "+886223456789", "x", ""):
            with pytest.raises(Refused, match=r"number\.not_allowed"):
                await now.server.voice.consults.ask_outside(now.work.id, number)
        assert now.work.held_at is None
        await now.is_heard()


async def test_whoever_is_asked_hangs_up_or_is_busy(tmp_path: Path) -> None:
    """The caller stays on hold."""
    async with with_somebody_outside(tmp_path, hang_up_after_s=0.5) as (now, _):
        await now.server.voice.consults.ask_outside(now.work.id, OUTSIDE)
        over = await now.server.fact(ConsultOver)
        assert isinstance(over, ConsultOver)
        assert over.reason == "ended"
        assert now.work.held_at is not None


async def test_an_agent_whose_phone_ends_while_they_ask_has_not_hung_up_on_the_caller(tmp_path: Path) -> None:
    """The caller waits again, at their age."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        age = now.work.enqueued_at
        await asks(now)
        call = now.server.voice.switches.first.calls.get(now.work.id)
        assert call is not None
        await now.lab.cli(f"channel request hangup {call.leg}")
        back = await now.server.fact(Requeued, within_s=10)
        assert isinstance(back, Requeued)
        assert now.work.enqueued_at == age
        assert not now.caller.events("BYE")
        again = await now.server.fact(Connected, 2, within_s=10)
        assert isinstance(again, Connected)
        assert now.work.phase is Phase.CONNECTED


async def test_a_server_that_dies_meanwhile_finds_all_three_as_they_were(tmp_path: Path) -> None:
    """And hands over."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        await asks(now)
        began = await now.server.fact(Consulting)
        await now.crash()
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as second:
            await second.link_up()
            await second.floor.settle()
            (work,) = second.floor.centre.interactions.values()
            assert work.consult is not None
            assert (work.phase, work.consult.since) == (Phase.CONNECTED, began.at)
            await second.voice.consults.hand_over(work.id, now.agents["1001"])
            taken = await second.fact(Connected)
            assert isinstance(taken, Connected)
            assert taken.agent == now.agents["1002"]
            await now.quiet()
            await now.is_heard()
