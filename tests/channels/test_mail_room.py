"""A letter's way: in, to a case and an agent, answered, out, and back to the same case."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from channels.email.addresses import case_of, write_recipients
from channels.email.reading.parsed import Mark
from channels.email.sending.written import reply_subject
from channels.web.requests import Request, file_request
from config.errors import Refused
from crm_core import cases, interactions, letters, queues, recognition, users
from crm_core.interactions import Interaction
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import party
from routing.core.events import Accepted, ConsoleChanged, SetAside, StatusChosen, WorkEnded
from routing.core.model import AgentId, By, InteractionId, Phase, Status
from routing.rules import read_rules
from tests.channels.rooms import ANN, SALES, SERVICE, MailRoom, letter, mail_room
from trunkline.demo.relay import Relay

SECRET = "a secret of some length"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with Relay("127.0.0.1", 0, tmp_path / "sent") as running:
        yield running


@pytest.fixture
async def room(tmp_path: Path, relay: Relay) -> AsyncIterator[MailRoom]:
    """A mail room in which floor, intake and postman run."""
    async with mail_room(tmp_path, relay.port) as made:
        tasks = [asyncio.create_task(part.run()) for part in (made.floor, made.intake, made.postman)]
        yield made
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.01)


async def arrived(room: MailRoom, count: int) -> None:
    """Wait until this many letters are open and known to the floor."""

    async def there() -> bool:
        return len(room.floor.centre.interactions) >= count and len(await room.interactions()) >= count

    await until(there)


def sent_letters(room: MailRoom) -> list[EmailMessage]:
    paths = sorted((room.folder / "sent").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


async def test_a_letter_opens_a_case_and_is_offered(room: MailRoom) -> None:
    """The customer is recognised by address; the letter rings on the screen of a ready agent."""
    await room.deliver(letter())
    await arrived(room, 1)
    (one,) = await room.interactions()
    (case,) = await room.cases()
    assert (one.match, one.customer_address, one.subject, one.entry_address) == (
        "one",
        ANN,
        "Where is my order?",
        SERVICE,
    )
    assert (case.subject, case.party_id) == ("Where is my order?", one.party_id)
    await room.ready()

    async def rang() -> bool:
        return room.floor.centre.interactions[InteractionId(one.id)].rang_at is not None

    await until(rang)
    assert one.id in room.told


async def test_answer_and_customers_reply_are_one_case(room: MailRoom) -> None:
    """The reply goes out signed and threaded; the customer's answer to it is appended to the open interaction."""
    first = letter(Message_ID="<first@example.org>")
    await room.deliver(first)
    await arrived(room, 1)
    (one,) = await room.interactions()
    written = await room.composer.reply(
        interaction=one.id, author=room.agent, text="It is on its way.", idempotency_key="k"
    )
    again = await room.composer.reply(
        interaction=one.id, author=room.agent, text="It is on its way.", idempotency_key="k"
    )
    assert written == again

    async def delivered() -> bool:
        found = await room.store.read(lambda conn: letters.letter(conn, written))
        return found is not None and found.delivery == "sent"

    await until(delivered)
    (sent,) = sent_letters(room)
    assert case_of(SECRET, sent["Reply-To"]) == one.case_id
    assert (sent["In-Reply-To"], sent["References"]) == ("<first@example.org>", "<first@example.org>")
    assert (sent["To"], sent["From"], sent["Subject"]) == (
        ANN,
        f"Example Ltd <{SERVICE}>",
        "Re: Where is my order?",
    )
    assert sent.get_content().replace("\r", "").startswith("It is on its way.\n\nann@example.org, ")
    assert "> where is it?" in sent.get_content()
    await room.deliver(letter("totally different", sender="Ann <ANN@Example.org>"), sent["Reply-To"])
    await room.deliver(letter("also", References=sent["Message-ID"]))

    async def four() -> bool:
        return len(await room.thread(one.case_id or "")) == 4

    await until(four)
    assert [item.id for item in await room.interactions()] == [one.id]


