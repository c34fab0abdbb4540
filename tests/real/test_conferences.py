"""Three at a talk, on a real Asterisk: who hears whom, and that two talk on whoever leaves first."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import update

from config.errors import Refused
from crm_core.tables import user_account
from routing.core.facts import (
    ConferenceOver,
    Conferring,
    Connected,
    Consulted,
    Finished,
    RecordingPaused,
    Requeued,
    Watched,
)  # fmt: skip
from routing.core.model import AgentId, By, Device
from routing.core.words import WatchMode
from tests.ports import free_port
from tests.real.listener import PITCHES, Ear, breathing, comes, ear, pitches_in, reaches, with_keys
from tests.real.sipp import agent_scenario, sipp
from tests.real.test_consults import OUTSIDE
from tests.real.test_recordings import settled, takes
from tests.real.test_talks import Talk, segments, talk
from tests.real.voice_lab import VoiceServer, voice_server

pytestmark = pytest.mark.real


SUE = AgentId("sue")
NAMES = ("caller", "1001", "1002", "outside")


@asynccontextmanager
async def with_ears(folder: Path, **given: int) -> AsyncIterator[tuple[Talk, dict[str, Ear]]]:
    """A talk of `caller` and `1001`, with `1002` and somebody outside at hand: each of them can be heard, and hears."""
    async with AsyncExitStack() as stack:
        ears = {name: await stack.enter_async_context(ear(free_port())) for name in NAMES[1:]}
        for each, pitch in zip(ears.values(), PITCHES[1:], strict=True):
            each.pitch = pitch
        await stack.enter_async_context(breathing(*ears.values()))
        answering = agent_scenario(answer_after_s=0.1, busy=False, hang_up_after_s=None)
        scenario = with_keys(answering, ears["outside"].port)
        outside = await stack.enter_async_context(sipp(folder, scenario, target=None))
        ports, out = {name: each.port for name, each in ears.items()}, f"127.0.0.1:{outside.port}"
        talking = talk(folder, ("1001", "1002"), ear_port=ports, trunk_out=out, **given)
        now = await stack.enter_async_context(talking)
        await stack.enter_async_context(breathing(now.hears))
        now.phones["outside"] = outside
        yield now, {"caller": now.hears, **ears}


async def heard(ears: dict[str, Ear]) -> dict[str, set[str]]:
    """Whom each of them hears while all speak, each with a tone of their own."""
    await asyncio.sleep(0.3)
    speaking = asyncio.gather(*(each.say(0.8) for each in ears.values()))
    await asyncio.sleep(0.3)
    since = time.time()
    await speaking
    until = time.time()
    of = {each.pitch: name for name, each in ears.items()}
    return {name: {of[hz] for hz in each.pitches(since, until)} for name, each in ears.items()}


async def come_to_hear(ears: dict[str, Ear], expected: dict[str, set[str]]) -> None:
    """Exactly those, and it stays so: a bridge follows what is told of it."""
    await comes(lambda: heard(ears), lambda found: found == expected)


def each_other(*names: str) -> dict[str, set[str]]:
    """These, and nobody else."""
    return {name: set(names) - {name} if name in names else set() for name in NAMES}


async def joins(now: Talk, count: int = 1) -> None:
    """1001 asks 1002, and takes them in."""
    await now.server.voice.consults.ask_colleague(now.work.id, now.agents["1002"])
    await takes_in(now, count)


async def takes_in(now: Talk, count: int) -> None:
    """Whom the agent has called, once they have answered."""
    await now.server.fact(Consulted, count)
    await now.server.voice.conferences.join(now.work.id)
    await now.server.fact(Conferring, count)


async def takes_in_outside(now: Talk, count: int = 1) -> None:
    await now.server.voice.consults.ask_outside(now.work.id, OUTSIDE)
    await takes_in(now, count)


async def never_recorded(now: Talk, extension: str) -> None:
    """An agent whose share of their own is none."""
    of = user_account.c.extension == extension
    await now.server.store.write(
        lambda conn: conn.execute(update(user_account).where(of).values(record_share=0))
    )
    await now.server.voice.directory.refresh()


async def hangs_up(now: Talk, extension: str) -> None:
    await now.lab.cli(f"channel request hangup {await now.name_of(f'PJSIP/{extension}-')}")


async def over(now: Talk | VoiceServer, count: int = 1) -> str:
    """Why the conference is over."""
    server = now.server if isinstance(now, Talk) else now
    fact = await server.fact(ConferenceOver, count)
    assert isinstance(fact, ConferenceOver)
    return fact.reason


async def refuses_all_else(now: Talk) -> None:
    """What goes of two alone."""
    name, talks, consults = now.work.id, now.server.voice.talks, now.server.voice.consults
    for refused in (
        talks.hold(name),
        now.transfer(to="1002"),
        now.server.voice.conferences.join(name),
        consults.hand_over(name, now.agents["1001"]),
        consults.ask_outside(name, OUTSIDE),
    ):
        with pytest.raises(Refused, match=r"call\.in_conference"):
            await refused


async def reloads_twice(now: Talk) -> None:
    """1002, in a conference with 1001; then 1001, in one with somebody outside."""
    await now.device("1001", Device.REACHABLE)
    await now.server.voice.consults.ask_colleague(now.work.id, now.agents["1001"])
    await takes_in(now, 4)
    await now.server.voice.reattach(now.work.id)
    assert await over(now, 4) == "agent_lost"
    await now.server.fact(Connected, 3)
    assert now.work.agent == now.agents["1001"]
    await takes_in_outside(now, 5)
    await now.server.voice.reattach(now.work.id)
    assert await over(now, 5) == "agent_lost"
    await now.phones["outside"].see("BYE")
    await now.phones["1001"].see("ANSWERED", 3)
    assert now.work.agent == now.agents["1001"]


async def test_all_three_hear_each_other_and_then_those_who_are_left(tmp_path: Path) -> None:
    """The third leaves, is let go, and then the agent leaves: it is the colleague's, who had been busy all the while. Whose page was reloaded leaves a colleague
    with the caller, but nobody alone with somebody outside."""
    async with with_ears(tmp_path) as (now, ears):
        name = now.work.id
        with pytest.raises(Refused, match=r"consult\.not_reached"):
            await now.server.voice.conferences.join(name)
        with pytest.raises(Refused, match=r"conference\.none"):
            await now.server.voice.conferences.release(name)
        await joins(now)
        await come_to_hear(ears, each_other("caller", "1001", "1002"))
        assert now.work.conference is not None
        assert (now.work.conference.whom, now.work.conference.colleague) == ("1002", now.agents["1002"])
        assert (now.work.held_at, now.work.consult) == (None, None)
        busy = now.server.floor.centre.agents[now.agents["1002"]]
        assert (busy.work, busy.beside) == ("talking", name)
        await refuses_all_else(now)
        await hangs_up(now, "1002")
        assert await over(now) == "left"
        await come_to_hear(ears, each_other("caller", "1001"))
        await now.device("1002", Device.REACHABLE)
        await joins(now, 2)
        await now.server.voice.conferences.release(name)
        assert await over(now, 2) == "released"
        await come_to_hear(ears, each_other("caller", "1001"))
        await now.device("1002", Device.REACHABLE)
        await joins(now, 3)
        await hangs_up(now, "1001")
        assert await over(now, 3) == "agent_left"
        taken = await now.server.fact(Connected, 2)
        assert isinstance(taken, Connected)
        assert (taken.agent, now.work.passed_by) == (now.agents["1002"], now.agents["1001"])
        await come_to_hear(ears, each_other("caller", "1002"))
        await now.hold()
        await now.resume()
        await reloads_twice(now)
        await come_to_hear(ears, each_other("caller", "1001"))
        await hangs_up(now, "1001")
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert (finished.agent, finished.by) == (now.agents["1001"], By.AGENT)
        await now.nobody_is_left()
        stays = [(kind, outcome) for kind, _, outcome in await segments(now, name)]
        assert [one for one in stays if one[0] == "conference"] == [
            ("conference", reason)
            for reason in ("left", "released", "agent_left", "agent_lost", "agent_lost")
        ]


async def test_a_server_that_dies_meanwhile_finds_the_three(tmp_path: Path) -> None:
    """They talk on; the next server knows with whom and since when, and the agent leaves the caller with somebody outside."""
    port = free_port()
    async with (
        with_ears(tmp_path) as (now, ears),
        ear(port),
        now.lab.phone("1090", answer_after_s=0.1, ear_port=port),
    ):
        await takes_in_outside(now)
        began = await now.server.fact(Conferring)
        await now.server.voice.watches.watch(now.work.id, SUE, "1090", WatchMode.BARGE)
        await now.server.fact(Watched)
        await now.crash()
        await come_to_hear(ears, each_other("caller", "1001", "outside"))
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as second:
            await second.link_up()
            await second.floor.settle()
            (work,) = second.floor.centre.interactions.values()
            assert work.conference == (OUTSIDE, began.at, None)
            assert [(one.who, one.mode) for one in work.watchers] == [(SUE, WatchMode.BARGE)]
            with pytest.raises(Refused, match=r"call\.in_conference"):
                await second.voice.talks.hold(work.id)
            await second.voice.conferences.step_out(work.id)
            assert await over(second) == "agent_left"
            finished = await second.fact(Finished)
            assert isinstance(finished, Finished)
            assert finished.by is By.AGENT
            await come_to_hear(ears, each_other("caller", "outside"))
            await now.lab.cli(f"channel request hangup {await now.name_of('PJSIP/trunk-0')}")
            await now.nobody_is_left()
        await now.phones["outside"].see("BYE")


async def test_an_agents_phone_that_is_lost_leaves_nobody_alone(tmp_path: Path) -> None:
    """A colleague has the caller then, recorded or not as that colleague is, whoever was paused; from somebody outside they come back to the queue, at their
    age."""
    async with with_ears(tmp_path, record_share=100) as (now, ears):
        age = now.work.enqueued_at
        await never_recorded(now, "1002")
        await joins(now)
        await now.server.voice.pauses.pause(now.work.id)
        await now.server.fact(RecordingPaused)
        ears["1001"].hush()
        assert await over(now) == "agent_lost"
        taken = await now.server.fact(Connected, 2)
        assert isinstance(taken, Connected)
        assert (taken.agent, taken.recorded) == (now.agents["1002"], False)
        assert now.work.recording_pause is None
        await come_to_hear(ears, each_other("caller", "1002"))
        assert len(takes(now)) == 1
        await takes_in_outside(now, 2)
        ears["1002"].hush()
        assert await over(now, 2) == "agent_lost"
        back = await now.server.fact(Requeued, 2)
        assert isinstance(back, Requeued)
        assert (back.reason, back.agent) == ("phone_lost", now.agents["1002"])
        await now.phones["outside"].see("BYE")
        await now.server.fact(Connected, 3)
        assert now.work.enqueued_at == age
        assert not now.caller.events("BYE")


async def test_a_customer_who_leaves_ends_it_for_all(tmp_path: Path) -> None:
    """The agent and their colleague are free, and a supervisor who had barged in; all of it is in one recording, the third on the agent's side."""
    port = free_port()
    async with (
        with_ears(tmp_path, record_share=100) as (now, ears),
        ear(port) as hers,
        breathing(hers),
        now.lab.phone("1090", answer_after_s=0.1, ear_port=port) as phone,
    ):
        name = now.work.id
        hers.pitch = ears["outside"].pitch
        await now.server.voice.watches.watch(name, SUE, "1090", WatchMode.BARGE)
        await now.server.fact(Watched)
        await joins(now)
        await come_to_hear(ears, each_other("caller", "1001", "1002"))
        await reaches(hers, *(ears[each] for each in NAMES[:3]))
        await hangs_up(now, "trunk")
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert (finished.agent, finished.by) == (now.agents["1001"], By.CUSTOMER)
        assert await over(now) == "ended"
        await now.nobody_is_left()
        for agent in now.agents.values():
            state = now.server.floor.centre.agents[agent]
            assert (state.work, state.beside) == ("idle", None)
        await phone.see("BYE")
        await settled(now)
        ((customer, agent),) = takes(now)
        assert pitches_in(customer.read_bytes()) == {ears["caller"].pitch}
        assert pitches_in(agent.read_bytes()) == {ears[each].pitch for each in ("1001", "1002", "outside")}
        assert abs(customer.stat().st_size - agent.stat().st_size) < 800
