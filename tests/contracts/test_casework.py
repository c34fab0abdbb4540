"""Cases whole, on both databases: types, steps, sign-off, merging, splitting, watchers, texts, macros, tasks, figures."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused, RefusedFields
from config.ids import new_id
from crm_core import case_clocks, case_events, cases, interactions, letters, notifications, parties, users
from crm_core.access.model import Rights
from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.roles import built_in
from crm_core.audit import Origin
from crm_core.casework import (
    activity,
    approvals,
    figures,
    macros,
    moving,
    overview,
    regrouping,
    reminders,
    texts,
    watching,
)
from crm_core.casework.overview import Asked
from crm_core.casework.texts import Place
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.lists import Record
from crm_core.records.tables import table_of
from crm_core.sla.clock import ClockKind, ClockState, Happened
from crm_core.tables import case_event, case_link, case_watcher, interaction, letter, support_case
from tests.contracts.test_letters import arrived, reply
from tests.contracts.test_sla import promise

NOW = 1_790_000_000.0
HOUR_S = 3600.0
CASE = "case"


def make(conn: Connection, of: str, acting: Acting | None = None, /, **given: Any) -> Record:
    return rows.create(conn, acting or system(NOW), known.entity(of), given)


def user(conn: Connection, login: str, role: str = "agent") -> str:
    return users.add_user(
        conn, login=login, name=login.title(), password_hash="x", role=role, language="en"
    ).id


def acting(user_id: str, role: str = "agent", now: float = NOW) -> Acting:
    reader = Reader(
        user_id=user_id, everything=role != "agent", rights=Rights(roles=(built_in(role),)), teams=()
    )
    return Acting(reader=reader, origin=Origin(user_id=user_id, name=user_id, via="api"), now=now)


def row(conn: Connection, case_id: str) -> Any:
    return moving.row_of(conn, case_id)


def kinds(conn: Connection, case_id: str) -> list[str]:
    query = select(case_event.c.kind).where(case_event.c.case_id == case_id).order_by(case_event.c.seq)
    return list(conn.execute(query).scalars())


def complaint(conn: Connection, who: Acting, **given: Any) -> str:
    return make(conn, CASE, who, subject="Rude", type_id="case-type-complaint", **given).id


def test_a_case_made_by_the_general_way_is_opened_properly(conn: Connection) -> None:
    """It has a number, its type's first state, a first event with the policy that fits, and a first line of its story."""
    promise(conn, 1, "severe", severity="high")
    made = make(conn, CASE, subject="Rude", type_id="case-type-complaint", channel="letter")
    found = row(conn, made.id)
    assert (found.number[:2], found.state, found.status, found.severity) == ("C-", "received", "open", "high")
    assert found.is_complaint
    assert kinds(conn, made.id) == ["opened"]
    assert case_events.history(conn, made.id).policy_version is not None
    assert [each.kind for each in activity.of_case(conn, made.id)] == ["opened"]
    assert cases.by_number(conn, found.number) == cases.case(conn, made.id)


def test_a_form_of_the_type_is_asked_for_and_kept(conn: Connection) -> None:
    """Required fields are checked when the case is opened, wrong ones refused; the values come back, and status is nobody's to write."""
    form = [
        {"name": "serial", "kind": "text", "required": True},
        {"name": "meter", "kind": "number", "required_at": ["solved"]},
    ]
    kind = make(conn, "case_type", code="repair", name="Repair", kind="incident", form=form)
    with pytest.raises(RefusedFields) as refusal:
        make(conn, CASE, subject="x", type_id=kind.id, form={"meter": "many"})
    assert {each.pointer for each in refusal.value.faults} == {"/form/meter"}
    with pytest.raises(RefusedFields) as refusal:
        make(conn, CASE, subject="x", type_id=kind.id)
    assert [(each.pointer, each.code) for each in refusal.value.faults] == [
        ("/form/serial", "field.required")
    ]
    made = make(conn, CASE, subject="x", type_id=kind.id, form={"serial": "A-1"})
    assert made.values["form"] == {"serial": "A-1"}
    with pytest.raises(Refused) as late:
        moving.move(conn, system(NOW), made.id, "solved")
    assert (late.value.code, late.value.pointer) == ("case.move_needs_field", "/form/meter")
    moving.move(conn, system(NOW), made.id, "solved", {"form": {"meter": 7}})
    assert row(conn, made.id).form == {"serial": "A-1", "meter": 7.0}
    with pytest.raises(RefusedFields):
        rows.patch(conn, system(NOW), known.entity(CASE), made.id, {"status": "open"})