async def test_a_reply_after_the_work_is_done_is_new_work_on_the_old_case(room: MailRoom) -> None:
    """A closed interaction stays closed; the case gets a new one and is open again."""
    await room.ready()
    await room.deliver(letter(Message_ID="<a@example.org>"))
    await arrived(room, 1)
    (one,) = await room.interactions()
    work = room.floor.centre.interactions[InteractionId(one.id)]

    async def offered() -> bool:
        return room.floor.centre.interactions[InteractionId(one.id)].offer is not None

    await until(offered)
    work = room.floor.centre.interactions[InteractionId(one.id)]
    assert work.offer
    await room.floor.settle(Accepted(offer=work.offer, at=room.clock.now()))
    await room.composer.reply(interaction=one.id, author=room.agent, text="Done", idempotency_key="k")
    await room.floor.settle(WorkEnded(interaction=InteractionId(one.id), by=By.AGENT, at=room.clock.now()))
    await room.deliver(letter(References="<a@example.org>"))
    await arrived(room, 1)
    (two,) = await room.interactions()
    assert two.id != one.id
    assert two.case_id == one.case_id
    (case,) = await room.cases()
    assert case.status == "open"


async def test_strangers_and_other_queues_get_cases_of_their_own(room: MailRoom) -> None:
    """A quoted reference of somebody else and a letter to two queues: linked by mark and number, never mixed."""
    await room.deliver(letter(Message_ID="<a@example.org>"))
    await room.deliver(
        letter(References="<a@example.org>", sender="bob@example.net"), sender="bob@example.net"
    )
    await room.deliver(letter("To both"), SERVICE, SALES)
    await arrived(room, 4)
    first, stranger, *both = await room.interactions()
    (foreign,) = await room.thread(stranger.case_id or "")
    assert foreign.marks == (Mark.STRANGER,)
    assert stranger.note == (await room.cases())[0].number
    assert stranger.match == "none"
    assert len({one.case_id for one in (first, stranger, *both)}) == 4
    assert len({one.queue_id for one in both}) == 2


async def test_the_same_letter_twice_is_one(room: MailRoom) -> None:
    """A sender's retry and a reread spool change nothing."""
    raw = letter()
    await room.deliver(raw)
    await room.deliver(raw)
    await room.deliver(letter("last"))
    await arrived(room, 2)
    assert [one.subject for one in await room.interactions()] == ["Where is my order?", "last"]


async def test_what_cannot_be_read_is_still_seen(room: MailRoom) -> None:
    """Garbage is an interaction with a mark, and the letter behind it is not held up."""
    await room.deliver(b"Subject: " + b"x" * 600_000 + b"\r\n\r\n")
    await room.deliver(b"\xff\x00\r\n\r\n\x00")
    await room.deliver(letter())
    await arrived(room, 3)
    garbage, odd, _ = await room.interactions()
    (kept,) = await room.thread(garbage.case_id or "")
    assert kept.marks == (Mark.UNPARSABLE,)
    raw = await room.store.read(lambda conn: letters.raw(conn, kept.id))
    assert raw
    assert len(raw) > 600_000
    assert odd.subject == ""


async def test_an_unknown_recipient_is_not_lost(room: MailRoom) -> None:
    """Accepted before the list was written: the first queue takes it, marked."""
    await room.deliver(letter(), "nobody@example.com")
    await arrived(room, 1)
    (one,) = await room.interactions()
    (kept,) = await room.thread(one.case_id or "")
    assert kept.marks == (Mark.NO_RECIPIENT,)


async def test_automatic_answers_make_no_work_and_bounces_do(room: MailRoom) -> None:
    """A vacation notice joins its case quietly, which stays as it is; a report of non-delivery is shown to somebody."""
    await room.deliver(letter(Message_ID="<a@example.org>"))
    await arrived(room, 1)
    (one,) = await room.interactions()
    await room.composer.reply(interaction=one.id, author=room.agent, text="Hi", idempotency_key="k")

    async def went() -> bool:
        return len(sent_letters(room)) == 1

    await until(went)
    token = sent_letters(room)[0]["Reply-To"]
    await close(room, one.id)
    await room.deliver(letter("Out of office", Auto_Submitted="auto-replied"), token)

    async def three() -> bool:
        return len(await room.thread(one.case_id or "")) == 3

    await until(three)
    assert await room.interactions() == []
    case = await room.store.read(lambda conn: cases.case(conn, one.case_id or ""))
    assert case
    assert case.status == "pending"
    report = letter("Undelivered", sender="mailer-daemon@example.org")
    await room.deliver(report, token, sender="")
    await arrived(room, 1)
    (two,) = await room.interactions()
    assert two.case_id == one.case_id
    assert Mark.BOUNCE in (await room.thread(one.case_id or ""))[-1].marks


