"""Recording on a real Asterisk: what is in the files, and what is not."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.settings import Settings
from crm_core.recordings import kept
from crm_core.recordings.takes import SETTLED_S
from cti.keeper import Keeper
from routing.bus import LocalBus
from routing.core import callbacks
from routing.core.facts import Connected, Enqueued, Finished, Held, Requeued, Resumed
from routing.core.model import Status
from tests.real.asterisk_lab import asterisk_lab
from tests.real.caller_desk import Desk
from tests.real.sipp import agent_scenario
from tests.real.test_callbacks import asks as asks_for_a_call
from tests.real.test_callbacks import centre, offering, status
from tests.real.test_consults import asks
from tests.real.test_talks import Talk, talk
from tests.real.voice_lab import VoiceServer, prepare, voice_server

pytestmark = pytest.mark.real

TONE, CUSTOMERS_TONE = {0x20, 0xA0}, {0x28, 0xA8}


def spool(now: Talk | Desk) -> Path:
    return now.lab.folder / "asterisk" / "var" / "spool" / "recordings"


def seconds(file: Path) -> float:
    return file.stat().st_size / 8000


def tone_s(file: Path, tone: set[int] = TONE) -> float:
    """For how long the agents' tone, or another, is heard in it."""
    audio = file.read_bytes()
    pieces = [audio[at : at + 80] for at in range(0, len(audio), 80)]
    return sum(len(piece) for piece in pieces if set(piece) <= tone) / 8000


def loud_s(file: Path) -> float:
    """For how long anything is heard in it."""
    audio = file.read_bytes()
    pieces = [audio[at : at + 80] for at in range(0, len(audio), 80)]
    return sum(len(piece) for piece in pieces if any(code & 0x7F < 0x60 for code in piece)) / 8000


@asynccontextmanager
async def recorded_talk(
    folder: Path, extensions: tuple[str, ...] = ("1001",), share: int = 100
) -> AsyncIterator[Talk]:
    """Customer and agents each send a tone of their own."""
    voice = customers_voice(folder)
    async with talk(folder, extensions, record_share=share, speaks=voice) as now:
        yield now


def customers_voice(folder: Path) -> Path:
    voice = folder / "customer.ul"
    voice.write_bytes((b"\x28" * 10 + b"\xa8" * 10) * 400)
    return voice


def takes(now: Talk | Desk) -> list[tuple[Path, Path]]:
    """The two sides of each talk, customer first, in order."""
    customers = sorted(spool(now).glob("*-customer.ulaw"))
    pairs = [(each, each.with_name(each.name.replace("-customer", "-agent"))) for each in customers]
    return [pair for pair in pairs if pair[1].exists()]


async def talked(now: Talk, number: int, said_s: float = 0.8) -> None:
    """Wait until this take, from 1, has so much of both on the disk: a phone that was rung a moment ago begins when the machine has time."""
    async with asyncio.timeout(20):
        while len(takes(now)) < number or not all(
            tone_s(side, tone) > said_s
            for side, tone in zip(takes(now)[number - 1], (CUSTOMERS_TONE, TONE), strict=True)
        ):
            await asyncio.sleep(0.05)


async def settled(now: Talk | Desk, count: int | None = None) -> None:
    """Wait until the files of the first `count` takes (all) grow no more: who writes them ends after the channel does."""
    before: list[int] = []
    async with asyncio.timeout(10):
        while True:
            sizes = [side.stat().st_size for pair in takes(now)[:count] for side in pair]
            if sizes and sizes == before:
                return
            before = sizes
            await asyncio.sleep(0.5)


async def ended(now: Talk) -> None:
    await now.server.voice.hang_up(now.work.id)
    await now.server.fact(Finished)
    await now.nobody_is_left()


