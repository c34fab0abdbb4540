"""Text messages: what comes is filed once, what goes is sent once, and who wants no more gets no more."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from channels.sms import composing
from channels.sms.composing import Draft
from channels.sms.providers.model import Hook
from channels.written.dispatcher import UNANSWERED
from config.errors import Kind, Refused, Unavailable
from crm_core import cases
from crm_core.customers import consent
from crm_core.tables import attachment, message_media, message_out, message_part, party
from crm_core.tables.base import metadata
from routing.core.model import Medium
from tests.channels.text_room import OURS, THEIRS, TextRoom, add_gateway, text_room
from tests.fakes.sms_gateway import (
    PICTURE,
    SECRET,
    FakeGateway,
    generic_hook,
    running,
    twilio_hook,
    vonage_hook,
)


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with running() as opened:
        yield opened


@pytest.fixture
async def room(tmp_path: Path, gateway: FakeGateway) -> AsyncIterator[TextRoom]:
    async with text_room(tmp_path, gateway) as opened:
        yield opened


@asynccontextmanager
async def serving(part: Any) -> AsyncIterator[None]:
    """While a part of the server runs."""
    task = asyncio.create_task(part.run())
    try:
        yield
    finally:
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(room: TextRoom, letter_id: str, state: str) -> str:
    """Wait until a message has come so far; its error."""
    async with asyncio.timeout(10):
        while (found := await room.state(letter_id))[0] != state:
            await asyncio.sleep(0.02)
    return found[1] or ""


async def test_a_message_waits_in_its_queue(room: TextRoom) -> None:
    """It is an interaction of its number's queue, with a case, and the customer is known by their number; told twice it is there once."""
    await room.message("m1", "我的燈壞了 ☹")
    await room.message("m1", "something else by the same name")
    (letter,) = await room.letters()
    (waiting,) = await room.interactions()
    assert (letter.text, letter.from_address, letter.to, letter.marks) == (
        "我的燈壞了 ☹",
        THEIRS,
        (OURS,),
        ("sms",),
    )
    assert (waiting.medium, waiting.queue_id, waiting.party_id, waiting.subject) == (
        "sms",
        room.queue,
        room.party,
        "我的燈壞了 ☹",
    )
    case = await room.store.read(lambda c: cases.case(c, str(waiting.case_id)))
    assert case is not None
    assert (case.party_id, letter.case_id, letter.party_id) == (room.party, case.id, room.party)


async def test_two_numbers_go_on_with_their_case(room: TextRoom) -> None:
    """The next message of the same pair joins the case and the work that waits; after the days that the settings say, a new case begins."""
    await room.message("m1", "first")
    await room.message("m2", "second")
    await room.message("m3", "another's", sender="+886922222222")
    assert len({letter.case_id for letter in await room.letters()}) == 2
    assert len(await room.interactions()) == 2
    table = metadata.tables["conversation"]
    await room.store.write(lambda c: c.execute(update(table).values(at=time.time() - 8 * 86_400)))
    await room.message("m4", "after a week")
    assert len({letter.case_id for letter in await room.letters()}) == 3


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
async def test_a_long_message_is_put_together(room: TextRoom, order: tuple[int, ...]) -> None:
    """Its parts make one message in the right order, however they come, also when the gateway repeats them afterwards; nothing of them is kept twice."""
    for number in (*order, 2, 1):
        await room.message(f"p{number}", f"part {number}. ", udh=f"050003{0x2A:02x}03{number:02x}")
    (letter,) = await room.letters()
    assert (letter.text, letter.marks) == ("part 1. part 2. part 3. ", ("sms",))
    words = await room.store.read(
        lambda c: c.execute(select(message_part.c.text, message_part.c.sender)).all()
    )
    assert {tuple(row) for row in words} == {("", "")}


async def test_a_part_that_does_not_come_is_not_waited_for_for_ever(room: TextRoom) -> None:
    """After the time that the settings say, the message is shown with a gap and a mark; a part that comes later is shown too."""
    await room.message("p1", "begin ", concat={"reference": "7", "total": 3, "part": 1})
    await room.message("p3", " end", concat={"reference": "7", "total": 3, "part": 3})
    assert await room.letters() == []
    await room.store.write(lambda c: c.execute(update(message_part).values(due_at=1.0)))
    await room.service._give_up()
    (letter,) = await room.letters()
    assert (letter.text, letter.marks) == ("begin […] end", ("sms", "incomplete"))
    await room.message("p2", "middle", concat={"reference": "7", "total": 3, "part": 2})
    await room.store.write(lambda c: c.execute(update(message_part).values(due_at=1.0)))
    await room.service._give_up()
    assert [each.text for each in await room.letters()] == ["begin […] end", "[…]middle[…]"]


