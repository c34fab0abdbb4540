"""Entry flows on both databases: drafts, versions, prompts, tries, and figures that are counted from the calls."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused, RefusedFields
from crm_core import calendars, parties, queues
from crm_core.flows import document, kept, preview, prompts, visits
from crm_core.flows import known as known_things
from crm_core.flows.machine import EndKind, Stage
from crm_core.flows.preview import Tried
from crm_core.flows.visits import StepFigures, Visit
from crm_core.privacy import retention
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.sla.calendar import Calendar, Hours
from crm_core.tables import audit_event, interaction
from tests.crm_core.flows.drawn_flows import KNOWN, WHOLE, whole

NOW = 1_790_000_000.0
ACTING = system(NOW)
ANYTHING = replace(KNOWN, may_call=lambda _: True)


def steps(queue: str, prompt: str = "ours:closed") -> dict[str, Any]:
    return {
        "start": "a",
        "steps": {
            "a": {"kind": "say", "prompt": prompt, "next": "b"},
            "b": {"kind": "queue", "queue_id": queue},
        },
    }


def care(conn: Connection) -> str:
    return queues.add_queue(conn, name="Care", language="en").id


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def told(conn: Connection) -> list[str]:
    query = select(audit_event.c.action).where(audit_event.c.entity == "flow").order_by(audit_event.c.seq)
    return list(conn.execute(query).scalars())


def test_versions_never_change_and_any_can_be_restored(conn: Connection) -> None:
    """A draft is nobody's way until it is published; each publication is a version that stays; each change is told to the audit trail once."""
    made = kept.create(conn, ACTING, "Main line", whole())
    assert (made.published, made.changed) == (None, True)
    with pytest.raises(Refused):
        kept.current(conn, made.id)
    first = kept.publish(conn, ACTING, made.id, ANYTHING, note="the first", version=made.row_version)
    assert (first.published, first.changed) == (1, False)
    again = kept.publish(conn, ACTING, made.id, ANYTHING, note="nothing new", version=None)
    assert again == first
    shorter = replace(whole(), start="bye")
    saved = kept.save(conn, ACTING, made.id, name="Main line", draft=shorter, version=first.row_version)
    assert (saved.published, saved.changed) == (1, True)
    assert kept.current(conn, made.id).flow == whole()
    second = kept.publish(conn, ACTING, made.id, ANYTHING, note="", version=None)
    assert (second.published, kept.current(conn, made.id).flow) == (2, shorter)
    restored = kept.restore(conn, ACTING, made.id, 1, None)
    assert (restored.draft, restored.published, restored.changed) == (whole(), 2, True)
    assert [(each.number, each.note) for each in kept.versions(conn, made.id)] == [(2, ""), (1, "the first")]
    kept.save(conn, ACTING, made.id, name="Main line", draft=whole(), version=None)
    assert told(conn) == ["created", "published", "changed", "published", "restored"]