async def test_each_side_has_a_file(tmp_path: Path) -> None:
    """As long as the talk, in step; the agent's tone is on the agent's side and not on the customer's."""
    async with recorded_talk(tmp_path) as now:
        began = (await now.server.fact(Connected)).at
        await talked(now, 1)
        before = seconds(takes(now)[0][0])
        await asyncio.sleep(2.5)
        await ended(now)
        over = time.time()
        await settled(now)
        ((customer, agent),) = takes(now)
        assert before + 2.3 < seconds(customer) < over - began + 0.1
        assert abs(seconds(customer) - seconds(agent)) < 0.05
        assert tone_s(agent) > seconds(agent) - 0.4
        assert tone_s(customer, CUSTOMERS_TONE) > seconds(customer) - 0.4


async def test_nothing_is_recorded_without_a_share(tmp_path: Path) -> None:
    """No file at all."""
    async with recorded_talk(tmp_path, share=0) as now:
        await asyncio.sleep(1)
        await ended(now)
        assert not list(spool(now).iterdir())


async def test_hold_is_not_recorded(tmp_path: Path) -> None:
    """Neither music nor silence: after it the same file goes on."""
    async with recorded_talk(tmp_path) as now:
        await talked(now, 1)
        await now.hold()
        await now.server.fact(Held)
        await settled(now)
        until = seconds(takes(now)[0][0])
        await asyncio.sleep(3)
        assert seconds(takes(now)[0][0]) - until < 0.1
        resumed = time.time()
        await now.resume()
        await now.server.fact(Resumed)
        async with asyncio.timeout(20):
            while seconds(takes(now)[0][0]) - until < 0.8:
                await asyncio.sleep(0.05)
        await ended(now)
        over = time.time()
        await settled(now)
        ((customer, agent),) = takes(now)
        went_on = seconds(customer) - until
        assert 0.5 < went_on < over - resumed + 0.1, "the time on the line, and not the three seconds on hold"
        assert abs(seconds(customer) - seconds(agent)) < 0.1
        assert loud_s(agent) - tone_s(agent) < 0.2, "no music"


async def test_a_talk_with_a_colleague_is_a_file_of_its_own(tmp_path: Path) -> None:
    """After a hand-over; what the two said to each other is in neither. What the first of them paused is not paused any more."""
    async with recorded_talk(tmp_path, ("1001", "1002")) as now:
        await talked(now, 1)
        await now.server.voice.pauses.pause(now.work.id)
        await asks(now)
        held = await now.server.fact(Held)
        await asyncio.sleep(2)
        await now.server.voice.consults.hand_over(now.work.id, now.agents["1001"])
        await now.server.fact(Connected, 2)
        await talked(now, 2)
        await ended(now)
        await _are_the_talks_alone(now, held.at)
        assert loud_s(takes(now)[1][1]) - tone_s(takes(now)[1][1]) < 0.2


async def test_a_talk_after_a_transfer_is_a_file_of_its_own(tmp_path: Path) -> None:
    """And nobody is recorded while they wait."""
    async with recorded_talk(tmp_path, ("1001", "1002")) as now:
        await talked(now, 1)
        await now.transfer(to="1002")
        requeued = await now.server.fact(Requeued)
        await now.server.fact(Connected, 2)
        await talked(now, 2)
        await ended(now)
        await _are_the_talks_alone(now, requeued.at)


async def _are_the_talks_alone(now: Talk, first_until: float) -> None:
    """Two takes, neither longer than its talk."""
    connected = [(await now.server.fact(Connected, number)).at for number in (1, 2)]
    ends = (first_until, (await now.server.fact(Finished)).at)
    for (_, agent), since, until in zip(takes(now), connected, ends, strict=True):
        assert seconds(agent) < until - since + 0.3


def keeper(now: Talk, server: VoiceServer, folder: Path) -> Keeper:
    settings = Settings.model_validate({
        "centre": {"data_dir": str(folder / "data")},
        "asterisk": {"ami_secret": "x", "ari_secret": "x"},
        "mail": {"reply_secret": "sixteen characters"},
        "recordings": {"recordings_key": "a key of the tests", "spool_dir": str(spool(now))},
    })  # fmt: skip
    return Keeper(settings, server.store, server.floor, LocalBus(), SystemClock())