def test_a_complaint_goes_its_own_way(conn: Connection) -> None:
    """It needs an owner and a due time to be taken up, a resolution to be checked, and somebody else than its owner to be closed."""
    ann, bob = user(conn, "ann"), user(conn, "bob", "supervisor")
    case_id = complaint(conn, acting(ann))
    with pytest.raises(Refused) as refusal:
        moving.move(conn, acting(ann), case_id, "closed")
    assert refusal.value.code == "case.move_unknown"
    with pytest.raises(Refused) as refusal:
        moving.move(conn, acting(ann), case_id, "investigating")
    assert (refusal.value.code, refusal.value.params["field"]) == ("case.move_needs_field", "due_at")
    moving.move(conn, acting(ann), case_id, "investigating", {"due_at": NOW + HOUR_S})
    with pytest.raises(Refused) as refusal:
        moving.move(conn, acting(ann), case_id, "resolved")
    assert refusal.value.code == "case.move_needs_resolution"
    moved = moving.move(conn, acting(ann), case_id, "resolved", {"resolution": "Apologised"})
    assert moved.status == "solved"
    offered = {
        each.move.end: [fault.code for fault in each.faults]
        for each in moving.steps(conn, acting(ann).reader, case_id)
    }
    assert offered == {"closed": ["case.move_needs_other"], "investigating": []}
    with pytest.raises(Refused):
        moving.move(conn, acting(ann), case_id, "closed")
    assert moving.move(conn, acting(bob, "supervisor"), case_id, "closed").status == "closed"
    assert kinds(conn, case_id) == ["opened", "solved"]
    assert row(conn, case_id).solved_at == NOW


def test_a_changed_table_leaves_running_cases_valid(conn: Connection) -> None:
    """When a state is taken out of a table, cases in it go on from the first state of its class."""
    case_id = complaint(conn, system(NOW))
    table = {
        "initial": "fresh",
        "states": [{"name": "fresh", "class": "open"}, {"name": "over", "class": "closed"}],
        "moves": [{"from": "fresh", "to": "over"}],
    }
    rows.patch(conn, system(NOW), known.entity("case_type"), "case-type-complaint", {"lifecycle": table})
    assert [each.move.end for each in moving.steps(conn, SYSTEM, case_id)] == ["over"]
    assert moving.move(conn, system(NOW), case_id, "over").status == "closed"


def test_a_letter_reopens_where_the_table_says(conn: Connection) -> None:
    """A customer's letter leads a waiting or finished case to the state that its table names, and counts the reopening."""
    case_id = complaint(conn, system(NOW), due_at=NOW)
    moving.move(conn, system(NOW), case_id, "investigating", {"owner_id": user(conn, "ann")})
    cases.replied(conn, case_id, NOW + 1, None)
    assert row(conn, case_id).state == "waiting"
    cases.customer_wrote(conn, case_id, NOW + 2)
    assert row(conn, case_id).state == "investigating"
    moving.move(conn, system(NOW + 3), case_id, "resolved", {"resolution": "x"})
    cases.customer_wrote(conn, case_id, NOW + 4)
    found = row(conn, case_id)
    assert (found.state, found.reopened_count, found.solved_at) == ("investigating", 1, None)
    assert kinds(conn, case_id) == ["opened", "paused", "resumed", "solved", "reopened"]


def test_other_terms_follow_type_and_severity(conn: Connection) -> None:
    """A promise for a type and a severity holds from the change on."""
    promise(conn, 8, "all")
    promise(conn, 1, "complaints", case_type="case-type-complaint")
    promise(conn, 2, "severe complaints", case_type="case-type-complaint", severity="critical")
    case_id = make(conn, CASE, subject="x").id
    targets = []
    for change in ({}, {"type_id": "case-type-complaint"}, {"severity": "critical"}):
        if change:
            rows.patch(conn, system(NOW), known.entity(CASE), case_id, change)
        first = next(
            c for c in case_clocks.clocks_of(conn, case_id, NOW) if c.kind is ClockKind.FIRST_RESPONSE
        )
        targets.append(first.target_s / HOUR_S)
    assert targets == [8, 1, 2]
    assert kinds(conn, case_id) == ["opened", "terms_changed", "terms_changed"]


