"""Twenty-five complaints of other systems' users, by number: which test shows that they cannot be made here.

`SHOWN` is the table. What a letter's way in decides is shown here, on a real store, without a server round it.
"""

import ast
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from channels.email.addresses import reply_address, return_address
from channels.email.reading.parse import parse
from channels.email.reading.parsed import Bounce, Mark, Parsed
from channels.email.receiving.filing import Filed, file_letter
from channels.email.receiving.spool import Envelope, Place, Spooled, letter_id
from channels.email.sending.composer import Composer
from channels.email.sending.receipts import Opening, Receipts
from config.clock import SystemClock
from config.settings import Mail
from crm_core import cases, letters, notifications, outbox, parties, queues, users
from crm_core.letters import Letter
from crm_core.parties import Party
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection, Store
from crm_core.tables import case_link, contact_point, letter, support_case
from crm_core.users import User
from routing.bus import LocalBus
from tests.channels.rooms import ANN, SALES, SERVICE, furnish
from tests.templates import with_tables

HERE = "tests/channels/test_letters_cases.py"
NOW = 1_790_000_000.0
BOB = "bob@example.net"
SECRET = "a secret of some length"

SHOWN: dict[int, str] = {
    1: f"{HERE}::test_case_1_a_stranger_with_a_token_gets_a_linked_case",
    2: f"{HERE}::test_case_2_fifty_answers_to_one_newsletter_are_fifty_cases",
    3: f"{HERE}::test_case_3_no_message_id_matches_nothing",
    4: f"{HERE}::test_case_4_one_reference_is_enough",
    5: f"{HERE}::test_case_5_unseen_ids_are_remembered_as_aliases",
    6: f"{HERE}::test_case_6_a_relay_may_rewrite_our_message_id",
    7: f"{HERE}::test_case_7_five_who_write_help_are_five_cases",
    8: f"{HERE}::test_case_8_forwards_and_prefixes",
    9: f"{HERE}::test_case_9_one_letter_to_two_queues_and_fetched_twice",
    10: f"{HERE}::test_case_10_a_machine_that_answers_everything_is_answered_once",
    11: f"{HERE}::test_case_11_a_person_whose_mailer_suppresses_answers_is_a_person",
    12: "tests/channels/test_parse.py::test_case_12_no_bytes_raise_or_are_given_up",
    13: "tests/channels/test_parse.py::test_cases_13_and_14_labels_that_lie_have_known_answers",
    14: "tests/channels/test_parse.py::test_cases_13_and_14_labels_that_lie_have_known_answers",
    15: "tests/channels/test_set_aside.py::test_case_15_a_huge_letter_holds_up_nobody",
    16: "tests/real/test_mailboxes.py::test_case_16_nothing_is_lost_and_nothing_comes_twice",
    17: "tests/real/test_mail_durability.py::test_every_250_is_in_the_store_exactly_once",
    18: "tests/channels/test_set_aside.py::test_case_18_a_letter_of_five_thousand_links_delays_nothing",
    19: "tests/channels/test_parts.py::test_case_19_an_image_that_the_text_shows_is_inline_whatever_its_header_says",
    20: f"{HERE}::test_case_20_a_forms_visitor_is_the_customer_and_nobody_is_merged",
    21: "tests/crm_core/sla/test_clock.py::test_case_21_next_response_never_overrides_the_first",
    22: "tests/crm_core/sla/test_walk.py::test_clocks_equal_a_walk_through_every_minute",
    23: "tests/routing/test_capacity.py::test_five_chats_with_capacity_three_the_fourth_before_the_fifth",
    24: "tests/agent_console/test_socket.py::test_a_resume_misses_nothing",
    25: "tests/channels/test_fax_pages.py::test_case_25_a_page_has_the_shape_of_its_paper",
}
"""Which test shows which case of what users of other desks complain of."""


