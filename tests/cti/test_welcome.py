"""Before the queue: what a caller is told and asked on a scripted Asterisk, and that whatever fails costs them no place."""

import asyncio
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crm_core import interactions, parties, queues, remembered
from crm_core.contracts.allowance import Allowance
from crm_core.contracts.coverage import Contract
from crm_core.contracts.terms import Period, State
from crm_core.contracts.usage import Usage
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.remembered import Said
from crm_core.store import Connection
from cti.arriving import holding, limits, prompts, waiting_words
from cti.arriving.limits import telling
from routing.core.facts import Enqueued
from tests.cti.room import NOW, Room, telephone_room

CALLER = "+886912345678"


def left(*, calls: int | None = None, minutes: int | None = None, used: int = 0, **given: Any) -> Allowance:
    terms: dict[str, Any] = {
        "id": "k", "number": "K", "name": None, "party_id": "p", "level": None, "state": State.ACTIVE,
        "starts_on": "2026-01-01", "ends_on": "2026-12-31", "time_zone": "UTC", "begins_at": 0.0, "over_at": 1e12,
        "max_calls": calls, "max_minutes": minutes, "period": Period.TERM, "counted": "inbound_calls",
        "when_over": "charge", "over_queue_id": None, "renewal_notice_days": 30,
    }  # fmt: skip
    return Allowance(
        contract=Contract(**terms | given), used=Usage(calls=used, seconds=used * 60.0, since=0.0, until=1.0)
    )


@pytest.mark.parametrize(
    ("allowance", "prompt"),
    [
        (None, None),
        (left(), None),
        (left(calls=3), "calls-left-3"),
        (left(calls=3, used=3), "calls-left-0"),
        (left(calls=3, used=7), "calls-left-0"),
        (left(calls=500), None),
        (left(minutes=10, used=6), "minutes-left-5"),
        (left(minutes=100, used=10), None),
        (left(minutes=10, used=10), "minutes-left-0"),
        (left(calls=3, minutes=3, used=3), "calls-left-0"),
        (left(calls=1, used=1, when_over="refuse"), "limit-refused"),
        (left(calls=1, used=1, when_over="redirect", over_queue_id="q"), "limit-queue"),
    ],
)
def test_what_is_told(allowance: Allowance | None, prompt: str | None) -> None:
    """Few calls or minutes left are told, none left most of all; many, and contracts without limits, are not read out."""
    told = telling(allowance)
    assert told.prompt == prompt
    assert told.refused == (prompt == "limit-refused")
    assert told.queue == ("q" if prompt == "limit-queue" else None)


def test_every_sentence_has_a_recording_in_every_language() -> None:
    """Whatever is told or asked has a sound in the three languages, and its text beside it."""
    folder = Path("config/asterisk/sounds")
    texts = tomllib.loads((folder / "prompts.toml").read_text(encoding="utf-8"))
    wanted = {f"calls-left-{count}" for count in range(limits.TOLD_FROM_CALLS + 1)}
    wanted |= {f"minutes-left-{count}" for count in (0, *limits.TOLD_MINUTES)} | {
        "limit-queue",
        "limit-refused",
    }
    wanted |= {f"identify-{word}" for word in ("ask", "pin", "again", "thanks", "none")}
    wanted |= {f"callback-{word}" for word in ("offer", "kept", "refused")}
    wanted |= {f"message-{word}" for word in ("offer", "ask", "thanks")}
    wanted |= {f"position-{count}" for count in range(1, waiting_words.PLACES + 1)} | {"position-many"}
    wanted |= {f"wait-{minutes}" for minutes in waiting_words.MINUTES} | {"wait-long", holding.COMFORT}
    wanted |= {prompts.BUSY, *prompts.GOODBYES.values()}
    assert set(texts) == wanted
    for language in ("en", "zh-TW", "zh-CN"):
        assert {path.stem for path in (folder / language).glob("*.gsm")} == wanted
        assert all(texts[name][language]["text"] for name in wanted)
        assert min(path.stat().st_size for path in (folder / language).iterdir()) > 33 * 25, (
            "half a second at least"
        )


