"""Poison: what cannot be filed is set aside, shown, and never in the way; what is huge or hostile holds up nobody."""

import asyncio
import json
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from channels.email.receiving.set_aside import SetAside
from channels.email.receiving.tries import MOST_TRIES, Tries
from config.errors import Refused
from crm_core import letters, notifications, users
from crm_core.store import Connection
from tests.channels.rooms import ANN, MailRoom, letter, mail_room
from tests.channels.test_mail_room import arrived, until

POISON = "poison@example.org"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[MailRoom]:
    """A mail room in which floor and intake run."""
    async with mail_room(tmp_path) as made:
        tasks = [asyncio.create_task(part.run()) for part in (made.floor, made.intake)]
        yield made
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _refuse_poison(conn: Connection) -> None:
    conn.execute(
        text(
            f"CREATE TRIGGER poison BEFORE INSERT ON letter WHEN NEW.envelope_from = '{POISON}'"
            " BEGIN SELECT RAISE(ABORT, 'this letter is poison'); END"
        )
    )


async def test_what_cannot_be_filed_is_set_aside_shown_and_tried_again(room: MailRoom) -> None:
    """The letter behind it arrives; those who keep watch are told, read it, and file it once the store takes it."""
    given = {"login": "sue", "name": "Sue", "password_hash": "x", "role": "supervisor", "language": "en"}
    boss = await room.store.write(lambda conn: users.add_user(conn, **given))
    await room.store.write(_refuse_poison)
    bad = letter("poison")
    await room.deliver(bad, sender=POISON)
    await room.deliver(letter("behind it"))
    await arrived(room, 1)
    assert [one.subject for one in await room.interactions()] == ["behind it"]
    (aside,) = await room.intake.aside()
    assert (aside.sender, aside.size) == (POISON, len(bad))
    assert "this letter is poison" in aside.reason
    assert await room.intake.aside_raw(aside.id) == bad
    assert room.intake.status().set_aside == 1
    told = await room.store.read(lambda conn: notifications.of_user(conn, boss.id))
    assert [one.code for one in told] == ["letter.set_aside"]
    with pytest.raises(Refused, match=r"set_aside\.still"):
        await room.intake.again(aside.id)
    assert len(await room.intake.aside()) == 1
    await room.store.write(lambda conn: conn.execute(text("DROP TRIGGER poison")))
    await room.intake.again(aside.id)
    await arrived(room, 2)
    assert {one.subject for one in await room.interactions()} == {"behind it", "poison"}
    assert await room.intake.aside() == []
    for name in (aside.id, "../recipients", "none"):
        with pytest.raises(Refused, match=r"set_aside\.unknown"):
            await room.intake.aside_raw(name)


async def test_a_letter_that_ends_the_server_is_set_aside_at_the_fourth_start(tmp_path: Path) -> None:
    """Three servers ended with it in hand: the fourth files what is behind it, and says why."""
    async with mail_room(tmp_path) as room:
        await room.deliver(letter("deadly"))
        await room.deliver(letter("harmless"))
        (deadly, _) = room.intake._readers[0].reader.read()
        mark = tmp_path / "spool" / "trying"
        mark.write_text(json.dumps({"letter": deadly.spool_id, "count": MOST_TRIES}))
    async with mail_room(tmp_path / "again") as room:
        (tmp_path / "again" / "spool").rename(tmp_path / "again" / "unused")
        (tmp_path / "spool").rename(tmp_path / "again" / "spool")
        room.intake = type(room.intake)(
            room.settings,
            spool_dir=tmp_path / "again" / "spool",
            store=room.store,
            floor=room.floor,
            bus=room.bus,
            clock=room.clock,
        )
        tasks = [asyncio.create_task(part.run()) for part in (room.floor, room.intake)]
        await arrived(room, 1)
        assert [one.subject for one in await room.interactions()] == ["harmless"]
        (aside,) = await room.intake.aside()
        assert "ended 3 times" in aside.reason
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def test_only_the_letter_in_hand_is_counted(tmp_path: Path) -> None:
    """After an end in the middle letters are taken one at a time; one that is done with is no suspect any more."""
    path = tmp_path / "trying"
    first = Tries(path)
    assert (first.at_once, first.begin("a")) == (64, 1)
    for count in (2, 3, 4):
        again = Tries(path)
        assert (again.at_once, again.begin("a")) == (1, count)
    again.end()
    assert again.begin("b") == 1
    again.end()
    assert Tries(path).at_once == 64


def test_a_folder_with_other_things_in_it_is_read(tmp_path: Path) -> None:
    """Half a pair, or what somebody put there, is not shown and breaks nothing."""
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "y.json").write_text("no json")
    (tmp_path / "y.eml").write_bytes(b"")
    (tmp_path / "z.eml").write_bytes(b"")
    assert SetAside(tmp_path).listed() == []


def _huge() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = ANN, "huge", "<huge@example.org>"
    message.set_content("see the files")
    block = b"\0\1\2\3" * 15_000
    for number in range(300):
        message.add_attachment(
            block, maintype="application", subtype="octet-stream", filename=f"part {number}.bin"
        )
    return message.as_bytes().replace(b"\n", b"\r\n")


async def test_case_15_a_huge_letter_holds_up_nobody(room: MailRoom) -> None:
    """300 attachments (24 MB; the complaint had 60, which takes longer and shows no more), then a hundred ordinary ones: all arrive, the large one whole."""
    raw = _huge()
    assert len(raw) > 24_000_000
    await room.deliver(raw)
    for number in range(100):
        await room.deliver(letter(f"ordinary {number}"))
    async with asyncio.timeout(120):  # some seconds; more on a machine that has other work
        while len(await room.interactions()) < 101:
            await asyncio.sleep(0.05)
    every = await room.interactions()
    (huge,) = [one for one in every if one.subject == "huge"]
    (kept,) = await room.thread(huge.case_id or "")
    first = await room.store.read(lambda conn: letters.attachment(conn, kept.attachments[0].id))
    assert first
    assert first.content == b"\0\1\2\3" * 15_000
    assert await room.store.read(lambda conn: letters.raw(conn, kept.id)) == raw
    assert len({one.case_id for one in every}) == 101


async def test_case_18_a_letter_of_five_thousand_links_delays_nothing(room: MailRoom) -> None:
    """It is read beside the loop, shown with its links, and the letter behind it comes as well."""
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = ANN, "links", "<links@example.org>"
    message.set_content(
        "".join(f'<p><a href="https://example.org/{number}">{number}</a></p>' for number in range(5000)),
        subtype="html",
    )
    await room.deliver(message.as_bytes().replace(b"\n", b"\r\n"))
    await room.deliver(letter("behind it"))
    await arrived(room, 2)
    (links,) = [one for one in await room.interactions() if one.subject == "links"]

    async def shown() -> bool:
        (kept,) = await room.thread(links.case_id or "")
        return kept.html.count("<a ") == 5000

    await until(shown)