def test_a_closed_case_has_its_clocks_stopped(conn: Connection) -> None:
    """Closing without solving first meets what was promised, and reopening goes on."""
    promise(conn)
    case_id = make(conn, CASE, subject="x").id
    moving.move(conn, system(NOW + 60), case_id, "solved")
    moving.move(conn, system(NOW + 70), case_id, "closed")
    clock = next(c for c in case_clocks.clocks_of(conn, case_id, NOW + 80) if c.kind is ClockKind.RESOLUTION)
    assert (clock.state, clock.met_at) == (ClockState.MET, NOW + 60)
    cases.set_status(conn, case_id, "open", NOW + 90)
    clock = next(c for c in case_clocks.clocks_of(conn, case_id, NOW + 90) if c.kind is ClockKind.RESOLUTION)
    assert clock.state is ClockState.RUNNING


def signed(conn: Connection, *approvers: dict[str, Any]) -> str:
    """A type whose closing needs approval, and a case of it."""
    table = {
        "initial": "new",
        "states": [{"name": "new", "class": "open"}, {"name": "paid", "class": "closed"}],
        "moves": [{"from": "new", "to": "paid", "needs": {"approvers": list(approvers)}}],
    }
    kind = make(conn, "case_type", code="refund", name="Refund", kind="request", lifecycle=table)
    return kind.id


def test_sign_off_passes_the_approvers_in_their_order(conn: Connection) -> None:
    """Each decides in turn, each decision is logged, and the last one makes the step; nobody signs off what they asked for."""
    ann, bob, sue = user(conn, "ann"), user(conn, "bob"), user(conn, "sue", "supervisor")
    kind = signed(conn, {"kind": "user", "who": bob}, {"kind": "role", "who": "supervisor"})
    case_id = make(conn, CASE, acting(ann), subject="Pay back", type_id=kind).id
    moved = moving.move(conn, acting(ann), case_id, "paid")
    assert (moved.state, moved.asked is not None) == ("new", True)
    first, second = approvals.pending(conn, case_id)
    for who, place, code in ((sue, first, "approval.not_yours"), (sue, second, "approval.not_your_turn")):
        with pytest.raises(Refused) as refusal:
            approvals.decide(conn, acting(who, "supervisor"), place.id, "approved", "")
        assert refusal.value.code == code
    assert approvals.decide(conn, acting(bob), first.id, "approved", "fine") is None
    assert row(conn, case_id).state == "new"
    assert [each.id for each in approvals.mine(conn, sue, "supervisor")] == [second.id]
    last = approvals.decide(conn, acting(sue, "supervisor"), second.id, "approved", "")
    assert last is not None
    moving.approved(conn, last, NOW, sue)
    assert row(conn, case_id).state == "paid"
    told = [each.kind for each in activity.of_case(conn, case_id)]
    assert told == ["opened", "approval_asked", "approved", "approved", "moved"]


def test_a_rejection_ends_the_round(conn: Connection) -> None:
    """The case stays where it was, who asked is told, and it may be asked again."""
    ann, bob = user(conn, "ann"), user(conn, "bob")
    case_id = make(
        conn, CASE, acting(ann), subject="x", type_id=signed(conn, {"kind": "user", "who": bob})
    ).id
    moving.move(conn, acting(ann), case_id, "paid")
    with pytest.raises(Refused) as refusal:
        moving.move(conn, acting(ann), case_id, "paid")
    assert refusal.value.code == "approval.pending"
    [place] = approvals.pending(conn, case_id)
    approvals.decide(conn, acting(bob), place.id, "rejected", "too much")
    assert approvals.pending(conn, case_id) == []
    assert row(conn, case_id).state == "new"
    assert "case.rejected" in [each.code for each in notifications.of_user(conn, ann)]
    assert moving.move(conn, acting(ann), case_id, "paid").asked is not None


def snapshot(conn: Connection) -> dict[str, list[Any]]:
    """Every row that merging and splitting may touch."""
    task = known.entity("task")
    tables = [support_case, letter, interaction, case_link, case_watcher, case_event, table_of(task)]
    # when clocks are looked at next is no part of what was
    kept = {each: [column for column in each.c if column.name != "sla_look_at"] for each in tables}
    return {
        each.name: [tuple(found) for found in conn.execute(select(*kept[each]).order_by(*each.primary_key))]
        for each in tables
    }


