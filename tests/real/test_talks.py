"""Hold and transfer on a real Asterisk: who hears whom, and what becomes of the caller when somebody or something goes away meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.errors import Refused
from crm_core import interactions, queues
from crm_core.store import Connection
from cti.calls import channel_of
from cti.talking import talks
from routing.core.events import StatusChosen, Transferred
from routing.core.facts import (
    TRANSFERRED,
    Abandoned,
    Connected,
    Finished,
    Held,
    LedOn,
    Offered,
    Requeued,
    Resumed,
    WrappedUp,
)
from routing.core.model import AgentId, By, Device, InteractionId, Phase, QueueId, Status
from routing.core.presence import Work
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.listener import Ear, comes, ear, with_keys
from tests.real.sipp import Sipp, caller_scenario, sipp
from tests.real.voice_lab import VoiceServer, agent_of, prepare, recorded, voice_server, write_now

pytestmark = pytest.mark.real


@dataclass
class Talk:
    """A caller who talks with the agent at 1001, whose telephone sends a tone; `hears` is the caller's ear."""

    lab: AsteriskLab
    server: VoiceServer
    running: AsyncExitStack
    agents: dict[str, AgentId]
    phones: dict[str, Sipp]
    caller: Sipp
    hears: Ear

    @property
    def work(self) -> Work:
        (work,) = self.server.floor.centre.interactions.values()
        return work

    async def quiet(self) -> None:
        """Nothing that happened now is heard before this ends."""
        await asyncio.sleep(0.3)

    async def tone_s(self, seconds: float = 1.0) -> tuple[float, float]:
        """For how long of the next seconds the caller hears the agent's tone, and anything else that is loud."""
        since = time.time()
        await asyncio.sleep(seconds)
        packets = [payload for at, payload in self.hears.heard if at >= since]
        tone = sum(len(one) for one in packets if set(one) <= {0x20, 0xA0}) / 8000
        return tone, self.hears.loud_s(since, time.time()) - tone

    async def is_heard(self) -> None:
        """Wait until the caller hears the agent's tone for most of two seconds in a row: a phone that was rung a moment ago begins when the machine has time."""
        await comes(self.tone_s, lambda heard: heard[0] > 0.8)

    async def hold(self) -> None:
        await self.server.voice.talks.hold(self.work.id)

    async def resume(self) -> None:
        await self.server.voice.talks.resume(self.work.id)

    async def transfer(
        self, *, queue: str | None = None, to: str | None = None, wait_s: float = 10.0
    ) -> bool:
        work = self.work
        assert work.agent is not None
        event = Transferred(
            interaction=work.id,
            agent=work.agent,
            queue=QueueId(queue or work.queue),
            to=None if to is None else self.agents[to],
            wait_s=wait_s,
            at=SystemClock().now(),
        )
        return await self.server.voice.talks.transfer(event)

    @asynccontextmanager
    async def another_caller(self) -> AsyncIterator[Callable[[], InteractionId]]:
        """Somebody else calls; which call it is."""
        first = self.work.id
        scenario = caller_scenario(
            to="100", number="+886912345679", name="", hang_up_after_s=None, cancel_after_s=None, speak=None
        )
        async with sipp(self.lab.folder, scenario, target=("127.0.0.1", self.lab.layout.sip_port)):
            yield lambda: next(one for one in self.server.floor.centre.interactions if one != first)

    async def crash(self) -> None:
        """The server is gone, as suddenly as by a kill."""
        await self.running.aclose()

    async def device(self, extension: str, device: Device) -> None:
        await self.server.device(self.agents[extension], device)

    async def channels(self) -> int:
        lines = (await self.lab.cli("core show channels concise")).splitlines()
        return sum(line.startswith("PJSIP/") for line in lines)

    async def name_of(self, told: str) -> str:
        """The name of the channel whose name begins so, or whose unique id it is."""
        lines = (await self.lab.cli("core show channels concise")).splitlines()
        return next(
            fields[0]
            for fields in (line.split("!") for line in lines)
            if fields[0].startswith(told) or fields[-1] == told
        )

    async def nobody_is_left(self) -> None:
        async with asyncio.timeout(8):
            while await self.channels():
                await asyncio.sleep(0.1)


