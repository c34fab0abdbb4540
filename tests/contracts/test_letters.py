"""Letters, their threads and attachments, and the outbox."""

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import cases, interactions, letters, outbox, parties, recognition, users
from crm_core.interactions import Beginning
from crm_core.letters import NewAttachment, NewLetter, ParsedFields


def arrived(spool_id: str = "s1", message_id: str = "m1@x", at: float = 100.0, **parsed: object) -> NewLetter:
    raw = b"Subject: \xe4\xbd\xa0\xe5\xa5\xbd\r\n\r\n\x00\xff"
    fields = {"message_id": message_id, "from_address": "Ming@Example.TW", "to": ("service@x.test",)}
    return NewLetter(
        spool_id=spool_id,
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_from="bounce@example.tw",
        envelope_to=("service@x.test",),
        received_at=at,
        parsed=ParsedFields(**(fields | parsed)),
    )


def store(conn: Connection, new: NewLetter, case_id: str | None = None) -> letters.StoredLetter:
    return letters.store_letter(conn, new, case_id=case_id, interaction_id=None, party_id=None)


def case_of(conn: Connection) -> str:
    return cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=100.0).id


def reply(
    conn: Connection, message_id: str = "r1@x", at: float = 200.0, case_id: str | None = None
) -> letters.Letter:
    author = users.by_login(conn, "ann") or users.add_user(
        conn, login="ann", name="林雅婷", password_hash="x", role="agent", language="en"
    )
    return letters.queue_reply(
        conn,
        interaction_id=None,
        case_id=case_id,
        author_id=author.id,
        envelope_from="service@x.test",
        to=["ming@example.tw"],
        cc=["boss@example.tw"],
        subject="Re: 你好",
        text="再見",
        message_id=message_id,
        in_reply_to="m1@x",
        references=["m0@x", "m1@x"],
        raw=b"raw reply",
        now=at,
    )


def test_what_begins_at_once_is_what_is_made_step_by_step(conn: Connection) -> None:
    """An interaction of a known customer about a case, written as one row, has all that the steps would have given it."""
    who = parties.add_party(conn, kind="person", name="Ming", now=1.0)
    case = cases.open_case(conn, subject="\0你好", party_id=who.id, queue_id=None, now=100.0)
    assert cases.case(conn, case.id) == case
    told = {
        "medium": "email",
        "queue_id": None,
        "customer_address": "ming@example.tw",
        "customer_name": "Ming",
        "entry_address": "service@x.test",
        "subject": "\0你好",
        "enqueued_at": 100.0,
    }
    matches = [recognition.Match(party_id=who.id, name="Ming", strength="exact")]
    interactions.ensure(conn, id="a", direction="in", **told)
    cases.link(conn, "a", case.id)
    recognition.identify(conn, "a", matches)
    interactions.set_note(conn, "a", "C-1")
    interactions.begin(
        conn, Beginning(id="b", case_id=case.id, match="one", party_id=who.id, note="C-1", **told)
    )
    steps, at_once = interactions.interaction(conn, "a"), interactions.interaction(conn, "b")
    assert steps is not None
    assert at_once == replace(steps, id="b")


def test_a_letter_is_kept_as_it_came(conn: Connection) -> None:
    """Raw bytes, parsed fields and attachments come back as they were stored."""
    files = (
        NewAttachment(name="發票.pdf", content_type="application/pdf", content=b"\x00pdf"),
        NewAttachment(name="", content_type="image/png", content=b"png", inline=True, content_id="logo"),
    )
    new = arrived(
        subject="你好\x00",
        text="一",
        html="<p>一</p>",
        marks=("no_date",),
        references=("a", "b"),
        attachments=files,
    )
    made = store(conn, new)
    found = letters.letter(conn, made.id)
    assert found is not None
    assert (made.new, found.direction, found.delivery, found.author) == (True, "in", None, None)
    assert (found.subject, found.text, found.html, found.marks) == (
        "你好\ufffd",
        "一",
        "<p>一</p>",
        ("no_date",),
    )
    assert (found.references, found.to, found.cc, found.date) == (("a", "b"), ("service@x.test",), (), None)
    assert [(part.name, part.size, part.inline, part.content_id) for part in found.attachments] == [
        ("發票.pdf", 4, False, ""),
        ("", 3, True, "logo"),
    ]
    assert letters.raw(conn, made.id) == new.raw
    content = letters.attachment(conn, found.attachments[0].id)
    assert content is not None
    assert (content.content, content.letter_id, content.content_type) == (
        b"\x00pdf",
        made.id,
        "application/pdf",
    )
    assert (letters.letter(conn, "x"), letters.raw(conn, "x"), letters.attachment(conn, "x")) == (
        None,
        None,
        None,
    )


