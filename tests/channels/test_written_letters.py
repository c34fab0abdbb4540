"""Letters from the composer and what comes back to them: answers of web forms' visitors, reports of reading and of failure."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.email.addresses import letter_of, return_address
from channels.email.sending import beginning
from channels.email.sending.dispatch import Dispatch
from crm_core import cases, interactions, letters, outbox, parties
from crm_core.drafts import kept
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content
from crm_core.letters import Letter
from crm_core.store import Connection
from tests.channels.rooms import ANN, SERVICE, MailRoom, letter, mail_room
from tests.channels.test_case_post import filed
from tests.channels.test_composing import REPORT

SECRET = "a secret of some length"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[MailRoom]:
    """A mail room in which the intake runs."""
    async with mail_room(tmp_path) as made:
        tasks = [asyncio.create_task(part.run()) for part in (made.floor, made.intake)]
        yield made
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def begun(room: MailRoom, conn: Connection, place: Place) -> Content:
    return beginning.begun(
        conn, beginning.standing(conn, place), "reply", None, room.agent.id, "Example", room.clock.now()
    )


async def sent(room: MailRoom, case_id: str, content: Content) -> Letter:
    """Written and gone at once."""

    def write(conn: Connection) -> None:
        draft = kept.begin(conn, Place(case_id=case_id), room.agent.id, content, room.clock.now())
        kept.hold(conn, draft.id, room.agent.id, draft.version, room.clock.now() - 1, scheduled=False)

    await room.store.write(write)
    await Dispatch(room.settings, "Example Ltd", room.store, room.bus, room.clock).round()
    return (await room.thread(case_id))[-1]


async def test_case_20_the_visitor_of_a_web_form_is_the_customer_and_gets_the_answer(room: MailRoom) -> None:
    """From is the shop's own address, Reply-To the visitor's: the letter goes to the visitor. When the agent says that it is somebody else, it
    goes to that customer, and the visitor's address is a stranger's."""
    await room.deliver(letter(sender=SERVICE, Reply_To="Vic Visitor <vic@example.net>"), sender=SERVICE)
    (case,) = await filed(room, 1)
    (one,) = await room.interactions()
    assert one.customer_address == "vic@example.net"
    place = Place(interaction_id=one.id)
    assert (await room.store.read(lambda c: begun(room, c, place))).to == ("vic@example.net",)

    def choose(conn: Connection) -> None:
        mia = parties.add_party(conn, kind="person", name="Mia", now=1.0)
        parties.add_contact_point(conn, mia.id, "email", "mia@example.net")
        interactions.set_party(conn, one.id, mia.id)

    await room.store.write(choose)
    content = await room.store.read(lambda c: begun(room, c, place))
    assert content.to == ("mia@example.net",)
    written = await sent(
        room, case.id, Content(to=content.to, subject=content.subject, text="Hello", answers=content.answers)
    )
    assert written.to == ("mia@example.net",)


async def test_a_customers_reply_to_is_kept_to(room: MailRoom) -> None:
    """A known customer who wants answers elsewhere gets them there."""
    await room.deliver(letter(Reply_To="assistant@example.org"))
    (case,) = await filed(room, 1)
    content = await room.store.read(lambda c: begun(room, c, Place(case_id=case.id)))
    assert (content.to, content.subject) == (("assistant@example.org",), "Re: Where is my order?")


async def test_a_report_of_reading_marks_the_letter_and_opens_nothing(room: MailRoom) -> None:
    """RFC 8098: the letter is read, there is no case and no work more; a report by a stranger says nothing."""
    await room.deliver(letter())
    (case,) = await filed(room, 1)
    (one,) = await room.interactions()
    written = await sent(room, case.id, Content(to=(ANN,), subject="Re: x", text="Soon", receipt=True))
    report = REPORT.format(said="displayed").replace("<1@example.com>", written.message_id)
    await room.deliver(
        report.replace("ann@example.org", "eve@example.net").encode(), SERVICE, sender="eve@example.net"
    )
    await room.deliver(report.encode(), SERVICE)
    async with asyncio.timeout(20):
        while (await room.store.read(lambda c: letters.letter(c, written.id)) or written).read_at is None:
            await asyncio.sleep(0.02)
    async with asyncio.timeout(20):
        while len(await room.thread(case.id)) < 3:
            await asyncio.sleep(0.02)
    assert one.id in [each.id for each in await room.interactions()]
    assert len([each for each in await room.interactions() if each.case_id == case.id]) == 1
    found = await room.store.read(lambda c: cases.case(c, case.id))
    assert found is not None
    assert found.status == "pending"


async def test_a_report_of_failure_finds_its_letter_by_the_address_alone(room: MailRoom) -> None:
    """The envelope's sender is signed by letter: a report that quotes nothing comes to the case all the same; a forged one does not."""
    await room.deliver(letter())
    (case,) = await filed(room, 1)
    written = await sent(room, case.id, Content(to=(ANN,), subject="Re: x", text="Soon"))
    (row,) = await room.store.read(lambda c: outbox.due(c, room.clock.now() + 1, 10))
    assert letter_of(SECRET, row.envelope_from) == written.id
    bounce = b"From: MAILER-DAEMON@example.org\r\nSubject: failed\r\n\r\nno such user"
    await room.deliver(bounce, row.envelope_from, sender="")
    async with asyncio.timeout(20):
        while len(await room.thread(case.id)) < 3:
            await asyncio.sleep(0.02)
    assert letter_of("another secret", row.envelope_from) is None
    assert letter_of(SECRET, return_address(SECRET, SERVICE, written.id).replace("+l-", "+l-a")) is None


async def test_the_senders_copies_stay_unseen(room: MailRoom) -> None:
    """Who gets a blind copy is in the envelope and nowhere in the letter."""
    await room.deliver(letter())
    (case,) = await filed(room, 1)
    written = await sent(
        room, case.id, Content(to=(ANN,), bcc=("quiet@example.net",), subject="Re: x", text="Soon")
    )
    raw = await room.store.read(lambda c: letters.raw(c, written.id)) or b""
    assert b"quiet@" not in raw
    assert written.envelope_to == (ANN, "quiet@example.net")