@asynccontextmanager
async def talk(
    folder: Path,
    extensions: tuple[str, ...] = ("1001",),
    *,
    ear_port: int | Mapping[str, int] | None = None,
    record_share: int = 0,
    speaks: Path | None = None,
    **layout: object,
) -> AsyncIterator[Talk]:
    """Somebody calls and 1001 answers; the others are ready from then on. Who `speaks` (raw u-law) hears nothing. `ear_port`: of all telephones, or each."""
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(asterisk_lab(folder, **layout))
        url = prepare(folder, extensions=extensions, record_share=record_share)
        write_now(url, _sales)
        phones = {
            extension: await stack.enter_async_context(
                lab.phone(
                    extension,
                    answer_after_s=0.2,
                    speak=ear_port is None,
                    rtp_timeout_s=30 if isinstance(ear_port, int) else 3,
                    ear_port=ear_port[extension] if isinstance(ear_port, Mapping) else ear_port,
                )
            )
            for extension in extensions
        }
        running = await stack.enter_async_context(AsyncExitStack())
        server = await running.enter_async_context(voice_server(lab, url))
        await server.link_up()
        agents = {extension: await agent_of(server.store, extension) for extension in extensions}
        port = free_port()
        hears = await stack.enter_async_context(ear(port))
        scenario = caller_scenario(
            to="100", number="+886912345678", name="", hang_up_after_s=None, cancel_after_s=None, speak=speaks
        )
        target = ("127.0.0.1", lab.layout.sip_port)
        server.ready(agents["1001"])
        await server.floor.settle()
        caller = await stack.enter_async_context(
            sipp(folder, scenario if speaks else with_keys(scenario, port), target=target)
        )
        await server.fact(Connected)
        for extension in extensions[1:]:
            server.ready(agents[extension])
        await server.floor.settle()
        yield Talk(lab, server, running, agents, phones, caller, hears)


def _sales(conn: Connection) -> None:
    queues.add_queue(conn, name="Sales", language="en", ring_s=5.0, wrap_up_s=0)


async def queue_named(talk: Talk, name: str) -> str:
    rows = await talk.server.store.read(queues.list_queues)
    return next(one.id for one in rows if one.name == name)


async def segments(talk: Talk, interaction: InteractionId) -> list[tuple[str, str | None, str | None]]:
    """Kind, agent, outcome of each stay, in order."""
    rows = await talk.server.store.read(lambda conn: interactions.segments(conn, interaction))
    return [(one.kind, one.agent_id, one.outcome) for one in rows]


