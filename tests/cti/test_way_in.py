"""The way in when something is missing or away: nobody is kept in silence, lost, forgotten or turned away unrecorded."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from config.errors import Unavailable
from crm_core import cases, identification, interactions, parties, queues
from crm_core.identification import TRIES_OF_CALLER
from crm_core.interactions import Interaction
from crm_core.pop import pop
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.tables import table_of
from crm_core.store import Connection
from crm_core.tables import interaction
from cti.arriving import deadlines
from routing.core.facts import CallbackDropped, CallbackKept, Enqueued
from routing.core.model import InteractionId
from tests.cti.room import Room, standing, telephone_room
from tests.cti.test_welcome import Caller, call, limited

STRANGER = "+886287654321"


async def asking(room: Room) -> tuple[str, str]:
    """Callers of 100 are asked who they are; Ann and the digits of her case."""

    def fill(conn: Connection) -> tuple[str, str]:
        ann = parties.add_party(conn, kind="person", name="Ann", now=time.time())
        made = cases.open_case(conn, subject="x", party_id=ann.id, queue_id=None, now=time.time())
        queues.set_identify(conn, "100", "unknown")
        return ann.id, made.number[2:].replace("-", "")

    found = await room.store.write(fill)
    room.bus.publish("config", "")
    await room.until(lambda: room.voice.entry._directory.identifies("100") == "unknown")
    return found


async def row_of(room: Room, name: str) -> Interaction:
    """As soon as it is known who calls."""
    async with asyncio.timeout(5):
        while True:
            row = await room.store.read(lambda conn: interactions.interaction(conn, name))
            if row is not None and row.match != "pending":
                return row
            await asyncio.sleep(0.01)


async def strengths(room: Room, name: str) -> dict[str, str]:
    await row_of(room, name)
    found = await room.store.read(lambda conn: pop(conn, name))
    return {each.party.name: each.strength for each in found.parties}


async def serve(caller: Caller, keys: dict[str, str], otherwise: str = "0") -> None:
    """Answer like Asterisk, with what is keyed at each question; every answer is used once."""
    while line := (await caller.reader.readline()).decode().strip():
        caller.asked.append(line)
        asked = next((question for question in keys if question in line), None)
        answer = otherwise if asked is None or not line.startswith("GET DATA") else keys.pop(asked)
        caller.writer.write(f"200 result={answer}\n".encode())
    caller.writer.close()


async def test_after_the_last_sentence_the_dialplan_waits_no_longer_than_before(tmp_path: Path) -> None:
    """The long time that sentences need is set back before anything else is waited for."""
    async with telephone_room(tmp_path) as room:
        await limited(room)
        caller = await call(room, "ast-1.1")
        await caller.serve()
        times = [line for line in caller.asked if "TIMEOUT(absolute)" in line]
        assert times == ['SET VARIABLE TIMEOUT(absolute) "180"', 'SET VARIABLE TIMEOUT(absolute) "4"']
        assert caller.asked.index(times[-1]) < len(caller.asked) - 1
        assert caller.asked[-1].startswith("SET VARIABLE TL_QUEUE")


async def used_up(room: Room) -> None:
    """A contract without calls left, whose callers are turned away."""
    await limited(room)

    def change(conn: Connection) -> None:
        contract = table_of(known.entity("service_contract"))
        found = conn.execute(contract.select()).one()
        changed = {"max_calls": 0, "when_over": "refuse"}
        rows.patch(conn, system(time.time()), known.entity("service_contract"), found.id, changed)

    await room.store.write(change)


async def test_who_is_turned_away_is_on_record_before(tmp_path: Path) -> None:
    """When Asterisk is told to end the call, the call is in the store."""
    async with telephone_room(tmp_path) as room:
        await used_up(room)
        caller = await call(room, "ast-1.2")
        recorded = []
        while line := (await caller.reader.readline()).decode().strip():
            caller.asked.append(line)
            if "TL_REFUSED" in line:
                recorded.append(
                    await room.store.read(lambda conn: interactions.interaction(conn, "tl-ast-1.2"))
                )
            caller.writer.write(b"200 result=1\n")
        caller.writer.close()
        [row] = recorded
        assert row is not None
        assert (row.state, row.told) == ("closed", "limit-refused")
        assert caller.asked[-1] == 'SET VARIABLE TL_REFUSED "2"'
        assert room.count(Enqueued) == 0


async def test_nobody_is_turned_away_unrecorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the store cannot be written to, a caller whose contract is used up waits like everybody."""
    async with telephone_room(tmp_path) as room:
        await used_up(room)

        async def away(_: object) -> object:
            raise Unavailable("database", "away")

        monkeypatch.setattr(room.store, "write", away)
        caller = await call(room, "ast-1.3")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        monkeypatch.undo()
        assert not [line for line in caller.asked if "TL_REFUSED" in line]


