"""The recovery benchmark would notice: each fault of a round is found in what the telephones and the ledger saw, and the wire breaks as it says."""

import asyncio
import time
from dataclasses import replace

import pytest

from bench import recovery_findings as find
from bench.recovery_wire import wire
from bench.ring_waits import Rang
from routing.core.facts import Abandoned, Connected, Enqueued, Fact, Offered
from routing.core.model import AgentId, InteractionId, Medium, OfferId, QueueId

CARE = QueueId("care")


def came(name: str, at: float) -> Enqueued:
    return Enqueued(
        interaction=InteractionId(name), medium=Medium.VOICE, queue=CARE, priority_points=0, at=at
    )


def offered(name: str, at: float) -> Offered:
    return Offered(
        offer=OfferId(f"offer {name} {at}"), interaction=InteractionId(name), queue=CARE, agent=AgentId("ann"),
        deadline=at + 15, passed_over=(), at=at,
    )  # fmt: skip


def connected(name: str, at: float) -> Connected:
    return Connected(interaction=InteractionId(name), queue=CARE, agent=AgentId("ann"), at=at)


def test_whom_we_hang_up_on_is_dropped() -> None:
    """Of four in talk two ended on purpose: the third was dropped; who only waited is not counted here."""
    assert find.dropped(["1", "2", "3", "4"], ["1", "2", "3", "9"], 2) == 1
    assert find.dropped(["1", "2", "3", "4"], ["1", "2"], 2) == 0


@pytest.mark.parametrize("where", ["rung", "books", "connected"])
def test_whoever_is_served_twice_is_doubled(where: str) -> None:
    """Two phones that ring for one caller, two interactions of one number, one interaction connected twice: one each."""
    rings = [Rang(number="1", extension="1001", at=1.0), Rang(number="2", extension="1002", at=1.0)]
    books = {"1": 1, "2": 1}
    facts: list[Fact] = [connected("a", 2.0), connected("b", 2.0)]
    assert find.doubled(rings, books, facts) == 0
    match where:
        case "rung":
            rings.append(replace(rings[0], extension="1003"))
        case "books":
            books["2"] = 2
        case _:
            facts.append(connected("b", 3.0))
    assert find.doubled(rings, books, facts) == 1


def test_whoever_is_overtaken_is_noticed() -> None:
    """By age, not by the order in which the ledger heard of them; a second offer of somebody overtakes nobody, and who left is not overtaken."""
    a, b, c = came("a", 1.0), came("b", 2.0), came("c", 3.0)
    assert (
        find.reordered([b, a, c, offered("a", 4.0), offered("b", 4.0), offered("a", 5.0), offered("c", 5.0)])
        == 0
    )
    assert find.reordered([a, b, c, offered("b", 4.0), offered("a", 4.0), offered("c", 5.0)]) == 1
    left = Abandoned(interaction=InteractionId("a"), queue=CARE, at=3.5)
    assert find.reordered([a, b, c, left, offered("b", 4.0), offered("c", 5.0)]) == 0


def test_for_whom_no_phone_rang_is_unserved() -> None:
    """And the first ring is the first after the return."""
    rings = [Rang(number="1", extension="1001", at=1.0), Rang(number="2", extension="1002", at=7.0)]
    assert find.unserved(["1", "2", "3"], rings) == 1
    assert find.first_ring(rings, 5.0) == 7.0
    assert find.first_ring(rings, 8.0) is None


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


async def _ended(reader: asyncio.StreamReader) -> bool:
    """Whether this end sees the end, one way or the other; bytes are no end."""
    try:
        return await reader.read(1) == b""
    except ConnectionError:
        return True


async def test_the_wire_carries_goes_dead_and_is_cut() -> None:
    """Dead: nothing comes through and nothing ends, while a new connection works. Cut: both ends see it."""
    peer = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with wire(peer.sockets[0].getsockname()[1]) as line:
        began = time.time()
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        assert began <= line.connected_at <= time.time()
        line.go_dead()
        writer.write(b"two")
        fresh_reader, fresh_writer = await asyncio.open_connection("127.0.0.1", line.port)
        fresh_writer.write(b"three")
        assert await fresh_reader.readexactly(5) == b"three"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        line.cut()
        assert await _ended(reader)
    peer.close()
