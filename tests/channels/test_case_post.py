"""Letters about cases that nobody types, and letters to cases that were merged."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from channels.email.addresses import reply_address
from channels.web.requests import Request, file_request
from config.errors import Refused
from crm_core import case_events, cases, letters
from crm_core.casework import regrouping
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.channels.rooms import ANN, SERVICE, MailRoom, letter, mail_room
from tests.contracts.test_letters import arrived

NOW = 1_790_000_000.0


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[MailRoom]:
    """A mail room in which the intake runs."""
    async with mail_room(tmp_path) as made:
        tasks = [asyncio.create_task(part.run()) for part in (made.floor, made.intake)]
        yield made
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def filed(room: MailRoom, count: int) -> list[cases.Case]:
    """The cases of open letters, once there are so many letters."""
    async with asyncio.timeout(60):
        while sum([len(await room.thread(each.id)) for each in await room.cases()]) < count:
            await asyncio.sleep(0.02)
    return await room.cases()


def template(conn: Connection) -> str:
    given = {
        "name": "t",
        "channel": "email",
        "language": "en",
        "subject": "About {{case.number}}",
        "body": "Dear {{party.name}}",
    }
    return rows.create(conn, system(NOW), known.entity("template"), given).id


async def test_a_procedures_letter_says_that_a_machine_wrote_it(room: MailRoom) -> None:
    """It goes to the customer in the case's thread, with Auto-Submitted, and answers no promise; a person's does."""
    await room.deliver(letter())
    (case,) = await filed(room, 1)
    text = await room.store.write(template)

    def send(conn: Connection, author: str | None, key: str) -> str:
        return room.composer.from_template(
            conn,
            case_id=case.id,
            template_id=text,
            address=None,
            key=key,
            author_id=author,
            now=room.clock.now(),
        )

    first = await room.store.write(lambda conn: send(conn, None, "a"))
    assert await room.store.write(lambda conn: send(conn, None, "a")) == first
    raw = await room.store.read(lambda conn: letters.raw(conn, first))
    assert raw is not None
    sent = message_from_bytes(raw, policy=policy.default)
    assert (sent["To"], sent["Auto-Submitted"], sent["Subject"]) == (
        ANN,
        "auto-generated",
        f"Re: About {case.number}",
    )
    assert sent["In-Reply-To"]
    assert "Dear Ann Example" in sent.get_content()
    happened = await room.store.read(
        lambda conn: [each.kind for each in case_events.history(conn, case.id).events]
    )
    assert "agent_answered" not in happened
    await room.store.write(lambda conn: send(conn, room.agent.id, "b"))
    happened = await room.store.read(
        lambda conn: [each.kind for each in case_events.history(conn, case.id).events]
    )
    assert "agent_answered" in happened
    found = await room.store.read(lambda conn: cases.case(conn, case.id))
    assert found is not None
    assert found.status == "pending"


def unasked(room: MailRoom, case_id: str, text: str, key: str, address: str | None = None) -> Any:
    """A unit in which a procedure writes."""
    return lambda conn: room.composer.from_template(
        conn,
        case_id=case_id,
        template_id=text,
        address=address,
        key=key,
        author_id=None,
        now=room.clock.now(),
    )


@pytest.mark.parametrize("sign", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}])
async def test_a_machine_is_not_answered_by_a_machine(room: MailRoom, sign: dict[str, str]) -> None:
    """When an automatic letter or mass mail came last, a procedure sends none."""
    await room.deliver(letter(**sign))
    (case,) = await filed(room, 1)
    text = await room.store.write(template)
    with pytest.raises(Refused) as refusal:
        await room.store.write(unasked(room, case.id, text, "a"))
    assert refusal.value.code == "letter.automatic"


async def test_a_machine_that_does_not_say_so_is_answered_five_times_a_day(room: MailRoom) -> None:
    """Whichever case it is about: the sixth automatic letter to one address is refused; another address and a person's letter go."""
    await room.deliver(letter("first"))
    await room.deliver(letter("second"))
    first, second = await filed(room, 2)
    text = await room.store.write(template)
    for number in range(5):
        await room.store.write(unasked(room, (first, second)[number % 2].id, text, str(number)))
    with pytest.raises(Refused) as refusal:
        await room.store.write(unasked(room, first.id, text, "5"))
    assert (refusal.value.code, refusal.value.params["address"]) == ("letter.too_many", ANN)
    await room.store.write(unasked(room, first.id, text, "6", "boss@example.org"))
    await room.store.write(
        lambda conn: room.composer.from_template(
            conn,
            case_id=first.id,
            template_id=text,
            address=None,
            key="7",
            author_id=room.agent.id,
            now=room.clock.now(),
        )
    )
    assert len([each for each in await room.thread(first.id) if each.direction == "out"]) == 5


