"""Mailboxes against a real Dovecot: nothing is lost, nothing comes twice, and one that cannot be read is told of."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from channels.email.addresses import reply_address
from channels.email.receiving.imap.connection import Address, connected, sign_in
from channels.email.receiving.imap.folder import open_folder
from channels.email.receiving.imap.mailboxes import FOLDER, Mailboxes
from channels.email.receiving.spool_writer import SpoolWriter
from config.errors import Refused, Unavailable
from crm_core import notifications, queues, users
from crm_core.mail_in import mailboxes
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.sealing import Seal
from crm_core.store import Connection
from crm_core.tables import letter as letter_table
from crm_core.users import User
from tests.channels.rooms import ANN, MailRoom, letter, mail_room
from tests.channels.test_doors_of_mail import certificate
from tests.channels.test_mail_room import until
from tests.fakes.token_endpoint import TokenEndpoint
from tests.real.dovecot import PASSWORD, PROGRAM, USER, Dovecot, dovecot

pytestmark = [pytest.mark.real, pytest.mark.skipif(PROGRAM is None, reason="Dovecot is not installed")]

SEAL = Seal("a key of some length")
OLD_LETTERS = int(os.environ.get("TRUNKLINE_OLD_LETTERS", "150"))
"""In the box before it is read for the first time."""


@dataclass(slots=True)
class Reader:
    """A mail room that reads a mailbox of this Dovecot."""

    room: MailRoom
    server: Dovecot
    mailbox: str
    boss: User
    part: Mailboxes

    async def subjects(self) -> list[str]:
        """Of all letters that were filed, in the order of their subjects."""
        query = select(letter_table.c.subject).order_by(letter_table.c.subject)
        return await self.room.store.read(lambda conn: list(conn.execute(query).scalars()))

    async def filed(self, count: int) -> None:
        query = select(func.count()).select_from(letter_table)

        async def there() -> bool:
            return await self.room.store.read(lambda conn: conn.execute(query).scalar_one()) >= count

        await until(there)

    async def change(self, **values: Any) -> None:
        entity = known.entity("mailbox")
        await self.room.store.write(
            lambda conn: rows.patch(conn, system(time.time()), entity, self.mailbox, values)
        )
        self.room.bus.publish("mailbox", self.mailbox)

    async def cursor(self) -> mailboxes.Cursor | None:
        return await self.room.store.read(
            lambda conn: mailboxes.cursor(conn, mailboxes.mailbox(conn, self.mailbox))
        )

    async def began(self, at: float) -> None:
        """As if it had been read since then."""

        def backdate(conn: Connection) -> None:
            box = mailboxes.mailbox(conn, self.mailbox)
            cursor = mailboxes.cursor(conn, box)
            assert cursor
            mailboxes.move_cursor(conn, box, replace(cursor, began_at=at))

        await self.room.store.write(backdate)

    async def told(self) -> list[str]:
        found = await self.room.store.read(lambda conn: notifications.of_user(conn, self.boss.id))
        return [one.code for one in found]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Mailboxes]:
        """While it is read."""
        self.part = Mailboxes(
            self.room.settings,
            spool_dir=self.room.folder / "spool",
            store=self.room.store,
            bus=self.room.bus,
            clock=self.room.clock,
            seal=SEAL,
        )
        task = asyncio.create_task(self.part.run())
        try:
            yield self.part
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _furnish(conn: Connection, port: int, more: dict[str, Any]) -> tuple[str, User]:
    (service,) = (one for one in queues.list_queues(conn) if one.name == "Service")
    given = {
        "name": "Support", "host": "127.0.0.1", "port": port, "tls": "none", "user": USER, "queue_id": service.id,
    } | more  # fmt: skip
    box = rows.create(conn, system(time.time()), known.entity("mailbox"), given).id
    mailboxes.keep_secret(conn, SEAL, box, "password", PASSWORD)
    boss = users.add_user(conn, login="sue", name="Sue", password_hash="x", role="supervisor", language="en")
    return box, boss


@asynccontextmanager
async def desk(folder: Path, server: Dovecot, **more: Any) -> AsyncIterator[Reader]:
    """Floor and intake run; the mailbox is read when a test says so."""
    async with mail_room(folder) as room:
        box, boss = await room.store.write(lambda conn: _furnish(conn, server.port, more))
        tasks = [asyncio.create_task(part.run()) for part in (room.floor, room.intake)]
        try:
            yield Reader(room, server, box, boss, None)  # type: ignore[arg-type]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[Dovecot]:
    async with dovecot() as running:
        yield running


async def test_letters_are_fetched_and_news_comes_by_itself(tmp_path: Path, server: Dovecot) -> None:
    """What lay there, then what comes while the server tells of it (IDLE): filed for the mailbox's queue, marked as seen, answers to their case."""
    server.deliver(letter("lay there", Message_ID="<first@example.org>"))
    async with desk(tmp_path, server, begin_with="all") as reader, reader.reading() as part:
        await reader.filed(1)
        (first,) = await reader.room.interactions()
        seen = await part.test(reader.mailbox)
        assert (seen.letters, seen.tells, seen.unread_by_us) == (1, True, 0)
        secret = reader.room.settings.reply_secret.get_secret_value()
        token = reply_address(secret, "service@example.com", first.case_id or "")
        server.deliver(letter("signed", To=token))
        server.deliver(letter("by reference", References="<first@example.org>"))
        await reader.filed(3)
        assert [one.id for one in await reader.room.interactions()] == [first.id]
        assert (first.entry_address, first.customer_address) == ("service@example.com", ANN)

        async def all_seen() -> bool:
            return server.flags() == ["S", "S", "S"]

        await until(all_seen)
        assert part.status().up