def talk(conn: Connection, case_id: str, name: str) -> None:
    """A letter and an interaction of a case."""
    interactions.ensure(
        conn,
        id=f"i-{name}",
        medium="email",
        direction="in",
        queue_id=None,
        customer_address="a@x.org",
        customer_name="",
        entry_address="",
        subject="x",
        enqueued_at=NOW,
    )
    cases.link(conn, f"i-{name}", case_id)
    letters.store_letter(
        conn,
        arrived(f"s-{name}", f"{name}@x", at=NOW),
        case_id=case_id,
        interaction_id=f"i-{name}",
        party_id=None,
    )


def test_merge_and_undo_leave_every_row_as_it_was(conn: Connection) -> None:
    """Letters, interactions, tasks, links, watchers and parts go along; the old number leads on; the undo restores every row byte for byte."""
    ann = user(conn, "ann")
    one, two, three = (make(conn, CASE, subject=name).id for name in ("one", "two", "three"))
    for case_id, name in ((one, "m1"), (two, "m2")):
        talk(conn, case_id, name)
    watching.watch(conn, two, ann, None, NOW)
    watching.link(conn, two, one, "related", NOW, None)
    watching.link(conn, two, three, "caused_by", NOW, None)
    rows.patch(conn, system(NOW), known.entity(CASE), three, {"parent_id": two})
    make(conn, "task", subject="call", about_entity="case", about_id=two, owner_id=ann)
    before = snapshot(conn)
    number = row(conn, two).number
    made = regrouping.merge(conn, two, one, NOW + 5, ann)
    assert len(letters.thread(conn, one)) == 2
    assert letters.thread(conn, two) == []
    assert cases.by_number(conn, number) == cases.case(conn, one)
    assert cases.leading(conn, two) == cases.case(conn, one)
    assert [each.number for each in overview.tasks_about(conn, one)] == [row(conn, one).number]
    assert [(each.kind, each.outward) for each in watching.links(conn, SYSTEM, one)] == [("caused_by", True)]
    assert row(conn, three).parent_id == one
    assert [each.user_id for each in watching.of_case(conn, one)] == [ann]
    with pytest.raises(Refused) as refusal:
        moving.move(conn, system(NOW), two, "solved")
    assert refusal.value.code == "case.merged"
    regrouping.undo(conn, made.id, NOW + 9, ann)
    assert snapshot(conn) == before
    with pytest.raises(Refused):
        regrouping.undo(conn, made.id, NOW + 9, ann)


def test_what_came_after_a_merge_stays(conn: Connection) -> None:
    """A letter that came meanwhile stays with the survivor, and so does what people changed."""
    one, two = (make(conn, CASE, subject=name).id for name in ("one", "two"))
    talk(conn, two, "m1")
    made = regrouping.merge(conn, two, one, NOW + 5, None)
    talk(conn, one, "m2")
    rows.patch(conn, system(NOW + 6), known.entity(CASE), one, {"subject": "newer"})
    regrouping.undo(conn, made.id, NOW + 9, None)
    assert [each.message_id for each in letters.thread(conn, one)] == ["m2@x"]
    assert [each.message_id for each in letters.thread(conn, two)] == ["m1@x"]
    assert row(conn, one).subject == "newer"


def test_the_survivor_owes_the_answer_that_the_merged_case_owed(conn: Connection) -> None:
    """Whoever waited in the merged case waits in the survivor, until the undo."""
    promise(conn)
    one, two = (make(conn, CASE, subject=name).id for name in ("one", "two"))
    case_events.record(conn, one, Happened.AGENT_ANSWERED, NOW + 1)
    made = regrouping.merge(conn, two, one, NOW + 5, None)
    waiting = [each.kind for each in case_clocks.clocks_of(conn, one, NOW + 6)]
    assert ClockKind.NEXT_RESPONSE in waiting
    assert row(conn, one).waiting_since == NOW
    assert case_clocks.look(conn, two, NOW + 10 * HOUR_S) == []
    regrouping.undo(conn, made.id, NOW + 9, None)
    assert row(conn, one).waiting_since is None