def test_a_letter_is_stored_once(conn: Connection) -> None:
    """Storing the same spool file again returns the first letter; the same Message-ID twice is two letters."""
    first = store(conn, arrived("s1"))
    assert store(conn, arrived("s1")) == letters.StoredLetter(id=first.id, new=False)
    assert store(conn, arrived("s2")).id != first.id


def test_a_thread_in_order(conn: Connection) -> None:
    """A case's letters come the oldest first, in and out alike, and others do not."""
    case_id = case_of(conn)
    second = store(conn, arrived("s2", at=150.0), case_id)
    first = store(conn, arrived("s1", at=100.0), case_id)
    store(conn, arrived("s3", at=120.0))
    last = reply(conn, case_id=case_id)
    assert [found.id for found in letters.thread(conn, case_id)] == [first.id, second.id, last.id]


def test_threading_by_message_id(conn: Connection) -> None:
    """A Message-ID leads to its case with everybody who takes part in it, in the order in which ids were asked."""
    one, two = case_of(conn), case_of(conn)
    store(conn, arrived("s1", "m1@x", cc=("Aunt@example.tw",)), one)
    store(conn, arrived("s2", "m2@x", from_address="other@example.com"), two)
    store(conn, arrived("s3", "m3@x"))
    reply(conn, case_id=one)
    found = letters.case_by_message_ids(conn, ["nothing", "m2@x", "m3@x", "m1@x"])
    assert [(letter.case_id, letter.message_id) for letter in found] == [(two, "m2@x"), (one, "m1@x")]
    assert found[1].participants == {
        "ming@example.tw",
        "aunt@example.tw",
        "bounce@example.tw",
        "service@x.test",
        "boss@example.tw",
    }
    assert letters.case_by_message_ids(conn, []) == []


def test_a_reply_is_recorded_and_queued_together(conn: Connection) -> None:
    """A reply is a letter with its author and at once due for sending to all of its recipients."""
    made = reply(conn)
    assert (made.direction, made.author, made.delivery) == ("out", "林雅婷", "queued")
    assert (made.to, made.cc, made.from_address) == (
        ("ming@example.tw",),
        ("boss@example.tw",),
        "service@x.test",
    )
    assert outbox.due(conn, 199.0, 10) == []
    (row,) = outbox.due(conn, 200.0, 10)
    assert (row.letter_id, row.raw, row.attempts) == (made.id, b"raw reply", 0)
    assert (row.envelope_from, row.to) == ("service@x.test", ("ming@example.tw", "boss@example.tw"))


def test_a_reply_goes_out_once(conn: Connection) -> None:
    """The same Message-ID again is the same letter, and one row to send."""
    first = reply(conn)
    assert reply(conn, at=300.0) == first
    assert len(outbox.due(conn, 999.0, 10)) == 1


def test_sending(conn: Connection) -> None:
    """Failures are tried again when they are due, success and giving up end it, and the letter shows which."""
    good, bad = reply(conn, "r1@x"), reply(conn, "r2@x", at=201.0)
    first, second = outbox.due(conn, 300.0, 10)
    outbox.failed(conn, first.id, 300.0, "451 later", 360.0)
    assert [row.id for row in outbox.due(conn, 359.0, 10)] == [second.id]
    assert outbox.next_due(conn) == 201.0
    outbox.failed(conn, second.id, 301.0, "550 nobody", None)
    (again,) = outbox.due(conn, 360.0, 10)
    assert (again.id, again.attempts, outbox.next_due(conn)) == (first.id, 1, 360.0)
    outbox.sent(conn, first.id, 361.0)
    assert (outbox.due(conn, 999.0, 10), outbox.next_due(conn)) == ([], None)
    shown = [letters.letter(conn, letter.id) for letter in (good, bad)]
    assert [(letter.delivery, letter.delivery_error) for letter in shown if letter] == [
        ("sent", ""),
        ("failed", "550 nobody"),
    ]
    with pytest.raises(Refused, match=r"outbox\.unknown"):
        outbox.sent(conn, first.id, 400.0)