@dataclass(slots=True)
class Desk:
    """A store with two queues, Ann among the customers, and what files and writes letters."""

    store: Store
    agent: User
    composer: Composer
    receipts: Receipts

    async def file(
        self,
        raw: bytes,
        *to: str,
        sender: str | None = None,
        bounce: Bounce | None = None,
        at: float = NOW,
    ) -> list[Filed]:
        """As the intake does with one letter. `sender`: the envelope's, else as the letter says."""
        envelope_sender = parse(raw, "x@y.example").from_address if sender is None else sender
        parsed = parse(raw, envelope_sender)
        envelope = Envelope(
            sender=envelope_sender,
            recipients=to or (SERVICE,),
            received_at=at,
            peer="192.0.2.1",
            helo="x",
        )
        if bounce is not None:
            parsed = replace(parsed, bounce=bounce)
        spooled = Spooled(
            spool_id=letter_id(envelope, raw), envelope=envelope, raw=raw, place=Place(segment="x", offset=0)
        )
        return await self.store.write(
            lambda conn: file_letter(conn, spooled, parsed, SECRET, at, self.receipts)
        )

    async def all(self) -> list[Letter]:
        """Every letter, the oldest first."""

        def read(conn: Connection) -> list[Letter]:
            ids = conn.execute(select(letter.c.id).order_by(letter.c.received_at, letter.c.id)).scalars()
            return [found for one in ids.all() if (found := letters.letter(conn, one))]

        return await self.store.read(read)

    async def case_of(self, subject: str) -> str:
        """The case of the only letter of this subject that came in."""
        (found,) = [one for one in await self.all() if one.subject == subject and one.direction == "in"]
        assert found.case_id
        return found.case_id

    async def cases(self) -> list[str]:
        query = select(support_case.c.id).order_by(support_case.c.number)
        return await self.store.read(lambda conn: list(conn.execute(query).scalars()))

    async def links(self) -> set[frozenset[str]]:
        query = select(case_link.c.case_id, case_link.c.other_id)
        found = await self.store.read(lambda conn: conn.execute(query).all())
        return {frozenset((one.case_id, one.other_id)) for one in found}

    async def out(self) -> list[Letter]:
        return [one for one in await self.all() if one.direction == "out"]

    async def with_receipts(self, language: str = "en") -> None:
        """Both queues send them."""

        def write(conn: Connection) -> None:
            given = {
                "name": "r",
                "shortcut": "receipt",
                "channel": "email",
                "subject": "We have it: {{case.number}}",
            }
            made = {
                one: rows.create(
                    conn,
                    system(NOW),
                    known.entity("template"),
                    given | {"language": one, "body": f"[{one}] thanks"},
                ).id
                for one in ("en", "zh-TW")
            }
            for one in queues.list_queues(conn):
                rows.patch(
                    conn, system(NOW), known.entity("queue"), one.id, {"receipt_template_id": made[language]}
                )

        await self.store.write(write)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = Store(with_tables(tmp_path / "centre.db"))
    store.open()
    settings = Mail(reply_secret=SecretStr(SECRET), hostname="mail.example.com")
    agent = await store.write(furnish)
    composer = Composer(settings, "Example Ltd", store, LocalBus(), SystemClock())
    yield Desk(store, agent, composer, Receipts(settings, "Example Ltd"))
    await store.close()


def _anns(conn: Connection) -> list[Party]:
    """The customers that have Ann's address."""
    ids = conn.execute(select(contact_point.c.party_id).where(contact_point.c.normal == ANN)).scalars()
    return [found for one in ids.all() if (found := parties.party(conn, one))]


_numbers = iter(range(1, 1_000_000))


def written(
    subject: str = "Where is my order?", sender: str = ANN, text: str = "Hello", **headers: str | None
) -> bytes:
    """A letter; headers with _ for -, None for one that is missing."""
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = subject
    message["Message-ID"] = f"<{next(_numbers)}.{time.time_ns()}@example.org>"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        if value is not None:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes().replace(b"\n", b"\r\n")