def test_split_and_undo(conn: Connection) -> None:
    """What was chosen goes on in a case of its own that says where it came from; the undo brings it back and the new number leads back."""
    one = make(conn, CASE, subject="two matters").id
    talk(conn, one, "m1")
    talk(conn, one, "m2")
    second = letters.thread(conn, one)[1].id
    before = {name: found for name, found in snapshot(conn).items() if name in ("letter", "interaction")}
    with pytest.raises(Refused) as refusal:
        regrouping.split(
            conn, one, subject="x", letters=["none"], interactions=[], type_id=None, now=NOW, actor_id=None
        )
    assert refusal.value.code == "case.split_other"
    made = regrouping.split(
        conn,
        one,
        subject="the other",
        letters=[second],
        interactions=["i-m2"],
        type_id=None,
        now=NOW,
        actor_id=None,
    )
    assert [each.id for each in letters.thread(conn, made.other_id)] == [second]
    assert [(each.kind, each.outward) for each in watching.links(conn, SYSTEM, made.other_id)] == [
        ("split_from", True)
    ]
    assert interactions.interaction(conn, "i-m2").case_id == made.other_id  # type: ignore[union-attr]
    regrouping.undo(conn, made.id, NOW + 9, None)
    after = snapshot(conn)
    assert {name: after[name] for name in before} == before
    assert cases.by_number(conn, row(conn, made.other_id).number) == cases.case(conn, one)


def test_watchers_and_owners_are_told_but_not_of_their_own_doing(conn: Connection) -> None:
    """A letter is told to the owner and the watchers, a step to the watchers, and neither to whoever did it."""
    ann, bob = user(conn, "ann"), user(conn, "bob")
    case_id = make(conn, CASE, acting(ann), subject="x").id
    watching.watch(conn, case_id, ann, None, NOW)
    watching.watch(conn, case_id, bob, None, NOW)
    moving.move(conn, acting(ann), case_id, "pending")
    case_events.record(conn, case_id, Happened.CUSTOMER_WROTE, NOW + 1)
    codes = {who: [each.code for each in reversed(notifications.of_user(conn, who))] for who in (ann, bob)}
    assert codes == {ann: ["case.customer_wrote"], bob: ["case.moved", "case.customer_wrote"]}
    assert notifications.seen(conn, ann, None, NOW + 2) == 1
    assert notifications.of_user(conn, ann, unseen=True) == []


def test_who_is_given_a_case_is_told(conn: Connection) -> None:
    """Another owner learns of it; who takes it needs not be told."""
    ann, bob = user(conn, "ann"), user(conn, "bob")
    case_id = make(conn, CASE, acting(ann), subject="x").id
    rows.patch(conn, acting(ann), known.entity(CASE), case_id, {"owner_id": bob})
    assert [each.code for each in notifications.of_user(conn, bob)] == ["case.assigned"]
    assert notifications.of_user(conn, ann) == []


def test_a_text_is_offered_where_it_fits_and_filled_in(conn: Connection) -> None:
    """Channel, language and type narrow the choice; placeholders are filled from the case; an unknown one is refused when saved."""
    party = parties.add_party(conn, kind="person", name="王小明", now=NOW)
    case_id = complaint(conn, system(NOW), party_id=party.id)
    common = {
        "name": "sorry",
        "shortcut": "sorry",
        "body": "{{party.name}} {{case.number}} {{case.type}} {{case.due}}",
    }
    made = {
        language: make(
            conn, "template", channel="email", language=language, case_type_id="case-type-complaint", **common
        ).id
        for language in ("zh-TW", "en")
    }
    make(conn, "template", name="other", channel="sms", language="en", body="x")
    offered = texts.offered(
        conn, channel="email", language="en", queue_id=None, type_id="case-type-complaint"
    )
    assert [each.id for each in offered] == [made["en"], made["zh-TW"]]
    assert texts.offered(conn, channel="email", language="en", queue_id=None, type_id=None) == []
    filled = texts.fill(conn, made["zh-TW"], Place(case_id=case_id), NOW)
    assert filled.body == f"王小明 {row(conn, case_id).number} 客訴 "
    assert filled.lacking == ("case.due",)
    with pytest.raises(Refused) as refusal:
        make(conn, "template", name="bad", channel="email", language="en", body="{{party.secret}}")
    assert refusal.value.code == "template.placeholder"


class Pen:
    """A room of letters that keeps what it was asked to write."""

    def __init__(self) -> None:
        self.written: list[tuple[str, str]] = []
        self.zone = "UTC"

    def from_template(self, conn: Connection, *, case_id: str, template_id: str, **_: Any) -> str:
        filled = texts.fill(conn, template_id, Place(case_id=case_id), NOW)
        self.written.append((case_id, filled.body))
        return new_id()

    def to_watcher(self, conn: Connection, *, case_id: str, address: str, **_: Any) -> str:
        self.written.append((case_id, address))
        return new_id()