async def test_who_proves_nothing_is_refused(room: TextRoom) -> None:
    """A foreign or old signature, another body, an unknown gateway: refused, and nothing is kept."""
    said = {"type": "message", "id": "x", "from": THEIRS, "to": OURS, "text": "x"}
    genuine, body = generic_hook(said)
    foreign, _ = generic_hook(said, secret="whsec_AAAA")
    old, _ = generic_hook(said, at=time.time() - 600)
    for headers, given, gateway in (
        (foreign, body, room.gateway),
        (old, body, room.gateway),
        (genuine, body + b" ", room.gateway),
        ({}, body, room.gateway),
        (genuine, body, "none"),
    ):
        with pytest.raises(Refused) as refusal:
            await room.receiver.take(gateway, Hook(url="", headers=headers, body=given))
        assert refusal.value.kind in {Kind.FORBIDDEN, Kind.MISSING}
    broken, nonsense = generic_hook({"type": "message"})
    with pytest.raises(Refused, match=r"sms\.malformed"):
        await room.receiver.take(room.gateway, Hook(url="", headers=broken, body=nonsense))
    assert await room.letters() == []


async def test_stop_is_kept_confirmed_once_and_obeyed(room: TextRoom, gateway: FakeGateway) -> None:
    """退訂 is nobody's work: consent is withdrawn with the message as evidence, one confirmation goes, what waited is withheld, and later sends are refused until START."""
    waiting = await room.send("news", party_id=room.party)
    for name, word in (("s1", "退訂。"), ("s1", "退訂。"), ("s2", "ＳＴＯＰ")):
        await room.message(name, word)
    assert await room.interactions() == []
    assert await room.state(waiting.letter.id) == ("failed", "sms.stopped")
    said = await room.store.read(lambda c: consent.allows(c, room.party, "sms", "marketing"))
    assert (said.allowed, said.reason) == (False, "withdrawn")
    kept = await room.store.read(lambda c: c.execute(metadata.tables["consent"].select()).all())
    assert {row.evidence for row in kept} == {"SMS 退訂。"}
    with pytest.raises(Refused, match=r"sms\.stopped"):
        await room.send("and yet")
    async with serving(room.dispatcher):
        assert "no more" in (await gateway.until(1)).text
    await room.message("s3", "START")
    assert await room.interactions() == []
    await room.send("welcome back", party_id=room.party)
    async with serving(room.dispatcher):
        await gateway.until(3)
    assert [each.text[:12] for each in gateway.taken if "text messages" not in each.text] == ["welcome back"]


async def test_a_word_in_a_sentence_is_a_message(room: TextRoom) -> None:
    """Who asks how to cancel an order does not unsubscribe, and START of somebody who never stopped is for a person to read."""
    for number, text in enumerate(("How do I cancel my order?", "請幫我取消訂單", "START")):
        await room.message(f"m{number}", text)
    assert len(await room.letters()) == 3
    assert (await room.interactions())[0].state == "new"


async def test_an_answer_goes_out_and_its_reports_come_in(room: TextRoom, gateway: FakeGateway) -> None:
    """Queued, sent, delivered: from the number that was written to, once, whatever order and number of reports; the case waits for the customer then."""
    await room.message("m1", "hello")
    (about,) = await room.interactions()
    draft = Draft(text="Good day. 您好", number="", queue_id=None, key="k", author_id=room.agent.id)
    for _ in range(2):
        queued = await room.store.write(
            lambda c: composing.answer(c, about.id, draft, room.settings, "UTC", time.time())
        )
    assert (await room.state(queued.letter.id))[0] == "queued"
    async with serving(room.dispatcher):
        took = await gateway.until(1)
        await until(room, queued.letter.id, "sent")
    assert (took.sender, took.recipient, took.text) == (OURS, THEIRS, "Good day. 您好")
    assert took.report_to == f"http://desk.test/hooks/sms/{room.gateway}"
    for state in ("delivered", "sent", "delivered"):
        await room.comes(type="report", id=took.name, state=state)
    assert await room.state(queued.letter.id) == ("delivered", "")
    case = await room.store.read(lambda c: cases.case(c, str(about.case_id)))
    assert case is not None
    assert (case.status, len(gateway.taken)) == ("pending", 1)


