"""Disks that are full, databases that are busy, relays that talk nonsense: the mail waits, and nothing else suffers."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm_core import letters
from tests.channels.rooms import letter, mail_room
from tests.channels.test_mail_room import arrived, sent_letters, until
from trunkline.demo.relay import Relay


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with Relay("127.0.0.1", 0, tmp_path / "sent") as running:
        yield running


async def test_a_spool_that_cannot_be_used_only_delays_the_import(tmp_path: Path) -> None:
    """An intake whose spool cannot be written says so, goes on, and imports when the spool is well again."""
    async with mail_room(tmp_path) as room:
        (tmp_path / "spool" / "recipients.new").mkdir()  # what a full or read-only disk does to this file
        floor, intake = asyncio.create_task(room.floor.run()), asyncio.create_task(room.intake.run())

        async def down() -> bool:
            return not room.intake.status().up

        await until(down)
        assert "recipients" in room.intake.status().reason
        (tmp_path / "spool" / "recipients.new").rmdir()
        await room.deliver(letter())
        await arrived(room, 1)
        for task in (floor, intake):
            task.cancel()
        await asyncio.wait([floor, intake])


async def test_what_is_sent_is_not_sent_again_while_the_database_is_busy(
    tmp_path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay took the letter and it could not be recorded: that is remembered, and the customer gets one letter."""
    monkeypatch.setattr("crm_core.engines.BUSY_TIMEOUT_MS", 50)
    async with mail_room(tmp_path, relay.port) as room:
        parts = [asyncio.create_task(part.run()) for part in (room.floor, room.intake)]
        await room.deliver(letter())
        await arrived(room, 1)
        (one,) = await room.interactions()
        written = await room.composer.reply(
            interaction=one.id, author=room.agent, text="Hi", idempotency_key="k"
        )
        other = sqlite3.connect(tmp_path / "centre.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waits: list[str] = []
        monkeypatch.setattr("channels.email.sending.outbox.log.note", lambda *words: waits.append(words[-1]))
        parts.append(asyncio.create_task(room.postman.run()))

        async def third_try() -> bool:
            room.bus.publish("outbox", "")
            return len([words for words in waits if "outbox waits" in words]) >= 3

        await until(third_try)
        other.rollback()
        other.close()

        async def recorded() -> bool:
            room.bus.publish("outbox", "")
            found = await room.store.read(lambda conn: letters.letter(conn, written))
            return found is not None and found.delivery == "sent"

        await until(recorded)
        assert len(sent_letters(room)) == 1
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)


async def test_a_relay_that_refuses_in_gbk_is_understood(tmp_path: Path) -> None:
    """An answer that is no UTF-8 makes the letter failed, as any 550, and leaves the postman at work."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            refused = line.upper().startswith(b"RCPT")
            writer.write(b"550 " + "用户不存在".encode("gbk") + b"\r\n" if refused else b"250 ok\r\n")
        writer.close()

    relay = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with mail_room(tmp_path, relay.sockets[0].getsockname()[1]) as room, relay:
        parts = [asyncio.create_task(part.run()) for part in (room.floor, room.intake, room.postman)]
        await room.deliver(letter())
        await arrived(room, 1)
        (one,) = await room.interactions()
        written = await room.composer.reply(
            interaction=one.id, author=room.agent, text="Hi", idempotency_key="k"
        )

        async def failed() -> bool:
            found = await room.store.read(lambda conn: letters.letter(conn, written))
            return parts[-1].done() or (found is not None and found.delivery == "failed")

        await until(failed)
        assert not parts[-1].done()
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)