def test_what_is_wrong_is_not_published_and_who_was_slower_is_told(conn: Connection) -> None:
    """Nothing is changed then: not by a flow with errors, a stale version, a name that is taken, a version that never was."""
    made = kept.create(conn, ACTING, "Main line", document.read(steps("gone")))
    other = kept.create(conn, ACTING, "Other line", whole())
    with pytest.raises(RefusedFields) as wrong:
        kept.publish(conn, ACTING, made.id, KNOWN, note="", version=None)
    assert [(each.code, each.pointer) for each in wrong.value.faults] == [
        ("flow.queue_unknown", "/document/steps/b/queue_id")
    ]
    for code, work in (
        ("record.stale", lambda: kept.save(conn, ACTING, made.id, name="New", draft=whole(), version=7)),
        ("flow.name_taken", lambda: kept.save(conn, ACTING, made.id, name="Other line", draft=whole(), version=None)),
        ("flow.name_taken", lambda: kept.create(conn, ACTING, "Main line", whole())),
        ("flow.version_unknown", lambda: kept.restore(conn, ACTING, made.id, 1, None)),
        ("flow.unknown", lambda: kept.one(conn, "gone")),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            work()
        assert code_of(refusal) == code
    assert kept.one(conn, made.id) == made
    kept.remove(conn, ACTING, other.id, None)
    assert [each.name for each in kept.listed(conn)] == ["Main line"]


def test_a_number_leads_through_what_is_published(conn: Connection) -> None:
    """Only a published flow can be chosen, by numbers alone, and not be removed as long as a number leads through it."""
    queue = care(conn)
    made = kept.create(conn, ACTING, "Main line", document.read(steps(queue)))
    entry = known.entity("entry")
    fields = {"medium": "voice", "address": "100", "queue_id": queue, "flow_id": made.id}
    with pytest.raises(RefusedFields):
        rows.create(conn, ACTING, entry, fields)
    kept.publish(conn, ACTING, made.id, known_things.read(conn, lambda _: False), note="", version=None)
    row = rows.create(conn, ACTING, entry, fields)
    letters = {"medium": "email", "address": "a@example.com", "queue_id": queue}
    assert rows.create(conn, ACTING, entry, letters).values.get("flow_id") is None
    assert {each.address: each.flow_id for each in queues.entries(conn)} == {
        "100": made.id,
        "a@example.com": None,
    }
    assert kept.one(conn, made.id).numbers == ("100",)
    with pytest.raises(Refused) as refusal:
        kept.remove(conn, ACTING, made.id, None)
    assert (code_of(refusal), refusal.value.params) == ("flow.in_use", {"number": "100"})
    rows.patch(conn, ACTING, entry, row.id, {"flow_id": None})
    kept.remove(conn, ACTING, made.id, None)


def test_prompts_keep_their_sounds_and_are_not_taken_from_flows(conn: Connection) -> None:
    """A sound in each language, replaced whole; neither the prompt nor its last sound goes while a flow says it, nor does a calendar."""
    hello = prompts.create(conn, ACTING, "Hello", "您好")
    with pytest.raises(Refused) as refusal:
        prompts.create(conn, ACTING, "Hello", "")
    assert code_of(refusal) == "prompt.name_taken"
    prompts.set_sound(conn, ACTING, hello.id, "zh-TW", b"\x01" * 8000)
    prompts.set_sound(conn, ACTING, hello.id, "en", b"\x02" * 4000)
    found = prompts.set_sound(conn, ACTING, hello.id, "zh-TW", b"\x03" * 16_000)
    assert [(each.language, each.seconds) for each in found.sounds] == [("en", 0.5), ("zh-TW", 2.0)]
    assert prompts.sound(conn, hello.id, "zh-TW") == b"\x03" * 16_000
    office = Calendar(
        name="Office", zone="Asia/Taipei", week=((Hours(start_minute=540, end_minute=1080),),) * 7
    )
    calendar = calendars.add_calendar(conn, office, NOW)
    flow = steps(care(conn), f"prompt:{hello.id}")
    flow["steps"]["c"] = {"kind": "hours", "calendar_id": calendar.id}
    kept.create(conn, ACTING, "Main line", document.read(flow))
    assert prompts.one(conn, hello.id).used_by == ("Main line",)
    prompts.remove_sound(conn, ACTING, hello.id, "en")
    for work, code in (
        (lambda: prompts.remove_sound(conn, ACTING, hello.id, "zh-TW"), "prompt.in_use"),
        (lambda: prompts.remove(conn, ACTING, hello.id, None), "prompt.in_use"),
        (lambda: calendars.delete_calendar(conn, calendar.id, NOW), "sla_calendar.opens_flow"),
    ):
        with pytest.raises(Refused) as refusal:
            work()
        assert (code_of(refusal), refusal.value.params) == (code, {"flow": "Main line"})
    kept.save(conn, ACTING, kept.listed(conn)[0].id, name="Main line", draft=whole(), version=None)
    prompts.remove(conn, ACTING, hello.id, None)
    assert (prompts.listed(conn), prompts.sounds(conn)) == ([], [])


def visit(number: int, *path: str, outcome: str = "queue", at: float = NOW) -> Visit:
    stages = tuple(Stage(step=step, kind="menu", at=at, keys=("1",), outcome="1") for step in path)
    return Visit(
        interaction_id=f"tl-{number}", flow_id="f", version=1, started_at=at, ended_at=at + 9, language="en",
        step=path[-1], outcome=outcome, reason="", path=stages, collected={"number": "4711"},
    )  # fmt: skip


def test_figures_are_counted_from_the_calls(conn: Connection) -> None:
    """How many came, how it ended, and for each step how many came by and hung up in it; a step that was taken twice counts once, another flow's and
    another day's calls not at all; what is kept of a call again takes its place."""
    for each in (
        visit(1, "hello", "menu", "sales"),
        visit(2, "hello", "menu", outcome="left"),
        visit(3, "hello", "menu", "menu", "menu", outcome="left"),
        visit(4, "hello", outcome="failed"),
        visit(5, "hello", "menu", at=NOW - 100),
        replace(visit(6, "hello"), flow_id="g"),
    ):
        visits.keep(conn, each)
    visits.keep(conn, visit(4, "hello", "menu", outcome="hangup"))
    found = visits.figures(conn, "f", NOW, NOW + 100)
    assert (found.visits, found.outcomes) == (4, {"queue": 1, "left": 2, "hangup": 1})
    assert found.steps == (
        StepFigures(step="hello", visits=4, left=0, failed=0),
        StepFigures(step="menu", visits=4, left=2, failed=0),
        StepFigures(step="sales", visits=1, left=0, failed=0),
    )
    again = visits.of_interaction(conn, "tl-1")
    assert again is not None
    assert again[0] == visit(1, "hello", "menu", "sales")


def test_calls_that_were_put_through_are_closed_after_a_restart(conn: Connection) -> None:
    """Nobody saw their end; those that ended before, that still go on, or that may still ring and then wait, and calls of other kinds, stay as they
    are."""
    states = {1: "new", 2: "new", 3: "waiting", 4: "new", 5: "new"}
    for number, state in states.items():
        conn.execute(
            interaction.insert().values(id=f"tl-{number}", medium="voice", state=state, enqueued_at=NOW)
        )
        visits.keep(conn, replace(visit(number, "out", outcome="transfer"), ended_at=None))
    visits.keep(conn, visit(2, "out", outcome="transfer"))
    visits.keep(conn, replace(visit(4, "out", outcome="transfer", at=NOW + 700), ended_at=None))
    assert visits.end_transferred(conn, NOW + 1000, ["tl-5"]) == 2
    found = conn.execute(select(interaction.c.id, interaction.c.state).order_by(interaction.c.id)).all()
    assert [tuple(each) for each in found] == [
        ("tl-1", "closed"), ("tl-2", "new"), ("tl-3", "waiting"), ("tl-4", "new"), ("tl-5", "new"),
    ]  # fmt: skip


def test_what_was_keyed_is_forgotten_in_time(conn: Connection) -> None:
    """Also of somebody who showed no number; the figures stay as they were."""
    rows.create(
        conn, ACTING, known.entity("retention_rule"), {"what": "contacts", "after_days": 30, "active": True}
    )
    conn.execute(
        interaction.insert().values(
            id="tl-1", medium="voice", state="closed", enqueued_at=NOW, closed_at=NOW, customer_address=""
        )
    )
    visits.keep(conn, visit(1, "hello", "menu"))
    before = visits.figures(conn, "f", NOW, NOW + 100)
    later = NOW + 31 * 86_400
    [due] = [each for each in retention.due(conn, later) if each.what == "calls"]
    assert retention.carry_out(conn, due, later) == 1
    found = visits.of_interaction(conn, "tl-1")
    assert found is not None
    assert (found[0].path, found[0].collected) == (None, None)
    assert visits.figures(conn, "f", NOW, NOW + 100) == before
    assert not [each for each in retention.due(conn, later) if each.what == "calls"]


def test_a_flow_is_tried_out_without_a_telephone(conn: Connection) -> None:
    """By hours at a moment, a caller's number, keys, and outcomes that somebody wants; what is looked up is really looked up."""
    taipei = datetime(2026, 11, 27, 12, 0, tzinfo=UTC).timestamp()  # a Friday, 20:00 there
    office = Calendar(
        name="Office", zone="Asia/Taipei", week=((Hours(start_minute=540, end_minute=1080),),) * 5 + ((), ())
    )
    calendar = calendars.add_calendar(conn, office, NOW)
    ann = parties.add_party(conn, kind="person", name="Ann", now=NOW)
    parties.add_contact_point(conn, ann.id, "phone", "+886912345678", "")
    given = document.written(whole())
    given["steps"]["hours"]["calendar_id"] = calendar.id
    flow = document.read(given)
    evening = preview.way(conn, flow, Tried(at=taipei, keys=("1",)))
    assert evening.end.kind is EndKind.HANGUP
    assert [(each.prompt, each.language) for each in evening.heard] == [
        ("prompt:p-hello", "en"), ("ours:closed", "zh-TW"),
    ]  # fmt: skip
    noon = Tried(at=taipei - 8 * 3600, number="+886912345678", keys=("2", "1"))
    assert [each.step for each in preview.way(conn, flow, noon).state.path] == [
        "language", "hours", "caller", "contract", "menu", "sales",
    ]  # fmt: skip
    forced = replace(noon, keys=("2",), outcomes={"contract": "used_up", "callback": "kept"})
    assert preview.way(conn, flow, replace(forced, keys=("2", "1"))).end.kind is EndKind.CALLBACK
    left = preview.way(conn, flow, replace(noon, number="", keys=("2", "hangup")))
    assert (left.end.kind, left.state.step) == (EndKind.LEFT, "menu")
    wrong = preview.way(conn, flow, replace(noon, number="", keys=("2", "2", "471100#", "4826#")))
    assert wrong.state.path[-2].outcome == "missing"
    assert WHOLE["steps"]["hours"]["calendar_id"] == "c-office"