async def test_a_server_that_dies_meanwhile_keeps_the_whole_talk(tmp_path: Path) -> None:
    """The dialplan records; the next server finds the talk, keeps all of it once it is over, and knows whose it was."""
    async with recorded_talk(tmp_path) as now:
        call, ann = now.work.id, now.agents["1001"]
        began = (await now.server.fact(Connected)).at
        await talked(now, 1)
        await now.crash()
        await asyncio.sleep(2.5)
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as again:
            one = keeper(now, again, tmp_path)
            await asyncio.sleep(1)
            await one.sweep()
            assert len(takes(now)) == 1, "they still talk"
            await again.voice.hang_up(call)
            await again.fact(Finished)
            await now.nobody_is_left()
            await asyncio.sleep(SETTLED_S + 0.2)
            await one.sweep()
            (row,) = await again.store.read(lambda conn: kept.of_interaction(conn, call))
            assert (row.state, row.agent_id, row.sealed) == ("kept", ann, True)
            assert 3.9 < row.seconds < (await again.fact(Finished)).at - began + 0.5
            assert not list(spool(now).iterdir())
            place = row.place(tmp_path / "data" / "recordings")
            sound = b"".join(one.chest.read(place, row.id, sealed=True, first=58, last=row.bytes - 1))
            customer, agent = (Path(tmp_path / side) for side in ("left", "right"))
            customer.write_bytes(sound[::2])
            agent.write_bytes(sound[1::2])
            assert tone_s(customer, CUSTOMERS_TONE) > 3.7
            assert tone_s(agent) > 3.7


async def test_whoever_is_rung_again_is_recorded_again(tmp_path: Path) -> None:
    """After a reload: the talk goes on in a second file."""
    async with recorded_talk(tmp_path) as now:
        await talked(now, 1)
        await now.server.voice.reattach(now.work.id)
        await now.phones["1001"].see("ANSWERED", 2)
        await settled(now, 1)
        until = seconds(takes(now)[0][1])
        await talked(now, 2)
        await asyncio.sleep(0.5)
        await ended(now)
        first, second = takes(now)
        assert seconds(first[1]) == until, "it had ended"
        assert tone_s(second[1]) > 1.0


async def test_who_is_called_back_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the channel in their place."""
    speaking = partial(agent_scenario, speak=customers_voice(tmp_path))
    monkeypatch.setattr("tests.real.test_callbacks.agent_scenario", speaking)
    monkeypatch.setattr(callbacks, "HANGS_UP_WITHIN_S", 7.0)
    async with centre(tmp_path, offering(record_share=100), hang_up_after_s=3.0) as (stage, _):
        await asks_for_a_call(stage)
        await status(stage, Status.READY)
        await stage.server.fact(Finished, within_s=20)
        await settled(stage)
        lasting = [pair for pair in takes(stage) if pair[0].stat().st_size]
        ((customer, _),) = lasting
        assert tone_s(customer, CUSTOMERS_TONE) > 1.5


async def test_the_fallback_queue_records(tmp_path: Path) -> None:
    """Whoever was let in before the server went away."""
    url = prepare(tmp_path, record_share=100)
    async with asterisk_lab(tmp_path, heartbeat_stale_s=3) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1, speak=True))
        async with voice_server(lab, url) as server:
            caller = await stack.enter_async_context(lab.caller(speak=True))
            await caller.see("ANSWERED")
            await server.fact(Enqueued)
            stage = Desk(lab, server, tmp_path)
        await lab.cli("queue add member PJSIP/1001 to trunkline")
        await phone.see("ANSWERED", within_s=16)
        async with asyncio.timeout(20):
            while not takes(stage) or tone_s(takes(stage)[0][1]) < 1.6:
                await asyncio.sleep(0.1)
        await lab.cli("channel request hangup all")
        await caller.see("BYE")
        await settled(stage)
        ((_, agent),) = takes(stage)
        assert tone_s(agent) > 1.5
