"""Fax machines among the callers, and what Asterisk is told of faxes."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update

from config.errors import Refused
from crm_core import queues
from crm_core.faxes.kept import Fax
from crm_core.store import Connection
from crm_core.tables import entry
from routing.core.facts import Abandoned, Enqueued, TurnedAway
from tests.cti.room import NOW, Room, telephone_room
from tests.cti.test_welcome import Caller

CALLER = "0912345678"


async def says(room: Room, number: str, script: str = "enter", channel: str = "ast-1.1") -> list[str]:
    """What a caller's channel is told."""
    reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
    lines = (
        f"agi_uniqueid: {channel}", f"agi_network_script: {script}", f"agi_arg_1: {NOW}", f"agi_arg_2: {number}", f"agi_callerid: {CALLER}",
    )  # fmt: skip
    writer.write(("\n".join(lines) + "\n\n").encode())
    caller = Caller(reader, writer)
    await caller.serve()
    return caller.asked


def _fax_number(conn: Connection) -> None:
    [queue] = queues.list_queues(conn)
    queues.add_entry(conn, "fax", "+886255550200", queue.id)


async def with_fax_number(room: Room) -> None:
    await room.store.write(_fax_number)
    await room.voice.directory.refresh()


async def test_a_fax_number_takes_faxes_and_no_calls(tmp_path: Path) -> None:
    """The dialplan is told so, with the queue; nobody waits, and no call is on record."""
    async with telephone_room(tmp_path) as room:
        await with_fax_number(room)
        asked = await says(room, "886255550200")
        [queue] = await room.store.read(queues.list_queues)
        assert asked == [f'SET VARIABLE TL_FAX_QUEUE "{queue.id}"', 'SET VARIABLE TL_REFUSED "6"']
        await room.floor.settle()
        assert room.count(Enqueued) == 0


async def test_asterisk_knows_the_fax_numbers_while_the_server_is_away(tmp_path: Path) -> None:
    """Told once, and again after a connect; a number that takes none any more is taken back."""
    async with telephone_room(tmp_path) as room:
        await with_fax_number(room)

        def told() -> list[str]:
            return [one["Value"] for one in room.ami.actions if one.get("Variable") == "TL_FAX_886255550200"]

        [queue] = await room.store.read(queues.list_queues)
        assert room.voice.faxes.shown_by(queue.id) == "+886255550200"
        room.voice.faxes.align()
        await room.until(lambda: told() == ["1"])
        room.voice.faxes.align()
        room.voice.faxes.align(anew=True)
        await room.until(lambda: told() == ["1", "1"])
        await room.store.write(
            lambda c: c.execute(update(entry).where(entry.c.medium == "fax").values(deleted_at=1.0))
        )
        await room.voice.directory.refresh()
        room.voice.faxes.align()
        await room.until(lambda: told() == ["1", "1", "0"])


async def test_who_calls_a_number_that_listens_hears_ringing_first(tmp_path: Path) -> None:
    """Asterisk listens for the tone of a machine before anybody is asked; a person waits afterwards like all others."""
    async with telephone_room(tmp_path) as room:
        await room.store.write(lambda c: c.execute(update(entry).values(fax_detect=True)))
        await room.voice.directory.refresh()
        asked = await says(room, "100")
        assert asked[0] == 'SET VARIABLE FAXOPT(faxdetect) "cng"'
        assert 'EXEC Wait "4"' in asked
        await room.until(lambda: room.count(Enqueued) == 1)


async def test_a_machine_that_is_heard_while_it_waits_is_not_asked_for_any_more(tmp_path: Path) -> None:
    """It is turned away from the queue, neither answered nor given up."""
    async with telephone_room(tmp_path) as room:
        await says(room, "100")
        await room.until(lambda: room.count(Enqueued) == 1)
        assert await says(room, "100", script="fax") == []
        [gone] = [fact for fact in room.facts if isinstance(fact, TurnedAway)]
        assert not gone.voicemail
        room.event("Hangup", ("Uniqueid", "ast-1.1"), ("Cause", "16"))
        await room.floor.settle()
        assert room.count(Abandoned) == 0


def going(number: str) -> Fax:
    return Fax(
        id="f1", direction="out", state="sending", interaction_id=None, case_id=None, queue_id=None, author_id=None, number=number,
        our_number="0255550200", station="", subject="", words="", pages=1, confirmed=0, resolution="", code="", mark="", files=None,
        sealed=False, erased=False, at=NOW, due_at=None, tried_at=NOW, attempts=1, attempt="fo-1", key=None,
    )  # fmt: skip


async def test_a_fax_is_dialled_by_a_permit_and_nothing_else_is(tmp_path: Path) -> None:
    """By its name alone, with no word of anybody in it; what is not allowed is never told to Asterisk."""
    async with telephone_room(tmp_path) as room:
        sending = asyncio.create_task(room.voice.faxes.send(going("0223456789"), "fo-1"))
        await room.until(lambda: any(one["Action"] == "Originate" for one in room.ami.actions))
        [told] = [one for one in room.ami.actions if one["Action"] == "Originate"]
        assert (told["Channel"], told["ChannelId"], told["Context"]) == (
            "PJSIP/0223456789@trunk-out",
            "fo-1",
            "trunkline-fax-out",
        )
        assert await sending
        room.event("Hangup", ("Uniqueid", "fo-1"), ("Cause", "17"))
        assert await room.voice.faxes.cause("fo-1") == "17"
        with pytest.raises(Refused, match=r"number\.not_allowed"):
            await room.voice.faxes.send(going("00441632960000"), "fo-2")
        assert len([one for one in room.ami.actions if one["Action"] == "Originate"]) == 1