async def test_case_16_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, server: Dovecot) -> None:
    """A full box of which only new letters are wanted, begun three days ago; two days away; cut off in the middle; and all numbers given anew."""
    old = time.time() - 40 * 86_400
    for number in range(OLD_LETTERS):
        server.deliver(letter(f"old {number}"), at=old + number)
    async with desk(tmp_path, server, afterwards="keep") as reader:
        async with reader.reading():

            async def begun() -> bool:
                return await reader.cursor() is not None

            await until(begun)
            server.deliver(letter("new 000"))
            await reader.filed(1)
        await reader.began(time.time() - 3 * 86_400)
        wanted = [f"new {number:03}" for number in range(60)]
        for number, subject in enumerate(wanted[1:]):
            raw = letter(subject)
            if number % 3 == 0:
                raw = raw.replace(b"Message-ID", b"X-No-Id")
            server.deliver(raw, at=time.time() - 2 * 86_400 + number)
        for stop_at in (10, 30):
            async with reader.reading():
                await reader.filed(stop_at)
        server.renumber()
        async with reader.reading():
            await reader.filed(len(wanted))
            before = await reader.cursor()
            server.deliver(letter("new 060"))
            await reader.filed(len(wanted) + 1)
        server.renumber()
        async with reader.reading():
            server.deliver(letter("new 061"))
            await reader.filed(len(wanted) + 2)
            after = await reader.cursor()
        assert before
        assert after
        assert before.uid_validity != after.uid_validity
        assert await reader.subjects() == [*wanted, "new 060", "new 061"]


async def test_one_that_is_stopped_while_it_begins_keeps_nobody_out(tmp_path: Path, server: Dovecot) -> None:
    """Stopped at any moment of its beginning, it leaves no writer behind that would hold the spool."""
    server.deliver(letter("lay there"))
    async with desk(tmp_path, server, begin_with="all") as reader:
        for milliseconds in range(0, 40, 2):
            async with reader.reading():
                await asyncio.sleep(milliseconds / 1000)
            SpoolWriter(reader.room.folder / "spool" / FOLDER, lambda: None, patience_s=0).close()
        async with reader.reading():
            await reader.filed(1)


async def test_what_was_read_is_moved_or_deleted(tmp_path: Path, server: Dovecot) -> None:
    """As the record says: to a folder with a Chinese name, or away, and nothing else in the box is touched."""
    for name in ("已處理", "R&D / done"):
        path = server.box / f".{_encoded(name)}"
        for kind in ("tmp", "new", "cur"):
            (path / kind).mkdir(parents=True)
            server._own(path / kind)
        server._own(path)
    server._own(server.box)
    server.deliver(letter("moved"))
    async with desk(tmp_path, server, begin_with="all", afterwards="move", move_to="已處理") as reader:
        async with reader.reading():
            await reader.filed(1)

            async def moved() -> bool:
                return server.flags() == []

            await until(moved)
        assert (
            len([*(server.box / f".{_encoded('已處理')}" / "cur").iterdir()])
            + len([*(server.box / f".{_encoded('已處理')}" / "new").iterdir()])
            == 1
        )
        await reader.change(afterwards="delete")
        server.deliver(letter("deleted"))
        async with reader.reading():
            await reader.filed(2)
            await until(moved)


def _encoded(name: str) -> str:
    from channels.email.receiving.imap.grammar import folder

    return folder(name).decode().strip('"')


