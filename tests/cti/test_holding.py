"""What callers hear while they wait: said by the server when the dialplan asks, and told to the channel when they are led elsewhere."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from crm_core import queues
from crm_core.flows import prompts
from crm_core.queue_checks import TOLD_AT_MOST_EVERY_S
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import queue
from cti.ami import actions
from cti.ami.protocol import UnsafeText
from cti.arriving.prompt_files import PIECE_S
from routing.core.events import Arrived, Moved
from routing.core.facts import Enqueued, LedOn
from routing.core.model import InteractionId, Medium, QueueId
from tests.cti.room import NOW, Room, telephone_room

SOUNDS = "/sounds"


async def holding(room: Room, **fields: Any) -> QueueId:
    """The queue of the room as it says now; its id."""

    def change(conn: Connection) -> QueueId:
        conn.execute(update(queue).values(**fields))
        return QueueId(queues.list_queues(conn)[0].id)

    changed = await room.store.write(change)
    room.bus.publish("config", "")
    await room.until(lambda: _as_said(room, changed, fields))
    return changed


def _as_said(room: Room, named: QueueId, fields: dict[str, Any]) -> bool:
    hold = room.voice.entry._directory.hold(named)
    names = {
        "hold_music": hold.music,
        "hold_prompt_id": hold.tune,
        "told_every_s": hold.every_s,
        "told_position": hold.position,
        "told_wait": hold.wait,
    }
    return all(names[name] == value for name, value in fields.items() if name in names)


async def waiting(room: Room, named: QueueId, *channels: str) -> None:
    """Callers who wait, in this order."""
    for place, channel in enumerate(channels):
        at = NOW + place
        arrived = Arrived(
            interaction=InteractionId(f"tl-{channel}"),
            medium=Medium.VOICE,
            queue=named,
            enqueued_at=at,
            at=at,
        )
        await room.floor.settle(arrived)


async def told(room: Room, channel: str, language: str = "", before: str = "") -> list[str]:
    """What is set on the channel of who asks what they are to hear."""
    reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
    lines = (
        "agi_network_script: hold",
        f"agi_uniqueid: {channel}",
        f"agi_arg_1: {language}",
        f"agi_arg_2: {before}",
        f"agi_arg_3: {SOUNDS}",
    )
    writer.write(("\n".join(lines) + "\n\n").encode())
    said = []
    while line := (await reader.readline()).decode().strip():
        said.append(line.removeprefix("SET VARIABLE "))
        writer.write(b"200 result=1\n")
    writer.close()
    return said


async def test_a_caller_is_told_their_place_in_their_language(tmp_path: Path) -> None:
    """The second of two hears that they are second, in the language that they chose; what they were told is kept with them."""
    async with telephone_room(tmp_path) as room:
        named = await holding(room, told_position=True, told_every_s=20.0)
        await waiting(room, named, "a", "b")
        assert await told(room, "b", "zh-TW") == ['TL_TOLD_PLACE "2"', f'TL_SAY "{SOUNDS}/zh-TW/position-2"']
        assert await told(room, "a") == ['TL_TOLD_PLACE "1"', f'TL_SAY "{SOUNDS}/en/position-1"']


async def test_who_was_overtaken_is_thanked_instead_of_told_a_worse_place(tmp_path: Path) -> None:
    """They were told that they are next; the second place is not told, and what they know stays as it was."""
    async with telephone_room(tmp_path) as room:
        named = await holding(room, told_position=True, told_every_s=20.0)
        await waiting(room, named, "a", "b")
        assert await told(room, "b", before="1") == [f'TL_SAY "{SOUNDS}/en/please-hold"']


async def test_the_wait_is_not_told_while_nobody_is_at_work(tmp_path: Path) -> None:
    """Nobody signed in: nobody can say how long it takes."""
    async with telephone_room(tmp_path) as room:
        named = await holding(room, told_wait=True, told_every_s=20.0)
        await waiting(room, named, "a")
        assert await told(room, "a") == [f'TL_SAY "{SOUNDS}/en/please-hold"']


async def test_who_does_not_wait_is_told_nothing(tmp_path: Path) -> None:
    """A channel that nobody knows, and arguments that are none of ours, set nothing."""
    async with telephone_room(tmp_path) as room:
        named = await holding(room, told_position=True, told_every_s=20.0)
        assert await told(room, "nobody") == []
        await waiting(room, named, "a")
        assert await told(room, "a", "../etc", "x;y") == [
            'TL_TOLD_PLACE "1"',
            f'TL_SAY "{SOUNDS}/en/position-1"',
        ]


async def test_what_a_queue_plays_is_set_on_the_channel_as_a_caller_comes_in(tmp_path: Path) -> None:
    """The class of music, an uploaded tune in pieces of five seconds, and how often it is to be asked what to say."""
    async with telephone_room(tmp_path) as room:
        acting = system(NOW)

        def upload(conn: Connection) -> str:
            made = prompts.create(conn, acting, "Waltz", "")
            prompts.set_sound(conn, acting, made.id, "en", b"\x55" * int(8000 * PIECE_S * 2.5))
            return made.id

        waltz = await room.store.write(upload)
        await holding(room, hold_music="jazz", hold_prompt_id=waltz, told_every_s=30.0)
        await room.until(lambda: len(list(tmp_path.glob("prompts/en/*.music/*.ulaw"))) == 3)
        await room.until(lambda: room.voice.prompts.tune(waltz, ("zh-TW",)) is not None)
        reader, writer = await room.call("c")
        said = []
        while line := (await reader.readline()).decode().strip():
            said.append(line.removeprefix("SET VARIABLE "))
            writer.write(b"200 result=1\n")
        writer.close()
        [folder] = tmp_path.glob("prompts/en/*.music")
        assert {'TL_MOH "jazz"', f'TL_TUNE "{folder}"', 'TL_PIECES "3"', 'TL_TOLD_EVERY "30"'} <= set(said)
        assert [each.stat().st_size for each in sorted(folder.glob("*.ulaw"))] == [40_000, 40_000, 20_000]


async def test_who_is_moved_hears_the_other_queue_from_then_on(tmp_path: Path) -> None:
    """Asterisk is told of the channel what the queue plays where it waits now, also that it is the usual."""
    async with telephone_room(tmp_path) as room:
        await holding(room, hold_music="jazz", told_every_s=30.0)
        other = await room.store.write(lambda conn: queues.add_queue(conn, name="Other", language="en"))
        await room.learn_rules()
        await room.call("d")
        await room.until(lambda: room.count(Enqueued) == 1)
        await room.floor.settle(Moved(interaction=InteractionId("tl-d"), queue=QueueId(other.id), at=NOW + 5))
        await room.until(lambda: room.count(LedOn) == 1)
        await room.until(lambda: any("TL_MOH" in each.get("Variable", "") for each in room.ami.actions))
        [asked] = [each for each in room.ami.actions if "TL_MOH" in each.get("Variable", "")]
        assert (asked["Channel"], asked["Value"]) == ("d", ",,0,0")


@pytest.mark.parametrize(
    ("music", "tune"), [("a b", ""), ("jazz)", ""), ("", "/x,y"), ("", "/x&y"), ("", "${EXTEN}")]
)
def test_nothing_but_names_and_places_reaches_the_dialplan(music: str, tune: str) -> None:
    """What is no class of music or no path of ours is never said to Asterisk."""
    with pytest.raises(UnsafeText):
        actions.set_hold("c", music=music, tune=tune, pieces=1, every_s=TOLD_AT_MOST_EVERY_S)