async def test_a_missing_sound_is_no_hang_up(tmp_path: Path) -> None:
    """Asterisk says -1 of a sentence that it cannot find, as of a caller who left: who is still there waits like everybody."""
    async with telephone_room(tmp_path) as room:
        await asking(room)
        caller = await call(room, "ast-1.4", STRANGER)
        await serve(caller, {}, otherwise="-1")
        await room.until(lambda: room.count(Enqueued) == 1)
        assert (await row_of(room, "tl-ast-1.4")).match == "none"


async def test_who_said_who_they_are_is_marked_on_the_channel(tmp_path: Path) -> None:
    """By the number of a case: known, with the strength of what others may know, and so it stands on the channel."""
    async with telephone_room(tmp_path) as room:
        ann, digits = await asking(room)
        caller = await call(room, "ast-1.5", STRANGER)
        await serve(caller, {"identify-ask": digits})
        await room.until(lambda: room.count(Enqueued) == 1)
        assert f'SET VARIABLE TL_PARTY "keyed/{ann}"' in caller.asked
        assert await strengths(room, "tl-ast-1.5") == {"Ann": "keyed"}


async def found_waiting(room: Room, channel: str, **variables: str) -> None:
    """After a gap Asterisk shows somebody of whom nobody told us."""
    marks = tuple(("Variable", f"{name}={value}") for name, value in variables.items())
    room.channels = [*room.channels, (*standing(channel, "trunkline-hold"), *marks)]
    room.event("UserEvent", ("UserEvent", "TrunklineUnclaimed"), ("Uniqueid", channel))
    await room.until(
        lambda: any(isinstance(f, Enqueued) and f.interaction == f"tl-{channel}" for f in room.facts)
    )


def _queue_of(room: Room, name: str) -> str:
    return next(str(f.queue) for f in room.facts if isinstance(f, Enqueued) and f.interaction == name)


async def test_after_a_gap_the_way_in_is_not_forgotten(tmp_path: Path) -> None:
    """A caller who was led to another queue and said who they are is found in that queue, and known; a queue that is gone by now and a
    customer who is gone by now cost nobody their place, nor the server its life."""
    async with telephone_room(tmp_path) as room:

        def fill(conn: Connection) -> tuple[str, str]:
            party = parties.add_party(conn, kind="person", name="Ann", now=time.time())
            return party.id, queues.add_queue(conn, name="Renewals", language="en").id

        party, queue = await room.store.write(fill)
        room.bus.publish("config", "")
        await room.until(lambda: room.voice.entry._directory.is_queue(queue))  # type: ignore[arg-type]
        await room.learn_rules()
        await found_waiting(room, "ast-2.1", TL_QUEUE=queue, TL_PARTY=f"identified/{party}")
        assert _queue_of(room, "tl-ast-2.1") == queue
        assert await strengths(room, "tl-ast-2.1") == {"Ann": "identified"}
        await found_waiting(room, "ast-2.2", TL_QUEUE="gone", TL_PARTY="identified/gone")
        assert _queue_of(room, "tl-ast-2.2") != queue
        assert (await row_of(room, "tl-ast-2.2")).match == "none"
        await found_waiting(room, "ast-2.3", TL_PARTY="nonsense")
        assert (await row_of(room, "tl-ast-2.3")).match == "none"


async def test_guessing_ends(tmp_path: Path) -> None:
    """A telephone from which enough numbers were keyed within the hour is asked once and led on, whatever it keys; nobody is named."""
    async with telephone_room(tmp_path) as room:
        _, digits = await asking(room)

        def guess(conn: Connection) -> None:
            for _ in range(TRIES_OF_CALLER):
                identification.try_number(conn, STRANGER, time.time())

        await room.store.write(guess)
        caller = await call(room, "ast-1.6", STRANGER)
        await serve(caller, {"identify-ask": digits})
        await room.until(lambda: room.count(Enqueued) == 1)
        assert len([line for line in caller.asked if line.startswith("GET DATA")]) == 1
        assert any("identify-none" in line for line in caller.asked)
        assert (await row_of(room, "tl-ast-1.6")).match == "none"