async def test_one_that_cannot_be_read_is_told_of_and_found_again(
    tmp_path: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password at once; a server that is away after a while; both are shown as down, told once, and over when it works again."""
    monkeypatch.setattr("channels.email.receiving.imap.mailboxes.ALARM_AFTER_S", 0.0)
    async with desk(tmp_path, server, begin_with="all") as reader:
        await reader.room.store.write(
            lambda conn: mailboxes.keep_secret(conn, SEAL, reader.mailbox, "password", "wrong")
        )
        async with reader.reading() as part:

            async def down() -> bool:
                return not part.status().up and await reader.told() == ["mailbox.unreadable"]

            await until(down)
            assert "sign-in refused" in part.conditions()[reader.mailbox].reason
            with pytest.raises(Refused, match=r"mailbox\.sign_in"):
                await part.test(reader.mailbox)
            await reader.room.store.write(
                lambda conn: mailboxes.keep_secret(conn, SEAL, reader.mailbox, "password", PASSWORD)
            )
            part.begin_anew(reader.mailbox)

            async def up() -> bool:
                return part.status().up and part.conditions()[reader.mailbox].read_at is not None

            await until(up)
            server.stop()
            with pytest.raises(Refused, match=r"mailbox\.unreachable"):
                await part.test(reader.mailbox)

            async def down_again() -> bool:
                reader.room.bus.publish("mailbox", "")
                return not part.status().up

            await until(down_again)
            server.start()
            server.deliver(letter("after all"))
            await reader.filed(1)
            await until(up)


async def test_connections_are_protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS from the start and STARTTLS: with a certificate that is trusted for this name, and no other."""
    chain = certificate(tmp_path / "cert.pem")
    async with dovecot(certificate=chain) as server:
        doors = ((server.port + 1, "tls"), (server.port, "starttls"))

        async def letters_at(host: str, port: int, tls: str) -> int:
            async with connected(Address(host=host, port=port, tls=tls), "test", 1_000_000) as link:
                await sign_in(link, USER, PASSWORD)
                return (await open_folder(link, "INBOX", change=False)).exists

        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        for port, tls in doors:
            assert await letters_at("localhost", port, tls) == 0
            with pytest.raises(Unavailable, match="certificate"):
                await letters_at("127.0.0.1", port, tls)
        monkeypatch.delenv("SSL_CERT_FILE")
        for port, tls in doors:
            with pytest.raises(Unavailable, match="certificate"):
                await letters_at("localhost", port, tls)


async def test_a_silent_mailbox_is_told_of(tmp_path: Path, server: Dovecot) -> None:
    """It can be read, and nothing came for longer than its record says; a letter ends it."""
    async with desk(tmp_path, server, silent_after_h=5) as reader:
        past = mailboxes.Condition(
            mailbox_id=reader.mailbox, read_at=1.0, letter_at=time.time() - 6 * 3600, reason=""
        )
        await reader.room.store.write(lambda conn: mailboxes.note_condition(conn, past))
        async with reader.reading() as part:

            async def told() -> bool:
                reader.room.bus.publish("mailbox", "")
                return await reader.told() == ["mailbox.silent"]

            await until(told)
            assert part.conditions()[reader.mailbox].reason == "silent"

            async def begun() -> bool:
                return await reader.cursor() is not None

            await until(begun)
            server.deliver(letter("at last"))
            await reader.filed(1)

            async def well() -> bool:
                return part.conditions()[reader.mailbox].failing_since is None

            await until(well)


async def test_oauth_tokens_are_refreshed_and_one_that_was_withdrawn_is_an_alarm(tmp_path: Path) -> None:
    """A mailbox without a password: the refresh token is turned into an access token, kept anew when the provider changes it; withdrawn, it is told of at once."""
    with TokenEndpoint(USER, rotates=True) as endpoint:
        async with dovecot(f"{endpoint.url}/introspect?token=") as server:
            more = {"sign_in": "oauth", "token_url": f"{endpoint.url}/token", "client_id": "client"}
            server.deliver(letter("by token"))
            async with desk(tmp_path, server, begin_with="all", **more) as reader:

                def keep(conn: Connection) -> None:
                    for name, value in (("client_secret", "client secret"), ("refresh_token", "refresh-0")):
                        mailboxes.keep_secret(conn, SEAL, reader.mailbox, name, value)

                await reader.room.store.write(keep)
                async with reader.reading():
                    await reader.filed(1)
                kept = await reader.room.store.read(
                    lambda conn: mailboxes.secrets(conn, SEAL, reader.mailbox)
                )
                assert kept["refresh_token"] == endpoint.refresh_token == "refresh-1"
                async with reader.reading() as part:
                    server.deliver(letter("the new one works"))
                    await reader.filed(2)
                    assert part.status().up
                endpoint.withdrawn = True
                async with reader.reading() as part:

                    async def told() -> bool:
                        return await reader.told() == ["mailbox.unreadable"]

                    await until(told)
                    assert "invalid_grant" in part.conditions()[reader.mailbox].reason


def test_the_fake_token_endpoint_is_one() -> None:
    """It gives tokens for its refresh token and its client alone, knows the ones it gave, and forgets what was withdrawn."""
    endpoint = TokenEndpoint(USER, rotates=True)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "client_id": "client",
        "client_secret": "client secret",
    }
    code, told = endpoint.token(form)
    assert (code, told["refresh_token"]) == (200, endpoint.refresh_token)
    assert endpoint.introspect(told["access_token"]) == {"active": True, "email": USER}
    assert endpoint.introspect("other") == {"active": False}
    assert endpoint.token(form)[1] == {"error": "invalid_grant"}
    assert endpoint.token(form | {"client_secret": "x"})[0] == 401
    endpoint.withdrawn = True
    assert endpoint.token(form | {"refresh_token": endpoint.refresh_token})[0] == 400