def test_a_macro_is_shown_and_done_as_one(conn: Connection) -> None:
    """The preview says what would change; running it changes fields, makes the task, writes the reply and makes the step, or none of it."""
    ann = user(conn, "ann")
    template = make(conn, "template", name="t", channel="email", language="en", body="Re {{case.number}}").id
    macro = make(
        conn,
        "macro",
        name="Close as answered",
        changes={"resolution_code": "answered", "severity": "low"},
        state="solved",
        template_id=template,
        tasks=[{"subject": "Ask again", "due_in_s": 60}],
    ).id
    case_id = make(conn, CASE, acting(ann), subject="x").id
    place, pen = Place(case_id=case_id, author_id=ann), Pen()
    shown = macros.preview(conn, acting(ann), macro, place)
    assert dict(shown.changes) == {"resolution_code": (None, "answered"), "severity": ("normal", "low")}
    assert shown.reply is not None
    assert shown.reply.body == f"Re {row(conn, case_id).number}"
    assert (shown.state, shown.faults, shown.tasks) == ("solved", (), ("Ask again",))
    ran = macros.run(conn, acting(ann), macro, place, post=pen, key="k")
    found = row(conn, case_id)
    assert (found.status, found.resolution_code, found.severity, ran.state) == (
        "solved",
        "answered",
        "low",
        "solved",
    )
    assert pen.written == [(case_id, f"Re {found.number}")]
    [task] = overview.tasks_about(conn, case_id)
    assert (task.subject, task.due_at) == ("Ask again", NOW + 60)


def test_a_macro_whose_step_cannot_be_made_does_nothing(conn: Connection) -> None:
    """What is refused at the end undoes what came before."""
    macro = make(conn, "macro", name="m", changes={"severity": "low"}, state="closed").id
    case_id = make(conn, CASE, subject="x").id
    with pytest.raises(Refused), conn.begin_nested():
        macros.run(conn, system(NOW), macro, Place(case_id=case_id), post=Pen(), key="k")
    assert row(conn, case_id).severity == "normal"


def test_reminders_and_follow_ups_are_told_once(conn: Connection) -> None:
    """At its time, to whose it is, once; a new time is told again; what is done is not."""
    ann = user(conn, "ann")
    task = make(conn, "task", subject="call", owner_id=ann, due_at=NOW + 100, remind_at=NOW + 50).id
    case_id = make(conn, CASE, acting(ann), subject="x", follow_up_at=NOW + 60).id
    assert reminders.next_at(conn) == NOW + 50
    assert reminders.remind(conn, NOW + 49) == 0
    assert reminders.remind(conn, NOW + 60) == 2
    assert reminders.remind(conn, NOW + 61) == 0
    assert reminders.next_at(conn) is None
    codes = [each.code for each in notifications.of_user(conn, ann)]
    assert sorted(codes) == ["case.follow_up", "task.reminder"]
    rows.patch(conn, acting(ann), known.entity(CASE), case_id, {"follow_up_at": NOW + 90})
    rows.patch(conn, acting(ann), known.entity("task"), task, {"remind_at": NOW + 80, "status": "done"})
    assert reminders.next_at(conn) == NOW + 90
    assert lists.read(conn, SYSTEM, known.entity("task"), task).values["progress"] == 100


def test_the_audit_view_puts_late_and_important_first(conn: Connection) -> None:
    """Unfinished cases with owner and age: the late one first, then what matters; what is finished is not in it."""
    ann = user(conn, "ann")
    plain = make(conn, CASE, acting(ann), subject="plain").id
    severe = make(conn, CASE, acting(ann), subject="severe", severity="critical").id
    late = make(conn, CASE, acting(ann), subject="late", due_at=NOW - 1).id
    done = make(conn, CASE, acting(ann), subject="done").id
    moving.move(conn, acting(ann), done, "solved")
    found = overview.issues(conn, SYSTEM, Asked(only="all"), NOW)
    assert [each.id for each in found] == [late, severe, plain]
    assert [(each.late, each.important, each.owner) for each in found] == [
        (True, False, "Ann"),
        (False, True, "Ann"),
        (False, False, "Ann"),
    ]
    assert [each.id for each in overview.issues(conn, SYSTEM, Asked(only="urgent"), NOW)] == [late, severe]
    assert overview.issues(conn, SYSTEM, Asked(only="all", unowned=True), NOW) == []
    assert overview.issues(conn, acting(user(conn, "bob")).reader, Asked(only="all"), NOW) == []


