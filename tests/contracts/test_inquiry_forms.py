"""Inquiry forms on both databases: versions, what was sent once, figures, and what becomes of it when a customer is erased."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from channels.web.inquiries import Inquiry, add_word, file_inquiry, unoffered
from config.errors import Refused, RefusedFields
from crm_core import cases, interactions, letters, parties, queues
from crm_core.inquiries import document, kept, submissions
from crm_core.inquiries import known as known_things
from crm_core.inquiries.answers import judge
from crm_core.inquiries.files import Upload
from crm_core.inquiries.kept import Shown
from crm_core.privacy import erase
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.tables import letter, submission
from routing.core.words import Need
from tests.crm_core.inquiries.drawn_forms import FILLED, whole

NOW = 1_790_000_000.0
ACTING = system(NOW)
PIXEL = b"\x89PNG\r\n\x1a\n tiny"


def published(conn: Connection, **more: Any) -> Shown:
    queue = queues.add_queue(conn, name="Care", language="en").id
    given = whole(queue, **more)
    given["fields"][-1]["purpose"] = "marketing"
    made = kept.create(conn, ACTING, key="returns", name="Returns", draft=document.read(given))
    kept.publish(conn, ACTING, made.id, known_things.read(conn), note="", version=made.row_version)
    found = kept.shown(conn, "returns")
    assert found is not None
    return found


def inquiry(form: Shown, key: str = "k", **given: tuple[str, ...]) -> Inquiry:
    photo = {"photo": (Upload(name="a.png", content=PIXEL),)}
    judged = judge(form.form, "en", FILLED | given, photo)
    assert judged.faults == ()
    return Inquiry(
        form=form, language="en", judged=judged, key=key, via="page", page="", peer="192.0.2.1", suspected=None, receipt=None
    )  # fmt: skip


def test_versions_never_change_and_keys_are_ones_own(conn: Connection) -> None:
    """A draft is nobody's to see; a published version stays as it is; a key belongs to one form; a form with errors is not published."""
    first = published(conn)
    one = kept.one(conn, first.id)
    changed = replace(one.draft, subject="")
    kept.save(conn, ACTING, first.id, key="returns", name="Returns", draft=changed, version=one.row_version)
    assert kept.shown(conn, "returns") == first
    for code, work in (
        ("record.stale", lambda: kept.save(conn, ACTING, first.id, key="x1", name="x", draft=changed, version=99)),
        ("inquiry.key_taken", lambda: kept.create(conn, ACTING, key="returns", name="x", draft=changed)),
        ("inquiry.key_reserved", lambda: kept.create(conn, ACTING, key="status", name="x", draft=changed)),
        ("inquiry.version_unknown", lambda: kept.restore(conn, ACTING, first.id, 7, None)),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            work()
        assert refusal.value.code == code
    kept.save(
        conn, ACTING, first.id, key="returns", name="R", draft=replace(changed, fields=()), version=None
    )
    with pytest.raises(RefusedFields):
        kept.publish(conn, ACTING, first.id, known_things.read(conn), note="", version=None)
    assert kept.shown(conn, "returns") == replace(first, name="R")
    kept.withdraw(conn, ACTING, first.id, None)
    assert kept.shown(conn, "returns") is None
    assert kept.restore(conn, ACTING, first.id, 1, None).draft == first.form


def test_what_was_sent_is_filed_once_and_can_be_offered_after_a_crash(conn: Connection) -> None:
    """The same again is the same, other words under the same key are refused; what the router has to know of it is found again."""
    form = published(conn)
    filed = file_inquiry(conn, inquiry(form), "desk.example", "secret", NOW)
    again = file_inquiry(conn, inquiry(form), "desk.example", "secret", NOW + 5)
    assert (again.case_id, again.number, again.arrived) == (filed.case_id, filed.number, False)
    with pytest.raises(Refused, match="sent_already"):
        file_inquiry(conn, inquiry(form, count=("3",)), "desk.example", "secret", NOW)
    later = unoffered(conn, filed.interaction_id, NOW + 9)
    assert later is not None
    assert (later.points, later.needs, later.at) == (600, frozenset({Need(skill="returns", level=2)}), NOW)
    (mine,) = submissions.of_interaction(conn, filed.interaction_id, filed.case_id)
    word = add_word(conn, mine, text="more", files=(), key="w", hostname="desk.example", now=NOW + 9)
    assert (word.interaction_id, word.arrived) == (filed.interaction_id, False)
    assert len(letters.thread(conn, filed.case_id)) == 2
    submissions.caught(conn, form.id, "trap", NOW)
    submissions.caught(conn, form.id, "trap", NOW)
    figures = submissions.figures(conn, NOW - 60)[form.id]
    assert (figures.received, figures.suspected, figures.caught) == (1, 0, {"trap": 2})


def test_a_receipt_goes_to_one_address_a_few_times_a_day_at_most(conn: Connection) -> None:
    """Whoever writes a stranger's address into forms does not fill their mailbox."""
    form = published(conn)
    for number in range(submissions.MOST_RECEIPTS):
        assert submissions.may_receipt(conn, "mei@example.org", NOW)
        submissions.receipted(
            conn, file_inquiry(conn, inquiry(form, str(number)), "d", "s", NOW).submission_id
        )
    assert not submissions.may_receipt(conn, "mei@example.org", NOW)
    assert submissions.may_receipt(conn, "mei@example.org", NOW + submissions.DAY_S + 1)


def test_answers_go_into_the_cases_own_fields_and_none_is_lost_for_it(conn: Connection) -> None:
    """What a field takes stands in it; what it would not take is told and shown all the same."""
    form = published(conn)
    custom = {"entity": "case", "name": "x_order", "kind": "date", "label_en": "Order"}
    rows.create(conn, ACTING, known.entity("custom_field"), custom)
    fields = tuple(
        replace(each, maps_to="case.x_order") if each.name == "order" else each for each in form.form.fields
    )
    mapped = replace(form, form=replace(form.form, fields=fields))
    filed = file_inquiry(conn, inquiry(mapped, order=("2026-02-14",)), "d", "s", NOW)
    case = lists.read(conn, ACTING.reader, known.entity("case"), filed.case_id)
    assert case.values["x_order"] == "2026-02-14"
    long = file_inquiry(conn, inquiry(mapped, "k2", order=("A-100001",)), "d", "s", NOW)
    assert [each.unmapped for each in submissions.of_interaction(conn, long.interaction_id, None)] == [
        ["order"]
    ]


def test_who_is_erased_leaves_nothing_in_forms(conn: Connection) -> None:
    """What they sent goes with their letters; how many came stays a figure of the day."""
    form = published(conn)
    party = parties.add_party(conn, kind="person", name="Mei Wu", now=NOW).id
    parties.add_contact_point(conn, party, "email", "mei@example.org")
    filed = file_inquiry(conn, inquiry(form), "d", "s", NOW)
    assert interactions.interaction(conn, filed.interaction_id).party_id == party  # type: ignore[union-attr]
    assert cases.case(conn, filed.case_id).party_id == party  # type: ignore[union-attr]
    erase.erase(conn, party)
    assert conn.execute(select(func.count()).select_from(submission)).scalar_one() == 0
    assert "Mei" not in str(conn.execute(select(letter)).all())
