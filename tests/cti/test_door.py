"""Who is let in: the block list, floods, and what the network says of a number."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Unavailable
from config.settings import Guard
from crm_core import audit, interactions, notifications, queues, users
from crm_core.guard import blocks
from crm_core.interactions import Interaction
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import audit_event
from cti.arriving import door
from cti.arriving.attestation import Attestation, of_asterisk, of_header
from cti.arriving.flood import MOST_NUMBERS, Flood
from routing.core.facts import Enqueued
from tests.cti.room import Room, telephone_room
from tests.cti.test_welcome import call

ROGUE, GOOD = "+886900000001", "+886900000002"


async def block(room: Room, **values: Any) -> str:
    """On the list, and known to the entry."""
    given = {"kind": "number", "number": ROGUE, "action": "busy", "reason": "rude"} | values

    def add(conn: Connection) -> str:
        return rows.create(conn, system(time.time()), known.entity("blocked_caller"), given).id

    found = await room.store.write(add)
    room.bus.publish("config", found)
    await room.until(lambda: room.voice.entry._directory.blocking)
    return found


async def row_of(room: Room, name: str) -> Interaction:
    async with asyncio.timeout(5):
        while True:
            row = await room.store.read(lambda conn: interactions.interaction(conn, name))
            if row is not None and (row.blocked_by or row.match != "pending"):
                return row
            await asyncio.sleep(0.01)


async def calls(room: Room, channel: str, caller: str, values: dict[str, str] | None = None) -> list[str]:
    """Everything that Asterisk was told of the call; `values` are what its variables say."""
    one = await call(room, channel, caller)
    while line := (await one.reader.readline()).decode().strip():
        one.asked.append(line)
        said = next((value for name, value in (values or {}).items() if name in line), None)
        one.writer.write(f"200 result=1 ({said})\n".encode() if said is not None else b"200 result=0\n")
    one.writer.close()
    return one.asked


@pytest.mark.parametrize(("action", "refused"), [("busy", "3"), ("silent", "4"), ("message", "1")])
async def test_a_blocked_caller_s_call_ends_as_the_list_says(
    tmp_path: Path, action: str, refused: str
) -> None:
    """Nobody is asked to take it; it is on record, and counts as a hit. Everybody else comes in."""
    async with telephone_room(tmp_path) as room:
        entry = await block(room, action=action)
        assert f'SET VARIABLE TL_REFUSED "{refused}"' in await calls(room, "ast-1.1", ROGUE)
        row = await row_of(room, "tl-ast-1.1")
        assert (row.state, row.blocked_by, row.outcome) == ("closed", entry, None)
        assert room.count(Enqueued) == 0
        assert not any("TL_REFUSED" in line for line in await calls(room, "ast-1.2", GOOD))
        await room.until(lambda: room.count(Enqueued) == 1)
        count, _ = await room.store.read(lambda conn: blocks.hits(conn, entry, 5))
        assert count == 1


async def test_a_blocked_caller_may_be_led_to_another_queue(tmp_path: Path) -> None:
    """Where they wait like everybody there."""
    async with telephone_room(tmp_path) as room:
        other = await room.store.write(
            lambda conn: queues.add_queue(conn, name="Odd", language="en", ring_s=20.0, wrap_up_s=0).id
        )
        room.bus.publish("config", "")
        await room.until(lambda: room.voice.entry._directory.is_queue(other))  # type: ignore[arg-type]
        entry = await block(room, action="queue", queue_id=other)
        assert f'SET VARIABLE TL_QUEUE "{other}"' in await calls(room, "ast-1.1", ROGUE)
        row = await row_of(room, "tl-ast-1.1")
        assert (row.blocked_by, row.queue_id) == (entry, other)


async def test_a_block_list_that_cannot_be_read_lets_callers_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away turns nobody away."""
    async with telephone_room(tmp_path) as room:
        await block(room)

        async def away(work: Any) -> Any:
            work.close()
            raise Unavailable("database", "away")

        monkeypatch.setattr(door, "in_time", away)
        assert not any("TL_REFUSED" in line for line in await calls(room, "ast-1.1", ROGUE))
        await room.until(lambda: room.count(Enqueued) == 1)