async def test_a_caller_is_on_hold_again_in_the_moment_they_are_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leg that is led elsewhere while a bridge takes it would be lost, after a dozen turns at most where nothing waits for the bridge."""
    monkeypatch.setattr(talks, "_HEARD_S", 0.0)
    monkeypatch.setattr(talks, "_HEARD_TRIES", 1_000_000)
    monkeypatch.setattr(talks, "_ENTERED_TRIES", 1_000_000)
    async with talk(tmp_path) as now:
        await now.hold()
        for turn in range(1, 61):
            await now.resume()
            await now.hold()
            await now.server.fact(Held, turn + 1)
            assert await now.channels() == 2
        await now.resume()
        await now.is_heard()


async def test_on_hold_the_caller_hears_music_and_then_the_agent_again(tmp_path: Path) -> None:
    """Twice; each stay is in the ledger and ends, and a second word for the same changes nothing."""
    async with talk(tmp_path) as now:
        name = now.work.id
        await now.is_heard()  # both talk
        for turn in (1, 2):
            await now.hold()
            await now.server.fact(Held, turn)
            assert now.work.held_at is not None
            await now.hold()
            await now.quiet()
            tone, other = await now.tone_s(2.0)
            assert (tone, other > 0.2) == (0.0, True), "music, and nothing of the agent"
            await now.resume()
            await now.server.fact(Resumed, turn)
            await now.resume()
            await now.quiet()
            await now.is_heard()  # and the agent again
        assert now.work.held_at is None
        await now.server.voice.hang_up(name)
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is By.AGENT
        await now.nobody_is_left()
        me = now.agents["1001"]
        assert await segments(now, name) == [
            ("queue", None, "answered"),
            ("agent", me, "handled"),
            ("hold", me, "resumed"),
            ("hold", me, "resumed"),
        ]


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_a_hang_up_during_hold_ends_the_call(tmp_path: Path, who: str) -> None:
    """For both sides, within seconds, and whose it was is in the ledger."""
    async with talk(tmp_path) as now:
        await now.hold()
        await now.server.fact(Held)
        if who == "caller":
            await now.caller.stop()  # SIPp that is killed says nothing: end it as the network does
            await now.lab.cli(f"channel request hangup {channel_of(now.work.id)}")
        else:
            call = now.server.voice.switches.first.calls.get(now.work.id)
            assert call is not None
            await now.lab.cli(f"channel request hangup {call.leg}")
        finished = await now.server.fact(Finished)
        assert isinstance(finished, Finished)
        assert finished.by is (By.CUSTOMER if who == "caller" else By.AGENT)
        await now.nobody_is_left()
        assert (await segments(now, finished.interaction))[-1][2] == "ended"


async def test_a_phone_that_dies_during_hold_costs_the_caller_nothing_but_time(tmp_path: Path) -> None:
    """They wait again, at their age."""
    async with talk(tmp_path) as now:
        age = now.work.enqueued_at
        await now.hold()
        await now.server.fact(Held)
        await now.phones["1001"].stop()
        back = await now.server.fact(Requeued, within_s=15)
        assert isinstance(back, Requeued)
        assert back.reason == "phone_lost"
        assert now.work.phase in {Phase.WAITING, Phase.OFFERED}
        assert (now.work.enqueued_at, now.work.held_at) == (age, None)
        assert not now.caller.events("BYE")


async def test_the_key_on_a_telephone_brings_the_caller_back(tmp_path: Path) -> None:
    """Without any server, too: the dialplan does it. A tone reminds whoever has keys alone, and the key counts in the tone as well."""
    port = free_port()
    async with ear(port) as agents_ear, talk(tmp_path, ear_port=port, hold_recall_s=2) as now:
        await now.hold()
        held = await now.server.fact(Held)
        await now.crash()
        await asyncio.sleep(4.0)
        assert 0.1 < agents_ear.loud_s(held.at + 1.0, time.time()) < 2.0, "a tone, and not a noise"
        async with asyncio.timeout(10):
            while not agents_ear.loud_s(time.time() - 0.06, time.time()):
                await asyncio.sleep(0.01)
        await agents_ear.press("#")
        async with asyncio.timeout(5):
            while "Bridge" not in await now.lab.cli("core show channels concise"):
                await asyncio.sleep(0.1)


async def test_a_server_that_dies_during_hold_finds_both_as_they_were(tmp_path: Path) -> None:
    """The caller hears music on; the next server knows that they are on hold, and brings them back."""
    async with talk(tmp_path) as now:
        await now.hold()
        held = await now.server.fact(Held)
        await now.crash()
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as second:
            await second.link_up()
            await second.floor.settle()
            (work,) = second.floor.centre.interactions.values()
            assert (work.phase, work.held_at) == (Phase.CONNECTED, held.at)
            await second.voice.talks.resume(work.id)
            await second.fact(Resumed)
            await now.quiet()
            await now.is_heard()


async def test_a_browser_that_comes_back_during_hold_ends_it(tmp_path: Path) -> None:
    """The agent's phone rings again and both talk; the old leg is gone."""
    async with talk(tmp_path) as now:
        await now.hold()
        await now.server.fact(Held)
        await now.server.voice.reattach(now.work.id)
        await now.server.fact(Resumed)
        await now.phones["1001"].see("ANSWERED", 2)
        await now.quiet()
        assert now.work.held_at is None
        await now.is_heard()
        async with asyncio.timeout(5):
            while await now.channels() != 2:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("held", [False, True])