async def test_a_form_about_a_merged_case_goes_on_in_the_survivor(room: MailRoom) -> None:
    """Whoever writes on in the portal, about a case that was merged meanwhile, writes to where it lives on."""
    await room.deliver(letter("first"))
    await room.deliver(letter("second"))
    first, second = await filed(room, 2)
    await room.store.write(lambda conn: regrouping.merge(conn, second.id, first.id, room.clock.now(), None))
    asked = Request(
        key="k",
        address=ANN,
        name="Ann",
        subject="More",
        text="And another thing",
        mark="portal",
        language="en",
        case_id=second.id,
    )
    made = await room.store.write(lambda conn: file_request(conn, asked, "example.com", room.clock.now()))
    assert (made.case_id, made.number) == (first.id, first.number)
    assert len(await room.thread(first.id)) == 3
    with pytest.raises(Refused, match=r"case\.unknown"):
        await room.store.write(
            lambda conn: file_request(
                conn, replace(asked, key="other", case_id="nowhere"), "example.com", room.clock.now()
            )
        )


async def test_a_cited_letter_of_a_merged_case_leads_to_the_survivor(room: MailRoom) -> None:
    """A letter that stayed in a case which was split off and merged back is answered in the case that lives on."""
    await room.deliver(letter("first", Message_ID="<m1@example.org>"))
    (first,) = await filed(room, 1)
    chosen = (await room.thread(first.id))[0].id
    now = room.clock.now()
    made = await room.store.write(
        lambda conn: regrouping.split(
            conn,
            first.id,
            subject="x",
            letters=[chosen],
            interactions=[],
            type_id=None,
            now=now,
            actor_id=None,
        )
    )
    later = arrived("later", "<m2@example.org>", at=now, from_address=ANN)
    await room.store.write(
        lambda conn: letters.store_letter(
            conn, later, case_id=made.other_id, interaction_id=None, party_id=None
        )
    )
    await room.store.write(lambda conn: regrouping.undo(conn, made.id, now, None))
    await room.deliver(letter("Re: first", In_Reply_To="<m2@example.org>"))
    async with asyncio.timeout(60):
        while len(await room.thread(first.id)) < 2:
            await asyncio.sleep(0.02)
    assert [each.message_id for each in await room.thread(made.other_id)] == ["<m2@example.org>"]


async def test_a_watchers_letter_belongs_to_no_case(room: MailRoom) -> None:
    """It tells what happened, and an answer to it cannot reach the customer's thread."""
    await room.deliver(letter())
    (case,) = await filed(room, 1)
    sent = await room.store.write(
        lambda conn: room.composer.to_watcher(
            conn, case_id=case.id, address="bob@example.org", code="note", text="look", key="k", now=NOW
        )
    )
    raw = await room.store.read(lambda conn: letters.raw(conn, sent))
    assert raw is not None
    told = message_from_bytes(raw, policy=policy.default)
    assert (told["To"], told["Reply-To"], told["Subject"]) == (
        "bob@example.org",
        SERVICE,
        f"{case.number}: a note was written",
    )
    assert len(await room.thread(case.id)) == 1


async def test_a_letter_to_a_merged_case_goes_on_in_the_survivor(room: MailRoom) -> None:
    """The reply address of a case that was merged away leads to where it lives on."""
    await room.deliver(letter("first"))
    await room.deliver(letter("second"))
    first, second = await filed(room, 2)
    await room.store.write(lambda conn: regrouping.merge(conn, second.id, first.id, room.clock.now(), None))
    secret = room.settings.reply_secret.get_secret_value()
    await room.deliver(letter("Re: second"), reply_address(secret, SERVICE, second.id))
    async with asyncio.timeout(60):
        while len(await room.thread(first.id)) < 3:
            await asyncio.sleep(0.02)
    assert await room.thread(second.id) == []