async def test_a_report_of_failure_says_why(room: TextRoom, gateway: FakeGateway) -> None:
    """What the network could not deliver is failed with its reason; one for a message that is still being handed over is to be told again."""
    sent = await room.send("hello")
    await room.store.write(lambda c: c.execute(update(message_out).values(state="sending")))
    with pytest.raises(Unavailable):
        await room.comes(type="report", id="gw-1", state="failed", reason="unknown subscriber")
    await room.store.write(lambda c: c.execute(update(message_out).values(state="queued")))
    async with serving(room.dispatcher):
        took = await gateway.until(1)
        await until(room, sent.letter.id, "sent")
    await room.comes(type="report", id=took.name, state="failed", reason="unknown subscriber")
    assert await room.state(sent.letter.id) == ("failed", "unknown subscriber")
    await room.comes(type="report", id="of nobody", state="failed")


async def test_what_was_not_answered_is_asked_again_where_that_is_safe(
    room: TextRoom, gateway: FakeGateway
) -> None:
    """A gateway that knows repeats gets the same message again, and sends it once; it is refused with a reason that is shown."""
    gateway.silent = True
    sent = await room.send("once")
    async with serving(room.dispatcher):
        await gateway.until(1)
        await until(room, sent.letter.id, "queued")
        gateway.silent = False
        await room.store.write(lambda c: c.execute(update(message_out).values(due_at=0.0)))
        room.bus.publish("message_out", "")
        await until(room, sent.letter.id, "sent")
        gateway.refuses = (422, {"code": "bad_number", "reason": "no such number"})
        refused = await room.send("never")
        room.bus.publish("message_out", "")
        assert await until(room, refused.letter.id, "failed") == "422 no such number"
    assert (gateway.calls, len(gateway.taken)) == (3, 1)


async def test_what_was_not_answered_is_a_persons_to_decide_elsewhere(
    room: TextRoom, gateway: FakeGateway
) -> None:
    """Where a repeat would be a second message, it is failed and visible instead; what was being sent when the server ended, likewise."""
    more = {"account": "AC1"}
    number = "+886900000002"
    await room.store.write(lambda c: add_gateway(c, room.queue, gateway.origin, number, "twilio", more))
    gateway.silent = True
    sent = await room.send("once", ours=number)
    ended = await room.send("in the middle", ours=number)
    await room.store.write(
        lambda c: c.execute(
            update(message_out).where(message_out.c.letter_id == ended.letter.id).values(state="sending")
        )
    )
    async with serving(room.dispatcher):
        assert await until(room, sent.letter.id, "failed") == UNANSWERED
        assert await until(room, ended.letter.id, "failed") == UNANSWERED
    assert len(gateway.taken) == 1