def test_each_case_has_its_test() -> None:
    """Every test that the table names is there, and every number stands in one table."""
    assert set(SHOWN) == set(range(1, 26))
    root = Path(__file__).parents[2]
    for where in SHOWN.values():
        path, _, name = where.partition("::")
        tree = ast.parse((root / path).read_text(encoding="utf-8"))
        names = {
            one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert name in names, where


async def test_case_1_a_stranger_with_a_token_gets_a_linked_case(desk: Desk) -> None:
    """Nothing is appended to the other's case, and what the stranger is told names their own case alone."""
    await desk.with_receipts()
    await desk.file(written("Ann's secret"))
    theirs = await desk.case_of("Ann's secret")
    token = reply_address(SECRET, SERVICE, theirs)
    await desk.file(written("let me in", BOB), token)
    own = await desk.case_of("let me in")
    assert own != theirs
    assert await desk.links() == {frozenset((own, theirs))}
    thread = await desk.store.read(lambda conn: letters.thread(conn, theirs))
    assert BOB not in {one.from_address for one in thread}
    (told,) = [one for one in await desk.out() if one.to == (BOB,)]
    about = await desk.store.read(lambda conn: cases.case(conn, theirs))
    assert about
    raw = await desk.store.read(lambda conn: letters.raw(conn, told.id)) or b""
    assert told.case_id == own
    assert about.number.encode() not in raw
    assert b"secret" not in raw


async def test_case_2_fifty_answers_to_one_newsletter_are_fifty_cases(desk: Desk) -> None:
    """They share what they answer and nothing else: nobody is linked to anybody, or called a stranger."""
    for number in range(50):
        raw = written(
            f"Re: News {number}", f"reader{number}@example.org", In_Reply_To="<news@campaign.example>"
        )
        await desk.file(raw)
    assert len(await desk.cases()) == 50
    assert await desk.links() == set()
    assert {one.marks for one in await desk.all()} == {()}


async def test_case_3_no_message_id_matches_nothing(desk: Desk) -> None:
    """Letters without one, or with an empty one, are a case each, and so are ordinary ones after them."""
    for number, headers in enumerate(
        (
            {"Message_ID": None},
            {"Message_ID": None, "References": ""},
            {"References": "", "In_Reply_To": ""},
            {},
        )
    ):
        await desk.file(written(f"letter {number}", **headers))
    await desk.file(
        written("last").replace(b"Subject: last", b"Subject: last\r\nIn-Reply-To: <>\r\nReferences: <> <>")
    )
    assert len(await desk.cases()) == 5


async def test_case_4_one_reference_is_enough(desk: Desk) -> None:
    """Apple Mail puts one id in place of the chain: In-Reply-To leads, and the signed address where even that is gone."""
    await desk.file(written("first", Message_ID="<m1@example.org>"))
    case_id = await desk.case_of("first")
    await desk.file(written("second", Message_ID="<m2@example.org>", In_Reply_To="<m1@example.org>"))
    await desk.file(written("third", In_Reply_To="<m2@example.org>", References="<unknown@apple.example>"))
    await desk.file(
        written("fourth", References="<unheard@apple.example>"), reply_address(SECRET, SERVICE, case_id)
    )
    assert await desk.cases() == [case_id]


async def test_case_5_unseen_ids_are_remembered_as_aliases(desk: Desk) -> None:
    """A colleague answered from Outlook, past us; and two letters that share only an ancestor that we never saw."""
    await desk.file(written("question", Message_ID="<q@example.org>"))
    case_id = await desk.case_of("question")
    await desk.file(
        written("again", In_Reply_To="<outlook@staff>", References="<q@example.org> <outlook@staff>")
    )
    await desk.file(written("and again", In_Reply_To="<outlook@staff>"))
    await desk.file(written("an ancestor", References="<unseen@old.system>"))
    other = await desk.case_of("an ancestor")
    await desk.file(written("the same ancestor", References="<unseen@old.system>"))
    assert await desk.cases() == [case_id, other]
    await desk.file(written("somebody else's", BOB, References="<unseen@old.system>"))
    assert len(await desk.cases()) == 3


async def test_case_6_a_relay_may_rewrite_our_message_id(desk: Desk) -> None:
    """The customer answers an id that nobody knows here; the signed address leads, and the id does from then on."""
    (filed,) = await desk.file(written("order"))
    assert filed.interaction
    case_id = await desk.case_of("order")
    await desk.composer.reply(
        interaction=filed.interaction, author=desk.agent, text="Soon.", idempotency_key="k"
    )
    (sent,) = await desk.out()
    assert sent.envelope_from == return_address(SECRET, SERVICE, sent.id)
    signed = reply_address(SECRET, SERVICE, case_id)
    await desk.file(written("Re: order", In_Reply_To="<0100@eu.relay.example>"), signed)
    await desk.file(written("Re: Re: order", In_Reply_To="<0100@eu.relay.example>"))
    assert await desk.cases() == [case_id]


async def test_case_7_five_who_write_help_are_five_cases(desk: Desk) -> None:
    """One subject, one Thread-Index, one Thread-Topic: none of them decides, also for one and the same person."""
    for number in range(5):
        headers = {"Thread_Index": "AdXYZ0000000000000000000000000==", "Thread_Topic": "help"}
        await desk.file(written("help", f"customer{number}@example.org", **headers))
    await desk.file(
        written("Re: help", "customer0@example.org", Thread_Index="AdXYZ0000000000000000000000000==")
    )
    assert len(await desk.cases()) == 6


@pytest.mark.parametrize("prefix", ["WG: ", "FW: ", "转发: ", "轉寄：", ""])
async def test_case_8_forwards_and_prefixes(desk: Desk, prefix: str) -> None:
    """Forwarded to another queue it is that team's case, linked; an answer with any language's prefix stays where it belongs."""
    await desk.file(written("Rechnung", Message_ID="<r@example.org>"))
    first = await desk.case_of("Rechnung")
    for number, reply in enumerate(("AW: ", "Réf : ", "回复：", "答覆: ")):
        await desk.file(written(f"{reply}Rechnung {number}", References="<r@example.org>"))
    assert await desk.cases() == [first]
    await desk.file(written(f"{prefix}Rechnung!", References="<r@example.org>"), SALES)
    assert len(await desk.cases()) == 2
    (other,) = set(await desk.cases()) - {first}
    assert await desk.links() == {frozenset((first, other))}


async def test_case_9_one_letter_to_two_queues_and_fetched_twice(desk: Desk) -> None:
    """Two linked cases; and none when it comes again, by the same way or with the recipients in another order, one by one, or by a longer road."""
    raw = written("to both", Date="Mon, 21 Sep 2026 10:00:00 +0800")
    await desk.file(raw, SERVICE, SALES)
    both = await desk.cases()
    assert len(both) == 2
    assert await desk.links() == {frozenset(both)}
    longer = b"Received: from elsewhere.example\r\n" + raw
    for again, to in (
        (raw, (SERVICE, SALES)),
        (raw, (SALES, SERVICE)),
        (raw, (SALES,)),
        (longer, (SERVICE,)),
    ):
        assert await desk.file(again, *to) == []
    assert await desk.cases() == both
    # a machine that numbers all its letters alike: another day's is another letter
    await desk.file(raw.replace(b"Mon, 21", b"Tue, 22"))
    assert len([one for one in await desk.all() if one.subject == "to both"]) == 3


async def test_case_10_a_machine_that_answers_everything_is_answered_once(desk: Desk) -> None:
    """A thousand rounds of one that says nothing of itself: one receipt. Bounces and the null sender get none, and nobody is told of them."""
    await desk.with_receipts()
    hostile = "away@hostile.example"
    await desk.file(written("I am away", hostile))
    (receipt,) = await desk.out()
    assert (receipt.to, receipt.envelope_from) == ((hostile,), "")

    def rounds(conn: Connection) -> None:
        (service,) = (one for one in queues.list_queues(conn) if one.name == "Service")
        for number in range(1000):
            raw = b"Message-ID: <%d@hostile.example>\r\nSubject: I am away %d\r\n\r\naway" % (number, number)
            told = f"I am away {number}"
            parsed = Parsed(message_id=f"<{number}@h>", from_address=hostile, subject=told, text=told)
            # every twentieth is filed whole, to the plain address or the signed one; of all others what follows a filing
            if number % 20 == 0:
                to = SERVICE if number % 40 else receipt_to
                envelope = Envelope(
                    sender=hostile, recipients=(to,), received_at=NOW + number, peer="x", helo="x"
                )
                spooled = Spooled(
                    spool_id=f"hostile {number}",
                    envelope=envelope,
                    raw=raw,
                    place=Place(segment="x", offset=0),
                )
                file_letter(conn, spooled, parsed, SECRET, NOW + number, desk.receipts)
            opening = Opening(
                case_id=receipt.case_id or "",
                party_id=None,
                queue=service,
                parsed=parsed,
                sender=hostile,
                raw=raw,
            )
            assert not desk.receipts.send(conn, opening, NOW + number)

    receipt_to = reply_address(SECRET, SERVICE, receipt.case_id or "")
    await desk.store.write(rounds)
    assert len(await desk.out()) == 1
    before = len(await desk.cases())
    returned = written("Undelivered", "mailer-daemon@example.org", text=f"Message-ID: {receipt.message_id}")
    bounce = Bounce(recipients=(hostile,), status="5.1.1", reply_code="550", reason="no such user", hard=True)
    (filed,) = await desk.file(returned, sender="", bounce=bounce)
    assert (filed.arrived, filed.told, len(await desk.cases())) == (False, False, before)
    await desk.file(written("from nobody", "person@example.org"), sender="")
    assert len(await desk.out()) == 1


async def test_two_instances_that_answer_each_other_stop_after_one_round(desk: Desk, tmp_path: Path) -> None:
    """Each has receipts and the other as a customer: one letter gives one receipt, and the receipt none."""
    other_store = Store(with_tables(tmp_path / "other.db"))
    other_store.open()
    settings = Mail(reply_secret=SecretStr("another secret of length"), hostname="mail.other.example")

    def furnished(conn: Connection) -> User:
        queue = queues.add_queue(
            conn, name="Help", language="en", mail_address="help@other.example", wrap_up_s=0
        )
        queues.add_entry(conn, "email", "help@other.example", queue.id)
        return users.add_user(conn, login="o", name="O", password_hash="x", role="agent", language="en")

    agent = await other_store.write(furnished)
    composer = Composer(settings, "Other", other_store, LocalBus(), SystemClock())
    other = Desk(other_store, agent, composer, Receipts(settings, "Other"))
    await desk.with_receipts()
    await other.with_receipts()
    centres = ((other, "help@other.example"), (desk, SERVICE))
    post = [(desk, written("Hello", "help@other.example"), SERVICE, "help@other.example")]
    sent = rounds = 0
    while post and rounds < 10:
        rounds += 1
        here, raw, to, sender = post.pop()
        await here.file(raw, to, sender=sender)
        for centre, _ in centres:
            for one in await centre.out():
                raw_out = await centre.store.read(lambda conn, one=one: letters.raw(conn, one.id)) or b""
                due = await centre.store.read(lambda conn: outbox.due(conn, NOW + 1e6, 100))
                for row in (row for row in due if row.letter_id == one.id):
                    await centre.store.write(lambda conn, row=row: outbox.sent(conn, row.id, NOW))
                    there = next(each for each in centres if each[0] is not centre)
                    sent += 1
                    post.append((there[0], raw_out, one.to[0], row.envelope_from))
    assert (sent, post) == (1, [])
    assert len(await other.cases()) == 1
    await other_store.close()


async def test_case_11_a_person_whose_mailer_suppresses_answers_is_a_person(desk: Desk) -> None:
    """The case opens for somebody to answer; only what we would write by ourselves is kept back."""
    await desk.with_receipts()
    (filed,) = await desk.file(written("human", X_Auto_Response_Suppress="All"))
    assert filed.arrived
    assert [one.marks for one in await desk.all()] == [()]
    await desk.file(written("also human", BOB))
    assert [one.to for one in await desk.out()] == [(BOB,)]


async def test_case_20_a_forms_visitor_is_the_customer_and_nobody_is_merged(desk: Desk) -> None:
    """From the shop with Reply-To the visitor: the visitor wrote it, gets the answer and no receipt; two customers of one address stay two."""
    await desk.with_receipts()
    await desk.store.write(
        lambda conn: parties.add_contact_point(
            conn, parties.add_party(conn, kind="person", name="Anna Example", now=NOW).id, "email", ANN
        )
    )
    (filed,) = await desk.file(written("form", SERVICE, Reply_To="Visitor <visitor@example.net>"))
    assert filed.interaction
    await desk.composer.reply(
        interaction=filed.interaction, author=desk.agent, text="Hi", idempotency_key="k"
    )
    assert [one.to for one in await desk.out()] == [("visitor@example.net",)]
    await desk.file(written("two of them"))
    (one,) = [one for one in await desk.all() if one.subject == "two of them"]
    assert one.party_id is None
    assert len(await desk.store.read(_anns)) == 2


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"Auto_Submitted": "auto-generated; owner-email=x"}, ANN),
        ({"Precedence": "bulk"}, ANN),
        ({"List_Id": "<list.example.org>"}, ANN),
        ({"X_Loop": "x"}, ANN),
        ({}, "no-reply@example.org"),
        ({}, "bounces+ann=example.org@relay.example"),
        ({}, SALES),
        ({}, "mailer-daemon@example.org"),
    ],
)
async def test_what_no_machine_may_answer_gets_no_receipt(
    desk: Desk, headers: dict[str, str], sender: str
) -> None:
    """Automatic letters, mass mail, loops, addresses that nobody reads, envelopes of somebody else, and ourselves."""
    await desk.with_receipts()
    await desk.file(written("x", ANN if sender.startswith("bounces") else sender, **headers), sender=sender)
    assert await desk.out() == []
    assert len(await desk.cases()) == 1