async def test_a_store_that_does_not_answer_costs_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was keyed cannot be looked up in time: the caller goes on as they came."""
    monkeypatch.setattr(deadlines, "STORE_WITHIN_S", 0.05)
    async with telephone_room(tmp_path) as room:
        _, digits = await asking(room)
        write = room.store.write

        async def slow(unit: Any) -> Any:
            await asyncio.sleep(1.0)
            return await write(unit)

        monkeypatch.setattr(room.store, "write", slow)
        caller = await call(room, "ast-1.7", STRANGER)
        await serve(caller, {"identify-ask": digits})
        await room.until(lambda: room.count(Enqueued) == 1)
        monkeypatch.undo()
        assert caller.asked[-1].startswith("SET VARIABLE TL_QUEUE")


# -- the key to be called back -----------------------------------------------------------------------------------------------


async def pressed(room: Room, channel: str, caller: str) -> list[str]:
    """What the dialplan is told of somebody who pressed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
    lines = (f"agi_uniqueid: {channel}", "agi_network_script: callback", f"agi_callerid: {caller}")
    writer.write(("\n".join(lines) + "\n\n").encode())
    caller_ = Caller(reader, writer)
    await caller_.serve()
    return caller_.asked


async def calling_back(room: Room) -> None:
    def change(conn: Connection) -> None:
        [queue] = queues.list_queues(conn)
        rows.patch(
            conn,
            system(1.0),
            known.entity("queue"),
            queue.id,
            {"callback_offered": True, "language": "zh-TW"},
        )

    await room.store.write(change)
    room.bus.publish("config", "")
    await room.until(lambda: bool(room.voice.entry._directory._page.calling_back))
    await room.learn_rules()


async def test_who_may_be_called_back_is_told_on_the_channel(tmp_path: Path) -> None:
    """The language in which they will be told; nothing for a number that is not called, nor where the queue does not offer it."""
    async with telephone_room(tmp_path) as room:
        plain = await call(room, "ast-1.1", "0912345678")
        await plain.serve()
        assert not any("TL_CALLBACK" in line for line in plain.asked)
        await calling_back(room)
        for channel, number, told in (
            ("ast-1.2", "0912345678", True),
            ("ast-1.3", "0204123456", False),
            ("ast-1.4", "", False),
        ):
            caller = await call(room, channel, number)
            await caller.serve()
            assert ('SET VARIABLE TL_CALLBACK "zh-TW"' in caller.asked) == told
            assert caller.asked[-1].startswith("SET VARIABLE TL_QUEUE")


async def test_the_key_is_kept_before_they_are_let_go(tmp_path: Path) -> None:
    """TL_CALLBACK_KEPT is set when it is in the ledger; for nobody whom we do not know, may not call, or whose ledger is away."""
    async with telephone_room(tmp_path) as room:
        await calling_back(room)
        caller = await call(room, "ast-1.1", "0912345678")
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert await pressed(room, "ast-1.1", "0204123456") == []
        assert await pressed(room, "ast-1.9", "0912345678") == []
        assert await pressed(room, "ast-1.1", "0912345678") == ['SET VARIABLE TL_CALLBACK_KEPT "1"']
        assert room.count(CallbackKept) == 1
        assert await pressed(room, "ast-1.1", "0912345678") == []
        await room.until(lambda: room.floor.centre.interactions[InteractionId("tl-ast-1.1")].callback)


def folded(conn: Connection) -> None:
    """What the ledger, which is not the database's here, would have written."""
    conn.execute(interaction.update().values(state="waiting", callback=True))


async def test_who_calls_again_meanwhile_has_the_old_place_and_is_not_called_as_well(tmp_path: Path) -> None:
    """The callback is taken away; another number's stays."""
    async with telephone_room(tmp_path) as room:
        await calling_back(room)
        for channel, number in (("ast-1.1", "0912345678"), ("ast-1.2", "0987654321")):
            await (await call(room, channel, number)).serve()
            assert await pressed(room, channel, number)
        await row_of(room, "tl-ast-1.1")  # it is on record who they are
        await room.store.write(folded)
        old = room.floor.centre.interactions[InteractionId("tl-ast-1.1")]
        reader, writer = await room.call("ast-1.3", "0912345678", at=time.time())
        await Caller(reader, writer).serve()
        await room.until(lambda: room.count(CallbackDropped) == 1)
        open_ones = room.floor.centre.interactions
        assert set(open_ones) == {"tl-ast-1.2", "tl-ast-1.3"}
        again = open_ones[InteractionId("tl-ast-1.3")]
        assert (again.enqueued_at, again.callback) == (old.enqueued_at, False)