async def test_twilio_and_vonage_are_spoken(room: TextRoom, gateway: FakeGateway) -> None:
    """Both providers' requests are verified and filed, their answers and reports are understood, and a foreign token is refused."""
    twilio = await room.store.write(
        lambda c: add_gateway(c, room.queue, gateway.origin, "+886900000002", "twilio", {"account": "AC1"})
    )
    vonage = await room.store.write(
        lambda c: add_gateway(c, room.queue, gateway.origin, "+886900000003", "vonage", {"account": "key1"})
    )
    url = f"http://desk.test/hooks/sms/{twilio}"
    form = {
        "MessageSid": "SM1",
        "SmsStatus": "received",
        "From": THEIRS,
        "To": "+886900000002",
        "Body": "from T",
        "NumMedia": "0",
    }
    headers, body = twilio_hook(url, form)
    reply = await room.receiver.take(twilio, Hook(url=url, headers=headers, body=body))
    assert reply.body == b"<Response/>"
    said = {
        "channel": "sms",
        "message_uuid": "v1",
        "from": THEIRS[1:],
        "to": "886900000003",
        "text": "from V",
        "timestamp": "2026-11-27T10:00:00Z",
    }
    headers, body = vonage_hook(said, SECRET)
    await room.receiver.take(vonage, Hook(url="", headers=headers, body=body))
    assert sorted(letter.text for letter in await room.letters()) == ["from T", "from V"]
    assert {letter.to for letter in await room.letters()} == {("+886900000002",), ("+886900000003",)}
    for at, (wrong, given) in (
        (twilio, twilio_hook(url, form, "foreign")),
        (vonage, vonage_hook(said, "foreign" * 6)),
        (vonage, vonage_hook(said, SECRET, 1.0)),
    ):
        with pytest.raises(Refused, match=r"sms\.signature"):
            await room.receiver.take(at, Hook(url=url, headers=wrong, body=given))
    async with serving(room.dispatcher):
        one = await room.send("to T", ours="+886900000002")
        two = await room.send("to V 您好", ours="+886900000003")
        room.bus.publish("message_out", "")
        await until(room, one.letter.id, "sent")
        await until(room, two.letter.id, "sent")
    by_text = {each.text: each for each in gateway.taken}
    assert by_text["to V 您好"].recipient == THEIRS[1:]
    headers, body = twilio_hook(
        url, {"MessageSid": by_text["to T"].name, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    )
    await room.receiver.take(twilio, Hook(url=url, headers=headers, body=body))
    report = {"channel": "sms", "message_uuid": by_text["to V 您好"].name, "status": "delivered"}
    headers, body = vonage_hook(report, SECRET)
    await room.receiver.take(vonage, Hook(url="", headers=headers, body=body))
    assert await room.state(one.letter.id) == ("failed", "30003")
    assert await room.state(two.letter.id) == ("delivered", "")


async def test_pictures_are_fetched_and_never_from_within(room: TextRoom, gateway: FakeGateway) -> None:
    """A picture becomes an attachment, opened with the gateway's key at its own host; one in a network that is not public is not asked for, and the letter says so."""
    gateway.media["/media/1"] = ("image/png", PICTURE)
    media = [
        {"url": f"{gateway.origin}/media/1", "content_type": "image/png", "name": "broken.png"},
        {"url": "https://169.254.169.254/latest/meta-data"},
        {"url": "https://[::ffff:10.0.0.1]/x"},
    ]
    await room.message("m1", "look", media=media)
    while await room.service._fetch_batch():
        pass
    (letter,) = await room.letters()
    assert [(each.name, each.size) for each in letter.attachments] == [("broken.png", len(PICTURE))]
    assert letter.marks == ("sms", "media_missing")
    found = await room.store.read(lambda c: c.execute(select(attachment.c.content)).scalar_one())
    states = await room.store.read(lambda c: c.execute(select(message_media.c.state)).scalars().all())
    assert (found, sorted(states)) == (PICTURE, ["failed", "failed", "fetched"])
    assert gateway.asked[-1][1]["authorization"] == f"Bearer {SECRET}"


async def test_the_customers_hours_and_the_centres_limit_hold(room: TextRoom) -> None:
    """A message that answers nothing waits for the customer's hours; more than the limit of an hour is refused, and so is what is too long or goes nowhere."""
    never = {"days": [], "from": "00:00", "to": "00:01"}
    hours = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}]
    assert never
    assert hours
    await room.store.write(lambda c: c.execute(update(party).values(do_not_contact=True)))
    with pytest.raises(Refused, match=r"sms\.not_wanted"):
        await room.send("an offer", party_id=room.party)
    await room.send("an offer", party_id=room.party, confirmed=True)
    room.settings = room.settings.model_copy(update={"hourly_parts": 2})
    with pytest.raises(Refused, match=r"sms\.too_many"):
        await room.send("中" * 71)
    for text, number, code in (
        ("x" * 1540, THEIRS, "sms.too_long"),
        (" ", THEIRS, "letter.empty"),
        ("x", "BANK", "sms.number_unusable"),
    ):
        with pytest.raises(Refused) as refusal:
            await room.send(text, number)
        assert refusal.value.code == code


async def test_a_crash_between_filing_and_offering_is_made_up_for(room: TextRoom) -> None:
    """What was filed and never offered is offered by the next start, once."""
    await room.message("m1", "hello")
    told: list[Any] = []
    room.floor.submit = told.append  # type: ignore[method-assign]
    await room.receiver.intake.offer_forgotten(Medium.SMS)
    assert [each.medium for each in told] == [Medium.SMS]