async def test_a_receipt_is_in_the_customers_language_and_says_what_it_is(desk: Desk) -> None:
    """With RFC 3834's fields, in the thread, without the customer's words, in the null sender's name; once in its period."""
    await desk.with_receipts()

    def speaks(conn: Connection) -> None:
        (ann,) = _anns(conn)
        rows.patch(conn, system(NOW), known.entity("party"), ann.id, {"language": "zh-TW"})

    await desk.store.write(speaks)
    await desk.file(written("first", text="my own words", Message_ID="<f@example.org>"))
    (receipt,) = await desk.out()
    raw = await desk.store.read(lambda conn: letters.raw(conn, receipt.id)) or b""
    for field in (
        b"Auto-Submitted: auto-replied",
        b"In-Reply-To: <f@example.org>",
        b"X-Auto-Response-Suppress: All",
    ):
        assert field in raw
    assert "[zh-TW] thanks" in receipt.text
    assert b"my own words" not in raw
    due = await desk.store.read(lambda conn: outbox.due(conn, NOW + 1, 10))
    assert [row.envelope_from for row in due] == [""]
    await desk.file(written("second"), at=NOW + 23 * 3600)
    assert len(await desk.out()) == 1
    await desk.file(written("third"), at=NOW + 25 * 3600)
    assert len(await desk.out()) == 2