def test_figures_are_folded_from_what_happened(conn: Connection) -> None:
    """Volume, first response, handling time without the time it was solved, backlog, by channel; complaints apart; the share of canned replies."""
    ann = user(conn, "ann", "supervisor")
    one = cases.open_case(conn, subject="1", party_id=None, queue_id=None, now=NOW, channel="email").id
    two = cases.open_case(
        conn,
        subject="2",
        party_id=None,
        queue_id=None,
        now=NOW,
        channel="voice",
        type_id="case-type-complaint",
    ).id
    case_events.record(conn, one, Happened.AGENT_ANSWERED, NOW + 100)
    cases.set_status(conn, one, "solved", NOW + 1000)
    cases.set_status(conn, one, "open", NOW + 5000)
    cases.set_status(conn, one, "solved", NOW + 5500)
    reply(conn, "out@x", NOW + 120, one)
    told = figures.figures(conn, SYSTEM, NOW, NOW + 10_000)
    whole = told.whole
    assert (whole.opened, whole.complaints, whole.answered, whole.solved, whole.backlog) == (2, 1, 1, 1, 1)
    assert (whole.first_response_mean_s, whole.handling_mean_s) == (100, 1500)
    assert [(each.key, each.opened, each.backlog) for each in told.by_channel] == [
        ("email", 1, 0),
        ("voice", 1, 1),
    ]
    assert (told.replies, told.canned, told.canned_share) == (1, 0, 0.0)
    template = make(conn, "template", name="t", channel="email", language="en", body="x").id
    texts.used(conn, letters.thread(conn, one)[0].id, [template, template, "none"], ann, NOW)
    assert figures.figures(conn, SYSTEM, NOW, NOW + 10_000).canned_share == 1.0
    assert figures.figures(conn, SYSTEM, NOW, NOW + 2000).whole.solved == 1
    regrouping.merge(conn, two, one, NOW + 6000, None)
    assert figures.figures(conn, SYSTEM, NOW, NOW + 10_000).whole.opened == 1


def test_a_step_takes_no_other_type_along(conn: Connection) -> None:
    """The step is of the type that the case has: with another one beside it, it is refused and nothing changes."""
    case_id = make(conn, CASE, subject="x").id
    with pytest.raises(Refused) as refusal:
        moving.move(conn, system(NOW), case_id, "solved", {"type_id": "case-type-complaint"})
    assert (refusal.value.code, refusal.value.pointer) == ("case.move_type", "/type_id")
    assert row(conn, case_id).status == "open"


def test_a_done_case_keeps_its_type_unless_a_supervisor_says_otherwise(conn: Connection) -> None:
    """An agent does not end a complaint as an inquiry and make it one again; where another type has no such class, done stays done there,
    and a letter reopens it."""
    ann, sue = user(conn, "ann"), user(conn, "sue", "supervisor")
    case_id = make(conn, CASE, acting(ann), subject="x").id
    moving.move(conn, acting(ann), case_id, "solved")
    wanted = {"type_id": "case-type-complaint"}
    with pytest.raises(Refused) as refusal:
        rows.patch(conn, acting(ann), known.entity(CASE), case_id, wanted)
    assert (refusal.value.code, refusal.value.pointer) == ("case.retype_done", "/type_id")
    rows.patch(conn, acting(sue, "supervisor"), known.entity(CASE), case_id, wanted)
    assert (row(conn, case_id).state, row(conn, case_id).status) == ("resolved", "solved")
    rows.patch(conn, acting(sue, "supervisor"), known.entity(CASE), case_id, {"type_id": signed(conn)})
    assert (row(conn, case_id).state, row(conn, case_id).status) == ("paid", "closed")
    cases.customer_wrote(conn, case_id, NOW + 5)
    assert (row(conn, case_id).state, row(conn, case_id).status) == ("new", "open")