async def test_hundreds_of_calls_of_one_number_are_held_back(tmp_path: Path) -> None:
    """So many as are allowed are taken, the others hear that it is busy, and others' calls come in meanwhile; who keeps watch is told once."""

    def sue(conn: Connection) -> str:
        return users.add_user(
            conn, login="sue", name="Sue", password_hash="", role="supervisor", language="en", extension=None
        ).id

    async with telephone_room(tmp_path, guard=Guard(flood_calls=20, flood_within_s=600)) as room:
        watcher = await room.store.write(sue)
        said = []
        for start in range(0, 300, 50):
            names = (f"ast-1.{number}" for number in range(start, start + 50))
            said += await asyncio.gather(*(calls(room, name, ROGUE) for name in names))
        busy = [one for one in said if 'SET VARIABLE TL_REFUSED "3"' in one]
        assert len(busy) == 280
        assert not any("TL_REFUSED" in line for line in await calls(room, "ast-2.1", GOOD))
        assert not any("TL_REFUSED" in line for line in await calls(room, "ast-2.2", ""))
        await room.until(lambda: room.count(Enqueued) == 22)
        told = await room.store.read(lambda conn: notifications.of_user(conn, watcher))
        assert [(each.code, each.params["number"]) for each in told] == [("caller.flood", ROGUE)]
        found = await room.store.read(
            lambda conn: conn.execute(audit_event.select().where(audit_event.c.action == "flood")).all()
        )
        assert len(found) == 1
        assert (await room.store.read(audit.verify)).broken_at is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.0, 3.0)), max_size=80), st.integers(1, 5))
def test_a_call_is_taken_when_fewer_came_in_the_window(steps: list[tuple[str, float]], most: int) -> None:
    """Against counting all that came; a number does not stand in another's way."""
    flood, came, now = Flood(most, 10.0), {"a": [], "b": []}, 0.0  # type: ignore[var-annotated]
    for number, pause_s in steps:
        now += pause_s
        came[number].append(now)
        lately = [at for at in came[number] if at > now - 10.0]
        assert flood.takes(number, now) is (len(lately) <= most)


def test_a_flood_of_numbers_needs_no_more_memory() -> None:
    """And after the window none; those who hide their number are many people, not one."""
    flood = Flood(1, 60.0)
    for number in range(MOST_NUMBERS + 500):
        assert flood.takes(str(number), 1.0)
    assert len(flood._numbers) == MOST_NUMBERS
    assert flood.takes("one more", 60.5)
    assert flood.takes("and another", 61.0)
    assert len(flood._numbers) == 2
    assert all(flood.takes("", 1.0) for _ in range(5))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("<sip:+886212345678;verstat=TN-Validation-Passed@net;user=phone>", Attestation.PASSED),
        ('"Ann" <sip:+886212345678;verstat=TN-Validation-Passed-A@net>', Attestation.PASSED_A),
        ("<sip:+1;verstat=TN-Validation-Failed@net>", Attestation.FAILED),
        ("<sip:+1;verstat=No-TN-Validation@net>", Attestation.NONE),
        ("<sip:+1;verstat=Sure@net>", None),
        ("<sip:+1@net>", None),
        ("", None),
        ('"x;verstat=TN-Validation-Passed" <sip:+1@net>', None),
        ('"x\\";verstat=TN-Validation-Passed" <sip:+1@net>', None),
        (";verstat=TN-Validation-Passed <sip:+1@net>", None),
        ('"a" ;verstat=TN-Validation-Passed <sip:+1;verstat=TN-Validation-Failed@net>', Attestation.FAILED),
    ],
)
def test_what_the_provider_says_is_read_from_the_address_alone(
    header: str, found: Attestation | None
) -> None:
    """A caller's name may say anything."""
    assert of_header(header) is found


@pytest.mark.parametrize(
    ("result", "level", "found"),
    [
        ("Verification passed", "A", Attestation.PASSED_A),
        ("Verification passed", "", Attestation.PASSED),
        ("Signature failed", "A", Attestation.FAILED),
        ("Verification not present", "", Attestation.NONE),
        ("", "", None),
        ("anything", "A", None),
    ],
)
def test_what_asterisk_says_is_read(result: str, level: str, found: Attestation | None) -> None:
    """Other words are no word."""
    assert of_asterisk(result, level) is found


@pytest.mark.parametrize(
    ("asks", "says", "found"),
    [
        ("provider", {"From": "<sip:+1;verstat=TN-Validation-Passed-B@net>"}, "passed_b"),
        ("asterisk", {"verify_result": "Signature failed", "attestation": "B"}, "failed"),
        ("provider", {}, None),
        ("", {"From": "<sip:+1;verstat=TN-Validation-Passed@net>"}, None),
    ],
)
async def test_what_is_said_of_a_number_is_kept_with_the_call(
    tmp_path: Path, asks: Any, says: dict[str, str], found: str | None
) -> None:
    """And is asked for only where the settings say by whom."""
    async with telephone_room(tmp_path, guard=Guard(flood_calls=0, caller_verification=asks)) as room:
        said = await calls(room, "ast-1.1", GOOD, says)
        assert any("GET VARIABLE" in line for line in said) is bool(asks)
        assert (await row_of(room, "tl-ast-1.1")).attestation == found