@pytest.mark.parametrize("hard", [True, False])
async def test_a_letter_that_came_back_is_shown_with_its_author(desk: Desk, hard: bool) -> None:
    """The report joins the letter's case; the letter failed when it is for good, its author has news, and the address counts as wrong."""
    (filed,) = await desk.file(written("order"))
    assert filed.interaction
    await desk.composer.reply(
        interaction=filed.interaction, author=desk.agent, text="Soon.", idempotency_key="k"
    )
    (sent,) = await desk.out()
    (row,) = await desk.store.read(lambda conn: outbox.due(conn, time.time() + 1, 10))
    await desk.store.write(lambda conn: outbox.sent(conn, row.id, NOW))
    bounce = Bounce(
        recipients=(ANN,), status="5.1.1" if hard else "4.4.1", reply_code="550", reason="no", hard=hard
    )
    report = written("Undelivered", "mailer-daemon@example.org")
    await desk.file(report, sent.envelope_from, sender="", bounce=bounce)
    assert len(await desk.cases()) == 1
    after = await desk.store.read(lambda conn: letters.letter(conn, sent.id))
    assert after
    assert after.delivery == ("bounced" if hard else "sent")
    assert f"{ANN}: 550 {bounce.status} no" in (after.delivery_error or "")
    told = await desk.store.read(lambda conn: notifications.of_user(conn, desk.agent.id))
    assert [one.code for one in told] == ["case.letter_returned" if hard else "case.letter_delayed"]
    (ann,) = await desk.store.read(_anns)
    (point,) = ann.contact_points
    assert (point.invalid_since is not None) == hard
    assert [Mark.BOUNCE in one.marks for one in await desk.all() if one.direction == "in"].count(True) == 1


async def test_an_address_that_keeps_failing_for_a_while_is_given_up(desk: Desk) -> None:
    """Three reports of passing trouble within two weeks are one of lasting trouble; two are not."""
    (filed,) = await desk.file(written("order"))
    assert filed.interaction
    await desk.composer.reply(
        interaction=filed.interaction, author=desk.agent, text="Soon.", idempotency_key="k"
    )
    (sent,) = await desk.out()
    bounce = Bounce(recipients=(ANN,), status="4.4.1", reply_code="", reason="try later", hard=False)
    wrong = []
    for number in range(3):
        report = written(f"Delayed {number}", "mailer-daemon@example.org")
        await desk.file(report, sent.envelope_from, sender="", bounce=bounce)
        (ann,) = await desk.store.read(_anns)
        wrong.append(ann.contact_points[0].invalid_since is not None)
    assert wrong == [False, False, True]