def test_a_case_whose_table_lost_its_class_is_opened_by_a_letter(conn: Connection) -> None:
    """It stands at the beginning as its table has no such class any more, and is done all the same until the customer writes."""
    kind = make(conn, "case_type", code="k", name="K", kind="inquiry").id
    case_id = make(conn, CASE, subject="x", type_id=kind).id
    moving.move(conn, system(NOW), case_id, "solved")
    table = {
        "initial": "new",
        "states": [{"name": "new", "class": "open"}, {"name": "end", "class": "closed"}],
        "moves": [{"from": "new", "to": "end"}],
    }
    rows.patch(conn, system(NOW), known.entity("case_type"), kind, {"lifecycle": table})
    cases.customer_wrote(conn, case_id, NOW + 5)
    assert (row(conn, case_id).state, row(conn, case_id).status) == ("new", "open")
    assert kinds(conn, case_id) == ["opened", "solved", "reopened"]


def test_an_approval_holds_from_where_it_was_asked_for(conn: Connection) -> None:
    """A case that went on otherwise ends the open round: nobody's approval leads it on from somewhere else."""
    ann, bob = user(conn, "ann"), user(conn, "bob")
    table = {
        "initial": "new",
        "states": [
            {"name": n, "class": c} for n, c in (("new", "open"), ("held", "pending"), ("paid", "closed"))
        ],
        "moves": [
            {"from": start, "to": "paid", "needs": {"approvers": [{"kind": "user", "who": bob}]}}
            for start in ("new", "held")
        ]
        + [{"from": "new", "to": "held"}],
    }
    kind = make(conn, "case_type", code="refund", name="Refund", kind="request", lifecycle=table).id
    case_id = make(conn, CASE, acting(ann), subject="x", type_id=kind).id
    moving.move(conn, acting(ann), case_id, "paid")
    [place] = approvals.pending(conn, case_id)
    moving.move(conn, acting(ann), case_id, "held")
    assert approvals.pending(conn, case_id) == []
    assert [each.decision for each in approvals.of_case(conn, case_id)] == ["withdrawn"]
    with pytest.raises(Refused) as refusal:
        approvals.decide(conn, acting(bob), place.id, "approved", "")
    assert refusal.value.code == "approval.decided"
    with pytest.raises(Refused) as refusal:
        moving.approved(conn, place, NOW, bob)
    assert refusal.value.code == "case.move_unknown"
    assert moving.move(conn, acting(ann), case_id, "paid").asked is not None


def test_links_and_parts_show_only_what_one_may_read(conn: Connection) -> None:
    """Another agent's case is told to a supervisor, and to nobody else, by what it is linked to and part of."""
    ann, bob, sue = user(conn, "ann"), user(conn, "bob"), user(conn, "sue", "supervisor")
    one = make(conn, CASE, acting(ann), subject="mine").id
    linked, back, part = (make(conn, CASE, acting(bob), subject="secret").id for _ in range(3))
    above = make(conn, CASE, acting(bob), subject="secret").id
    watching.link(conn, one, linked, "related", NOW, None)
    watching.link(conn, back, one, "caused_by", NOW, None)
    for child, parent in ((part, one), (one, above)):
        rows.patch(conn, system(NOW), known.entity(CASE), child, {"parent_id": parent})
    for reader, seen in ((acting(ann).reader, False), (acting(sue, "supervisor").reader, True)):
        found = {each.case_id for each in watching.links(conn, reader, one)}
        found |= {each.case_id for each in watching.parts(conn, reader, one)}
        assert found == ({linked, back, part, above} if seen else set())


def test_figures_of_a_period_read_what_they_depend_on(conn: Connection) -> None:
    """What was over before the period is not read; what was opened, solved, reopened or left open is counted as it stood then."""
    day = 24 * HOUR_S

    def case(opened: float, *steps: tuple[float, str]) -> str:
        made = cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=NOW + opened * day)
        for at, status in steps:
            cases.set_status(conn, made.id, status, NOW + at * day)
        return made.id

    over = case(0, (1, "solved"))
    again = case(0, (1, "solved"), (5, "open"), (6, "solved"))
    left = case(0)
    later = case(0, (20, "solved"))
    fresh = case(4, (5, "solved"))
    read = {each.case_id for each in figures.lives(conn, SYSTEM, NOW + 3 * day, NOW + 10 * day)}
    assert read == {again, left, later, fresh}
    told = [
        (found.opened, found.solved, found.backlog)
        for begin, end in ((-1, 3), (3, 10), (10, 30))
        for found in (figures.figures(conn, SYSTEM, NOW + begin * day, NOW + end * day).whole,)
    ]
    assert told == [(4, 2, 2), (1, 2, 2), (0, 1, 1)]
    assert over not in read