async def close(room: MailRoom, interaction: str) -> None:
    await room.ready()

    async def offered() -> bool:
        return room.floor.centre.interactions[InteractionId(interaction)].offer is not None

    await until(offered)
    offer = room.floor.centre.interactions[InteractionId(interaction)].offer
    assert offer
    await room.floor.settle(Accepted(offer=offer, at=room.clock.now()))
    await room.floor.settle(
        WorkEnded(interaction=InteractionId(interaction), by=By.AGENT, at=room.clock.now())
    )


async def test_a_refused_recipient_is_shown_as_failed(room: MailRoom) -> None:
    """5xx is final: the letter says failed and why."""
    await room.deliver(letter(sender="refused@example.org"))
    await arrived(room, 1)
    (one,) = await room.interactions()
    written = await room.composer.reply(interaction=one.id, author=room.agent, text="Hi", idempotency_key="k")

    async def failed() -> bool:
        found = await room.store.read(lambda conn: letters.letter(conn, written))
        return found is not None and found.delivery == "failed" and "550" in (found.delivery_error or "")

    await until(failed)


async def test_a_reply_goes_where_the_customer_asked(room: MailRoom) -> None:
    """Reply-To counts; a web form's letter from our own address is the visitor's."""
    await room.deliver(letter(sender=SERVICE, Reply_To="Visitor <visitor@example.net>"))
    await arrived(room, 1)
    (one,) = await room.interactions()
    assert one.customer_address == "visitor@example.net"
    written = await room.composer.reply(interaction=one.id, author=room.agent, text="Hi", idempotency_key="k")
    found = await room.store.read(lambda conn: letters.letter(conn, written))
    assert found
    assert found.to == ("visitor@example.net",)


async def test_replies_that_cannot_be_are_refused(room: MailRoom) -> None:
    """Empty text and unknown interactions change nothing."""
    with pytest.raises(Refused, match=r"letter\.empty"):
        await room.composer.reply(interaction="x", author=room.agent, text=" \n", idempotency_key="k")
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        await room.composer.reply(interaction="x", author=room.agent, text="Hi", idempotency_key="k")
    await room.deliver(b"Subject: from nobody\r\n\r\nx", sender="")
    await arrived(room, 1)
    (one,) = await room.interactions()
    with pytest.raises(Refused, match=r"letter\.no_address"):
        await room.composer.reply(interaction=one.id, author=room.agent, text="Hi", idempotency_key="k")


async def test_letters_filed_before_a_crash_are_offered_after_it(tmp_path: Path) -> None:
    """A letter that reached the store but not the floor is submitted at the next start."""
    async with mail_room(tmp_path) as room:
        intake = asyncio.create_task(room.intake.run())
        floor = asyncio.create_task(room.floor.run())
        await room.floor.restored()

        def filed(conn: Connection) -> None:
            interactions.ensure(
                conn,
                id="orphan", medium="email", direction="in", queue_id=queue_id, customer_address=ANN,
                customer_name="", entry_address=SERVICE, subject="x", enqueued_at=1.0,
            )  # fmt: skip

        (queue_id, *_) = [queue.id for queue in await room.store.read(queues.list_queues)]
        await room.store.write(filed)
        intake.cancel()
        await asyncio.wait([intake])
        intake = asyncio.create_task(room.intake.run())

        async def known() -> bool:
            return InteractionId("orphan") in room.floor.centre.interactions

        await until(known)
        for task in (intake, floor):
            task.cancel()
        await asyncio.wait([intake, floor])


async def test_the_drop_is_told_our_addresses(room: MailRoom) -> None:
    """The list of known recipients is on the disk soon after the start."""
    path = room.folder / "spool" / "recipients"

    async def written() -> bool:
        return path.exists() and SALES in path.read_text()

    await until(written)
    write_recipients(path, [])
    room.bus.publish("spool", "")
    await until(written)


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("Order", "Re: Order"),
        ("RE: Aw: 回复：答覆: Order", "Re: Order"),
        ("轉寄: 訂單", "Re: 訂單"),
        ("a\r\nBcc: x", "Re: a Bcc: x"),
        ("", "Re:"),
    ],
)
def test_one_reply_prefix_in_any_language(subject: str, reply: str) -> None:
    """Prefixes do not pile up, and a subject stays one line."""
    assert reply_subject(subject) == reply


