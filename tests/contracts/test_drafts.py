"""Drafts over both databases: where they are found, who may write on, when they are due, and what is kept of a letter that went."""

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import cases, interactions, letters, outbox, users
from crm_core.casework import regrouping
from crm_core.drafts import files, kept, sent
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content, Draft

WORDS = Content(to=("ming@example.tw",), cc=("王@例子.台灣",), subject="您好", text="再見", texts=("t1",))


def ann(conn: Connection) -> str:
    known = users.by_login(conn, "ann")
    return (
        known or users.add_user(conn, login="ann", name="Ann", password_hash="x", role="agent", language="en")
    ).id


def case_of(conn: Connection) -> str:
    return cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=100.0).id


def begun(conn: Connection, place: Place) -> Draft:
    return kept.begin(conn, place, ann(conn), WORDS, 100.0)


def test_a_draft_is_found_where_it_belongs(conn: Connection) -> None:
    """In its case, in the one that this was merged into, and in a case that was opened after it was begun."""
    one, two = case_of(conn), case_of(conn)
    draft = begun(conn, Place(case_id=one))
    interactions.ensure(
        conn, id="i1", medium="email", direction="in", queue_id=None, customer_address="a@b.c", customer_name="",
        entry_address="", subject="", enqueued_at=1.0,
    )  # fmt: skip
    early = begun(conn, Place(interaction_id="i1"))
    cases.link(conn, "i1", two)
    assert draft.content == WORDS
    assert [each.id for each in kept.of_case(conn, one)] == [draft.id]
    assert [each.id for each in kept.of_case(conn, two)] == [early.id]
    regrouping.merge(conn, one, two, 200.0, ann(conn))
    assert {each.id for each in kept.of_case(conn, two)} == {draft.id, early.id}


def test_a_draft_is_held_moved_and_released(conn: Connection) -> None:
    """Due is what has reached its time; from that moment on it cannot be taken back."""
    draft = begun(conn, Place(case_id=case_of(conn)))
    files.add(conn, draft, "a.txt", "text/plain", b"x", 100.0, most_bytes=10)
    with pytest.raises(Refused, match=r"draft\.file_size"):
        files.add(conn, kept.draft(conn, draft.id), "b.txt", "text/plain", b"x" * 10, 100.0, most_bytes=10)
    with pytest.raises(Refused, match=r"draft\.changed"):
        kept.hold(conn, draft.id, ann(conn), draft.version + 1, 200.0, scheduled=False)
    kept.hold(conn, draft.id, ann(conn), draft.version, 200.0, scheduled=False)
    assert (kept.due(conn, 199.0, 9), kept.due(conn, 200.0, 9), kept.next_due(conn)) == (
        [],
        [draft.id],
        200.0,
    )
    kept.move_time(conn, draft.id, 300.0, 150.0)
    assert kept.due(conn, 250.0, 9) == []
    with pytest.raises(Refused, match=r"draft\.gone"):
        kept.release(conn, draft.id, 300.0)
    assert kept.release(conn, draft.id, 299.0).files[0].name == "a.txt"
    kept.drop(conn, draft.id)
    with pytest.raises(Refused, match=r"draft\.unknown"):
        kept.draft(conn, draft.id)


def test_who_was_refused_is_kept_and_tried_alone(conn: Connection) -> None:
    """One of two is refused: the letter has failed for that one, whom alone another try goes to; sent, nothing is left of it."""
    letter = letters.queue_reply(
        conn, interaction_id=None, case_id=None, author_id=ann(conn), envelope_from="s@x.test", to=["a@x.test"], cc=[], bcc=["b@x.test"],
        subject="", text="", message_id="<1@x>", in_reply_to="", references=[], raw=b"x", now=1.0,
    )  # fmt: skip
    sent.record(conn, letter.id, "d1", WORDS)
    (row,) = outbox.due(conn, 1.0, 9)
    outbox.failed(conn, row.id, 2.0, "b@x.test: 550 no", None, {"b@x.test": "550 no"})
    found = letters.letter(conn, letter.id)
    assert found is not None
    assert (found.delivery, found.refused, found.bcc) == ("failed", {"b@x.test": "550 no"}, ())
    assert [each.letter_id for each in sent.waiting(conn)] == [letter.id]
    sent.retry(conn, letter.id, 3.0)
    (again,) = outbox.due(conn, 3.0, 9)
    assert again.to == ("b@x.test",)
    outbox.sent(conn, row.id, 4.0)
    assert sent.waiting(conn) == []
    assert (sent.written_as(conn, letter.id), sent.letter_of(conn, "d1")) == (WORDS, letter.id)
    with pytest.raises(Refused, match=r"outbox\.unknown"):
        sent.retry(conn, letter.id, 5.0)