async def test_a_colleague_takes_over(tmp_path: Path, held: bool) -> None:
    """From the talk or from hold: at the same age, and the first agent's phone is free at once."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        name, age = now.work.id, now.work.enqueued_at
        if held:
            await now.hold()
            await now.server.fact(Held)
        assert await now.transfer(to="1002")
        second = await now.server.fact(Connected, 2)
        assert isinstance(second, Connected)
        assert (second.agent, now.work.enqueued_at) == (now.agents["1002"], age)
        assert now.work.passed_by == now.agents["1001"]
        await now.device("1001", Device.REACHABLE)
        await now.quiet()
        await now.is_heard()  # the colleague is heard
        assert not now.caller.events("BYE")
        await now.server.voice.hang_up(name)
        await now.server.fact(Finished)
        await now.nobody_is_left()
        stays = [(kind, outcome) for kind, agent, outcome in await segments(now, name) if agent]
        expected = [("agent", "transferred"), ("agent", "handled")]
        assert [one for one in stays if one[0] == "agent"] == expected


async def test_to_another_queue_and_back_to_whoever_is_there(tmp_path: Path) -> None:
    """The other queue's agents are offered it; its name is in the ledger."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        sales = await queue_named(now, "Sales")
        assert await now.transfer(queue=sales)
        led = await now.server.fact(LedOn)
        assert isinstance(led, LedOn)
        assert led.queue == sales
        second = await now.server.fact(Connected, 2)
        assert isinstance(second, Connected)
        assert second.queue == sales


async def test_a_colleague_who_does_not_answer_costs_a_minute_and_no_call(tmp_path: Path) -> None:
    """After the time for them alone whoever is there is asked: here the first agent."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        await now.phones["1002"].stop()
        assert await now.transfer(to="1002", wait_s=2.0)
        again = await now.server.fact(Connected, 2, within_s=20)
        assert isinstance(again, Connected)
        assert again.agent == now.agents["1001"]
        assert not now.caller.events("BYE")


async def test_nobody_to_pass_on_to(tmp_path: Path) -> None:
    """Whoever went home meanwhile is not waited for: the caller waits in their queue, and nobody lost them."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        name = now.work.id
        gone = StatusChosen(agent=now.agents["1002"], status=Status.SIGNED_OUT, at=SystemClock().now())
        paused = StatusChosen(
            agent=now.agents["1001"], status=Status.PAUSED, reason="lunch", at=SystemClock().now()
        )
        await now.server.floor.settle(gone, paused)
        assert not await now.transfer(to="1002")
        back = await now.server.fact(Requeued)
        assert isinstance(back, Requeued)
        assert back.reason == TRANSFERRED
        assert (now.work.id, now.work.phase) == (name, Phase.WAITING)
        with pytest.raises(Refused, match=r"call\.not_connected"):
            await now.hold()


async def test_who_hangs_up_while_passed_on_is_gone(tmp_path: Path) -> None:
    """Nobody's telephone rings for them any more."""
    async with talk(tmp_path, ("1001", "1002")) as now:
        await now.server.floor.settle(
            *(
                StatusChosen(agent=agent, status=Status.PAUSED, reason="lunch", at=SystemClock().now())
                for agent in now.agents.values()
            )
        )
        assert await now.transfer(to="1002")
        name = now.work.id
        await now.lab.cli(f"channel request hangup {channel_of(name)}")
        await now.server.fact(Abandoned)
        await now.nobody_is_left()
        offered = [fact for fact in now.server.facts if isinstance(fact, Offered)]
        assert len(offered) == 1
        row = await recorded(now.server, name)
        assert row.outcome == "abandoned"
        assert not [fact for fact in now.server.facts if isinstance(fact, WrappedUp)]