class Caller:
    """Asterisk's side of one AGI connection: answers every command, and notes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.asked: list[str] = []

    async def serve(self, hang_up_at: str = "never") -> None:
        """Until the server lets go, or a command that begins so."""
        while line := (await self.reader.readline()).decode().strip():
            self.asked.append(line)
            if line.startswith(hang_up_at):
                break
            self.writer.write(b"200 result=0\n")
        self.writer.close()


async def call(room: Room, channel: str, caller: str = CALLER) -> Caller:
    reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
    lines = (
        f"agi_uniqueid: {channel}", f"agi_arg_1: {NOW}", "agi_arg_2: 100", "agi_arg_3: /sounds", f"agi_callerid: {caller}"
    )  # fmt: skip
    writer.write(("\n".join(lines) + "\n\n").encode())
    return Caller(reader, writer)


async def limited(room: Room, **given: Any) -> None:
    """A customer with a contract of three calls, known to the entry."""
    today = datetime.now(UTC).date()

    def fill(conn: Connection) -> None:
        party = parties.add_party(conn, kind="person", name="Ann", now=time.time())
        parties.add_contact_point(conn, party.id, "phone", CALLER, "")
        terms = {
            "party_id": party.id,
            "state": "active",
            "starts_on": (today - timedelta(days=9)).isoformat(),
            "ends_on": (today + timedelta(days=99)).isoformat(),
            "max_calls": 3,
        }
        rows.create(conn, system(time.time()), known.entity("service_contract"), terms | given)

    await room.store.write(fill)
    room.bus.publish("service_contract", "")
    await room.until(lambda: room.voice.entry._directory.limited)


async def test_a_caller_is_told_before_they_wait(tmp_path: Path) -> None:
    """Answered, told in the queue's language, and only then in the queue; what they heard is on the interaction."""
    async with telephone_room(tmp_path) as room:
        await limited(room)
        caller = await call(room, "ast-1.1")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert 'EXEC Answer ",i"' in caller.asked
        assert 'STREAM FILE "/sounds/en/calls-left-3" ""' in caller.asked
        assert caller.asked[-1].startswith("SET VARIABLE TL_QUEUE")
        await until_told(room, "tl-ast-1.1", "calls-left-3")


async def until_told(room: Room, interaction: str, told: str | None) -> None:
    async with asyncio.timeout(5):
        while True:
            row = await room.store.read(lambda conn: interactions.interaction(conn, interaction))
            if row is not None and row.match != "pending":
                break
            await asyncio.sleep(0.01)
    assert row.told == told


async def test_nobody_else_is_answered(tmp_path: Path) -> None:
    """A caller without such a contract is asked nothing and told nothing, though others have one."""
    async with telephone_room(tmp_path) as room:
        await limited(room)
        caller = await call(room, "ast-1.2", "+886287654321")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert [line.split()[2] for line in caller.asked] == ["TL_QUEUE"]


async def test_a_slow_look_up_costs_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store does not answer in time the caller goes on untold, to their queue."""
    monkeypatch.setattr(limits, "LOOK_UP_WITHIN_S", 0.02)
    async with telephone_room(tmp_path) as room:
        await limited(room)
        ask = room.store.read

        async def slow(query: Callable[[Connection], Any]) -> Any:
            await asyncio.sleep(0.3)
            return await ask(query)

        monkeypatch.setattr(room.store, "read", slow)
        caller = await call(room, "ast-1.3")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        monkeypatch.undo()
        await until_told(room, "tl-ast-1.3", None)


async def test_a_hang_up_in_the_sentence_enqueues_nobody(tmp_path: Path) -> None:
    """Whoever hangs up while they are told is not put into the queue."""
    async with telephone_room(tmp_path) as room:
        await limited(room)
        caller = await call(room, "ast-1.4")
        await caller.serve(hang_up_at="STREAM FILE")
        second = await call(room, "ast-1.5", "+886287654321")
        await second.serve()
        await room.until(lambda: room.count(Enqueued) >= 1)
        assert [fact.interaction for fact in room.facts if isinstance(fact, Enqueued)] == ["tl-ast-1.5"]


@pytest.mark.parametrize(
    ("mode", "trusted", "asked"),
    [("unknown", False, False), ("untrusted", False, True), ("untrusted", True, False)],
)
async def test_who_is_spared_the_question(tmp_path: Path, mode: str, trusted: bool, asked: bool) -> None:
    """A number that is surely somebody's is enough where only the unknown are asked; where it is not, an agent's mark on it is."""
    async with telephone_room(tmp_path) as room:

        def fill(conn: Connection) -> None:
            party = parties.add_party(conn, kind="person", name="Ann", now=time.time())
            parties.add_contact_point(conn, party.id, "phone", CALLER, "")
            said = Said(
                medium="voice", address=CALLER, party_id=party.id, user_id="u", user_name="U", interaction_id=None,
                now=time.time(),
            )  # fmt: skip
            remembered.confirm(conn, said, trusted=trusted)
            queues.set_identify(conn, "100", mode)

        await room.store.write(fill)
        room.bus.publish("config", "")
        await room.until(lambda: room.voice.entry._directory.identifies("100") == mode)
        caller = await call(room, "ast-1.7")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert any(line.startswith('GET DATA "/sounds/en/identify-ask"') for line in caller.asked) == asked