async def test_a_postman_can_be_stopped_at_any_moment(tmp_path: Path, relay: Relay) -> None:
    """Cancelled while it connects, speaks or records, it ends at once, and the next one sends what is left."""
    async with mail_room(tmp_path, relay.port) as room:
        floor, intake = asyncio.create_task(room.floor.run()), asyncio.create_task(room.intake.run())
        await room.deliver(letter())
        await arrived(room, 1)
        (one,) = await room.interactions()
        for number in range(15):
            await room.composer.reply(
                interaction=one.id, author=room.agent, text="Hi", idempotency_key=str(number)
            )
        turns = 0
        while len(sent_letters(room)) < 15 and turns < 2000:
            postman = asyncio.create_task(room.postman.run())
            turns += 1
            for _ in range(turns % 90):
                await asyncio.sleep(0)
            postman.cancel()
            done, _ = await asyncio.wait([postman], timeout=10)
            assert done, f"still there after being cancelled in round {turns}"
        for task in (floor, intake):
            task.cancel()
        await asyncio.wait([floor, intake])
        assert {one["Message-ID"] for one in sent_letters(room)}


async def test_what_was_set_aside_comes_back_when_the_customer_writes_again(room: MailRoom) -> None:
    """To the agent who set it aside, long before its time."""
    await room.ready()
    await room.deliver(letter(Message_ID="<a@example.org>"))
    await arrived(room, 1)
    (one,) = await room.interactions()
    name, eve = InteractionId(one.id), AgentId(room.agent.id)

    async def offered() -> bool:
        return room.floor.centre.interactions[name].offer is not None

    await until(offered)
    offer = room.floor.centre.interactions[name].offer
    assert offer is not None
    now = room.clock.now()
    await room.floor.settle(Accepted(offer=offer, at=now))
    await room.floor.settle(SetAside(interaction=name, agent=eve, until=now + 86_400, at=now))
    assert room.floor.centre.interactions[name].phase is Phase.PARKED
    await room.deliver(letter("And another thing", References="<a@example.org>"))
    await until(offered)
    assert room.floor.centre.interactions[name].agent == eve
    assert [item.id for item in await room.interactions()] == [one.id]


async def test_a_letter_is_kept_for_whose_customer_it_is_from(room: MailRoom) -> None:
    """Also one that was filed before a crash and is offered afterwards."""

    def fill(conn: Connection) -> str:
        (queue,) = (one for one in queues.list_queues(conn) if one.name == "Service")
        wishes = {"preferred": "owner", "preferred_wait_s": 600.0, "tiers": "gold: 9"}
        rows.patch(conn, system(1.0), known.entity("queue"), queue.id, wishes)
        conn.execute(update(party).values(owner_id=room.agent.id, tier="gold"))
        given = {"login": "bob", "name": "Bob", "password_hash": "x", "role": "agent", "language": "en"}
        return users.add_user(conn, **given).id

    bob = AgentId(await room.store.write(fill))
    room.floor.configure(*await room.store.read(partial(read_rules, now=room.clock.now())))
    now = room.clock.now()
    for event in (
        ConsoleChanged(agent=bob, present=True, at=now),
        StatusChosen(agent=bob, status=Status.READY, at=now),
        StatusChosen(agent=AgentId(room.agent.id), status=Status.PAUSED, at=now),
    ):
        await room.floor.settle(event)
    await room.deliver(letter())
    await arrived(room, 1)
    (one,) = await room.interactions()
    work = room.floor.centre.interactions[InteractionId(one.id)]
    assert (work.preferred, work.priority_points, work.agent) == (room.agent.id, 9, None)
    forgotten = await room.store.write(lambda conn: _forgotten(conn, one))
    await room.intake._offer_forgotten()

    async def known_again() -> bool:
        return InteractionId(forgotten) in room.floor.centre.interactions

    await until(known_again)
    form = Request(
        key="k", address=ANN, name="Ann", subject="x", text="x", mark="help", language="en", queue="Service"
    )
    filed = await room.store.write(lambda conn: file_request(conn, form, "example.com", room.clock.now()))
    event = filed.event(room.floor.centre)
    assert (event.preferred, event.preferred_wait_s, event.priority_points) == (room.agent.id, 600.0, 9)
    assert room.floor.centre.interactions[InteractionId(forgotten)].preferred == room.agent.id
    await room.ready()
    work = room.floor.centre.interactions[InteractionId(one.id)]
    assert work.agent == room.agent.id


def _forgotten(conn: Connection, like: Interaction) -> str:
    """Filed, and never told to the floor."""
    interactions.ensure(
        conn, id="forgotten", medium="email", direction="in", queue_id=like.queue_id, customer_address=ANN,
        customer_name="", entry_address=SERVICE, subject="x", enqueued_at=like.enqueued_at,
    )  # fmt: skip
    recognition.identify(conn, "forgotten", recognition.by_email(conn, ANN))
    return "forgotten"
