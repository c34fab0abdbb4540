"""Recording on a real Asterisk: what is in the files, and what is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from routing.core.facts import Connected, Finished, Held, Requeued, Resumed
from tests.real.test_consults import asks
from tests.real.test_talks import Talk, talk

pytestmark = pytest.mark.real

TONE, CUSTOMERS_TONE = {0x20, 0xA0}, {0x28, 0xA8}


def spool(now: Talk) -> Path:
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
    voice = folder / "customer.ul"
    voice.write_bytes((b"\x28" * 10 + b"\xa8" * 10) * 400)
    async with talk(folder, extensions, record_share=share, speaks=voice) as now:
        yield now


def takes(now: Talk) -> list[tuple[Path, Path]]:
    """The two sides of each talk, customer first, in order."""
    customers = sorted(spool(now).glob("*-customer.ulaw"))
    return [(each, each.with_name(each.name.replace("-customer", "-agent"))) for each in customers]


async def ended(now: Talk) -> None:
    await now.server.voice.hang_up(now.work.id)
    await now.server.fact(Finished)
    await now.nobody_is_left()


async def test_each_side_has_a_file(tmp_path: Path) -> None:
    """As long as the talk, in step; the agent's tone is on the agent's side and not on the customer's."""
    async with recorded_talk(tmp_path) as now:
        await asyncio.sleep(3)
        await ended(now)
        ((customer, agent),) = takes(now)
        assert 2.9 < seconds(customer) < 3.6
        assert abs(seconds(customer) - seconds(agent)) < 0.05
        assert tone_s(agent) > 2.8
        assert tone_s(customer, CUSTOMERS_TONE) > 2.8


async def test_nothing_is_recorded_without_a_share(tmp_path: Path) -> None:
    """No file at all."""
    async with recorded_talk(tmp_path, share=0) as now:
        await asyncio.sleep(1)
        await ended(now)
        assert not list(spool(now).iterdir())


async def test_hold_is_not_recorded(tmp_path: Path) -> None:
    """Neither music nor silence: after it the same file goes on."""
    async with recorded_talk(tmp_path) as now:
        await asyncio.sleep(1)
        await now.hold()
        await now.server.fact(Held)
        await asyncio.sleep(3)
        await now.resume()
        await now.server.fact(Resumed)
        await asyncio.sleep(1)
        await ended(now)
        ((customer, agent),) = takes(now)
        assert 1.9 < seconds(customer) < 2.7
        assert abs(seconds(customer) - seconds(agent)) < 0.1
        assert loud_s(agent) - tone_s(agent) < 0.2, "no music"


async def test_a_talk_with_a_colleague_is_a_file_of_its_own(tmp_path: Path) -> None:
    """After a hand-over; what the two said to each other is in neither."""
    async with recorded_talk(tmp_path, ("1001", "1002")) as now:
        await asyncio.sleep(1)
        await asks(now)
        await asyncio.sleep(2)
        await now.server.voice.consults.hand_over(now.work.id, now.agents["1001"])
        await now.server.fact(Connected, 2)
        await asyncio.sleep(1)
        await ended(now)
        first, second = takes(now)
        for customer, agent in (first, second):
            assert 0.9 < seconds(agent) < 1.6
            assert tone_s(agent) > 0.8
            assert tone_s(customer, CUSTOMERS_TONE) > 0.8
        assert loud_s(second[1]) - tone_s(second[1]) < 0.2


async def test_a_talk_after_a_transfer_is_a_file_of_its_own(tmp_path: Path) -> None:
    """And nobody is recorded while they wait."""
    async with recorded_talk(tmp_path, ("1001", "1002")) as now:
        await asyncio.sleep(1)
        await now.transfer(to="1002")
        await now.server.fact(Requeued)
        await now.server.fact(Connected, 2)
        await asyncio.sleep(1)
        await ended(now)
        first, second = takes(now)
        for customer, agent in (first, second):
            assert 0.9 < seconds(agent) < 1.6
            assert tone_s(agent) > 0.8
            assert tone_s(customer, CUSTOMERS_TONE) > 0.8


async def test_recording_goes_on_without_a_server(tmp_path: Path) -> None:
    """The dialplan records."""
    async with recorded_talk(tmp_path) as now:
        await asyncio.sleep(0.5)
        name = await now.name_of("PJSIP/trunk")
        await now.crash()
        await asyncio.sleep(2)
        await now.lab.cli(f"channel request hangup {name}")
        await now.nobody_is_left()
        ((customer, agent),) = takes(now)
        assert seconds(customer) > 2.3
        assert tone_s(agent) > 2.0
