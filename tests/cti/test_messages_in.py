"""Who leaves a message instead of waiting: what the channel is told beforehand, what the key does, and whom the server leads to it."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from crm_core import queues
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import segment
from routing.core.facts import Abandoned, Enqueued, Offered, TurnedAway
from tests.cti.room import NOW, Room, standing, telephone_room
from tests.cti.test_way_in import row_of
from tests.cti.test_welcome import Caller, call

CALLER = "0912345678"


async def queue_says(room: Room, **changes: Any) -> None:
    """From now on, of the only queue."""

    def change(conn: Connection) -> None:
        [queue] = queues.list_queues(conn)
        rows.patch(conn, system(1.0), known.entity("queue"), queue.id, {"language": "zh-TW", **changes})

    await room.store.write(change)
    room.bus.publish("config", "")
    await room.until(lambda: "zh-TW" in room.voice.entry._directory._page.languages.values())
    await room.learn_rules()


async def pressed(room: Room, channel: str) -> list[str]:
    """What the dialplan is told of somebody who pressed it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", room.fastagi_port)
    lines = (f"agi_uniqueid: {channel}", "agi_network_script: message", f"agi_callerid: {CALLER}")
    writer.write(("\n".join(lines) + "\n\n").encode())
    caller = Caller(reader, writer)
    await caller.serve()
    return caller.asked


def led(room: Room) -> list[str]:
    return [action["Context"] for action in room.redirects()]


async def test_how_a_message_is_taken_is_told_on_the_channel(tmp_path: Path) -> None:
    """Language, length and silence, where the queue offers it."""
    async with telephone_room(tmp_path) as room:
        plain = await call(room, "ast-1.1", CALLER)
        await plain.serve()
        assert not any("TL_MESSAGE" in line for line in plain.asked)
        await queue_says(room, voicemail_offered=True, voicemail_most_s=60, voicemail_silence_s=0)
        caller = await call(room, "ast-1.2", CALLER)
        await caller.serve()
        assert 'SET VARIABLE TL_MESSAGE "zh-TW/60/0"' in caller.asked


async def test_who_presses_the_key_has_left_the_queue(tmp_path: Path) -> None:
    """Once; the dialplan goes on by itself. Of whom we do not know it is told that they stay."""
    async with telephone_room(tmp_path) as room:
        await queue_says(room, voicemail_offered=True)
        caller = await call(room, "ast-1.1", CALLER)
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert await pressed(room, "ast-1.9") == ['SET VARIABLE TL_STAYS "1"']
        assert await pressed(room, "ast-1.1") == []
        assert (room.count(TurnedAway), led(room)) == (1, [])
        room.event("Hangup", ("Uniqueid", "ast-1.1"), ("Cause", "16"))
        await room.floor.settle()
        assert room.count(Abandoned) == 0


async def test_a_key_that_the_ledger_cannot_keep_is_heeded_all_the_same(tmp_path: Path) -> None:
    """They hear the tone; who is in the dialplan's hands is found when the ledger is back."""
    async with telephone_room(tmp_path) as room:
        await queue_says(room, voicemail_offered=True)
        caller = await call(room, "ast-1.1", CALLER)
        await caller.serve()
        await room.until(lambda: room.count(Enqueued) == 1)
        room.channels.append(standing("ast-1.1", "trunkline-voicemail"))
        await room.voice.switches.first.resync()
        assert room.count(TurnedAway) == 1
        assert (room.count(Offered), led(room)) == (0, [])


async def test_who_is_not_served_is_led_to_it(tmp_path: Path) -> None:
    """With what the queue says of it set before."""
    async with telephone_room(tmp_path) as room:
        await queue_says(room, closed=True, overflow="closed: voicemail")
        caller = await call(room, "ast-1.1", CALLER)
        serving = asyncio.create_task(caller.serve())
        await room.until(lambda: led(room) == ["trunkline-voicemail"])
        [said] = [one for one in room.ami.actions if one.get("Variable") == "TL_MESSAGE"]
        assert said["Value"] == "zh-TW/180/10"
        await serving


async def test_whoever_was_to_leave_one_and_hears_music_is_led_there_later(tmp_path: Path) -> None:
    """The server died between the two; whoever was turned away otherwise is told why."""

    def was(outcome: str, channel: str, conn: Connection) -> None:
        conn.execute(
            segment.insert().values(
                interaction_id=f"tl-{channel}", kind="queue", started_at=NOW, ended_at=NOW, outcome=outcome
            )
        )

    async with telephone_room(tmp_path) as room:
        for place, (channel, outcome) in enumerate((("ast-1.1", "voicemail"), ("ast-1.2", "turned_away"))):
            caller = await call(room, channel, CALLER)
            await caller.serve()
            await room.until(lambda count=place + 1: room.count(Enqueued) == count)
            await row_of(room, f"tl-{channel}")
            assert await pressed(room, channel) == []
            await room.store.write(partial(was, outcome, channel))
            room.channels.append(standing(channel, "trunkline-hold"))
        await room.voice.switches.first.looking.round(room.voice.switches.first.resync)
        assert led(room) == ["trunkline-voicemail", "trunkline-goodbye"]
