"""Rules and procedures on both databases: what starts them, that they run once, what they do, and that they end."""

from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select, update

from config.errors import Refused
from crm_core import case_clocks, case_events, cases, notifications, parties, people, schema
from crm_core.casework import activity, moving, overview, watching
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.records.tables import table_of
from crm_core.rules import events, firing, procedures
from crm_core.rules.model import Trigger
from crm_core.rules.procedures import Run, Started
from crm_core.sla.clock import Happened
from crm_core.store import Store
from crm_core.tables import procedure_run, rule_event, support_case
from tests.contracts.test_casework import CASE, HOUR_S, NOW, Pen, acting, make, row, user
from tests.contracts.test_sla import promise

DAY_S = 24 * HOUR_S


def procedure(conn: Connection, *steps: dict[str, Any], entity: str = CASE, name: str = "p") -> str:
    return make(conn, "procedure", name=name, entity=entity, steps=list(steps)).id


def rule(conn: Connection, procedure_id: str, trigger: str, **given: Any) -> str:
    name = given.pop("name", "r")
    return make(conn, "rule", name=name, trigger=trigger, procedure_id=procedure_id, **given).id


def work(conn: Connection, now: float = NOW, post: Any = None) -> list[Run]:
    """Everything that is to be done by now."""
    runs: list[Run] = []
    while True:
        next_at = firing.next_at(conn, now)
        if next_at is None or next_at > now:
            return runs
        runs += firing.work(conn, now, post).runs


@pytest.fixture
def quiet(conn: Connection) -> Connection:
    """Without the rules that are shipped."""
    for each in ("rule-overdue", "rule-past-due", "rule-repeated-complaint"):
        rows.remove(conn, system(NOW), known.entity("rule"), each)
    work(conn)
    return conn


def raised(conn: Connection, name: str = "p") -> str:
    return procedure(conn, {"kind": "raise", "field": "severity"}, name=name)


def test_a_rule_runs_once_for_what_happened(quiet: Connection) -> None:
    """A case that is made and fits starts the procedure once, however often anybody looks; one that does not fit starts nothing."""
    made = rule(quiet, raised(quiet), "created", condition={"field": "subject", "is": "has", "value": "fire"})
    one = make(quiet, CASE, subject="A fire").id
    make(quiet, CASE, subject="A lamp")
    runs = work(quiet)
    assert [(each.record_id, each.rule_id, each.outcome) for each in runs] == [(one, made, "done")]
    assert row(quiet, one).severity == "high"
    assert work(quiet) == []
    told = [each for each in activity.of_case(quiet, one) if each.kind == "procedure"]
    assert [(each.data["outcome"], each.data["steps"][0]["value"]) for each in told] == [("done", "high")]


def test_the_same_key_runs_once(quiet: Connection) -> None:
    """Two servers that take the same occasion start one run: the key is there once."""
    one = make(quiet, CASE, subject="x").id
    started = Started(key="same", trigger=Trigger.CREATED)
    name = raised(quiet)
    assert procedures.run(quiet, name, CASE, one, started, NOW, None) is not None
    assert procedures.run(quiet, name, CASE, one, started, NOW, None) is None
    assert row(quiet, one).severity == "high"


async def test_what_was_to_start_survives_a_restart(url: str) -> None:
    """An event that was written is worked off by whoever opens the store next, and then it is gone."""
    schema.upgrade(url)
    first = Store(url)
    first.open()

    def begin(conn: Connection) -> str:
        rule(conn, raised(conn), "created")
        return make(conn, CASE, subject="x").id

    case_id = await first.write(begin)
    await first.close()
    second = Store(url)
    second.open()
    runs = await second.write(work)
    assert [each.record_id for each in runs] == [case_id]
    left = await second.read(
        lambda conn: conn.execute(select(func.count()).select_from(rule_event)).scalar_one()
    )
    assert left == 0
    await second.close()


def test_states_fields_and_letters_start_rules(quiet: Connection) -> None:
    """Entering a state, a change of a named field and a customer's letter each start their own rule, and nothing else does."""
    notify = procedure(quiet, {"kind": "notify", "to": [{"kind": "owner"}], "text": "look"})
    names = {
        "solved": rule(
            quiet, notify, "status_entered", name="a", detail={"states": ["solved"]}, once="every"
        ),
        "field": rule(quiet, notify, "changed", name="b", detail={"fields": ["category"]}, once="every"),
        "letter": rule(quiet, notify, "customer_wrote", name="c", once="every"),
    }
    ann = user(quiet, "ann")
    one = make(quiet, CASE, acting(ann), subject="x").id
    rows.patch(quiet, system(NOW), known.entity(CASE), one, {"subject": "y"})
    moving.move(quiet, system(NOW), one, "pending")
    assert work(quiet) == []
    rows.patch(quiet, system(NOW), known.entity(CASE), one, {"category": "other"})
    assert [each.rule_id for each in work(quiet)] == [names["field"]]
    moving.move(quiet, system(NOW), one, "solved")
    assert [each.rule_id for each in work(quiet)] == [names["solved"]]
    case_events.record(quiet, one, Happened.CUSTOMER_WROTE, NOW)
    assert [each.rule_id for each in work(quiet)] == [names["letter"]]
    notices = [each for each in notifications.of_user(quiet, ann) if each.code == "procedure.notice"]
    assert [each.params["text"] for each in notices] == ["look"] * 3


def test_time_starts_a_rule_at_its_moment(quiet: Connection) -> None:
    """A case is escalated when its customer has waited an hour, not before, once; and the next moment is known without looking at each row."""
    rule(quiet, raised(quiet), "time_passed", detail={"field": "waiting_since", "after_s": HOUR_S})
    work(quiet)
    one = make(quiet, CASE, subject="x").id
    two = make(quiet, CASE, subject="y").id
    case_events.record(quiet, two, Happened.AGENT_ANSWERED, NOW + 10)
    assert work(quiet, NOW + HOUR_S - 1) == []
    assert firing.next_at(quiet, NOW + HOUR_S - 1) == NOW + HOUR_S
    assert [each.record_id for each in work(quiet, NOW + HOUR_S)] == [one]
    assert work(quiet, NOW + 9 * HOUR_S) == []


def test_what_is_written_late_is_looked_at_at_once(quiet: Connection) -> None:
    """A due time that lies in the past when it is written starts its rule, though the timer is beyond it."""
    rule(quiet, raised(quiet), "time_passed", detail={"field": "due_at", "after_s": 0})
    assert work(quiet) == []
    one = make(quiet, CASE, subject="x").id
    assert work(quiet, NOW + 10) == []
    rows.patch(quiet, system(NOW + 20), known.entity(CASE), one, {"due_at": NOW - DAY_S})
    assert [each.record_id for each in work(quiet, NOW + 20)] == [one]


def test_a_rule_that_slept_makes_up_for_nothing(quiet: Connection) -> None:
    """Switched on, a rule for the passing of time begins with what comes from now on."""
    name = rule(quiet, raised(quiet), "time_passed", detail={"field": "due_at", "after_s": 0}, active=False)
    make(quiet, CASE, subject="x", due_at=NOW + 5)
    rows.patch(quiet, system(NOW + 10), known.entity("rule"), name, {"active": True})
    assert work(quiet, NOW + 10) == []
    assert work(quiet, NOW + DAY_S) == []


def test_rules_of_a_module_that_is_off_sleep(quiet: Connection) -> None:
    """Without the module of cases none of their rules runs, by event or by time, and none makes up for it afterwards; customers' rules run."""
    rule(quiet, raised(quiet), "created")
    late = procedure(quiet, {"kind": "escalate"}, name="late")
    rule(quiet, late, "time_passed", name="late", detail={"field": "due_at", "after_s": 0})
    party = procedure(quiet, {"kind": "set_field", "field": "note", "value": "new"}, name="q", entity="party")
    theirs = rule(quiet, party, "created", name="theirs", entity="party")
    work(quiet)
    off = ("service",)
    firing.sleep(quiet, off)
    one = make(quiet, CASE, subject="x", due_at=NOW + 5).id
    make(quiet, "party", name="Lin")
    done = firing.work(quiet, NOW + 10, None, off)
    assert ([each.rule_id for each in done.runs], done.more) == ([theirs], False)
    assert firing.next_at(quiet, NOW + 10, off) is None
    assert work(quiet, NOW + 20) == []
    assert (row(quiet, one).severity, row(quiet, one).escalation_level) == ("normal", 0)
    two = make(quiet, CASE, subject="y", due_at=NOW + 30).id
    assert {each.record_id for each in work(quiet, NOW + 40)} == {two}


def test_many_moments_are_worked_off_in_batches(quiet: Connection) -> None:
    """More cases than a batch holds, many at the same moment, are each started once."""
    rule(quiet, raised(quiet), "time_passed", detail={"field": "due_at", "after_s": 0})
    work(quiet)
    made = [make(quiet, CASE, subject="x", due_at=NOW + 5 + number // 60).id for number in range(130)]
    runs = work(quiet, NOW + DAY_S)
    assert sorted(each.record_id for each in runs) == sorted(made)


def test_overdue_issues_are_escalated_level_by_level(conn: Connection) -> None:
    """The shipped rule: a missed promise and a past due time each raise the case a level, and the head of that level is told."""
    top, mid = user(conn, "top", "supervisor"), user(conn, "mid", "supervisor")
    whole = make(conn, "org_unit", name="All", head_id=top).id
    team = make(conn, "org_unit", name="Team", parent_id=whole, head_id=mid).id
    promise(conn, 1)
    one = make(conn, CASE, subject="x", team_id=team, due_at=NOW + 5 * HOUR_S).id
    for at in (NOW + HOUR_S + 1, NOW + 5 * HOUR_S):
        case_clocks.look(conn, one, at)
        case_clocks.look(conn, one, at)
        work(conn, at)
    assert row(conn, one).escalation_level == 2
    assert "case.escalated" in [each.code for each in notifications.of_user(conn, mid)]
    [told] = [each for each in notifications.of_user(conn, top) if each.code == "case.escalated"]
    assert told.params["level"] == 2
    assert [
        each.data["steps"][0]["level"] for each in activity.of_case(conn, one) if each.kind == "procedure"
    ] == [1, 2]


def test_repeated_complaints_are_escalated(conn: Connection) -> None:
    """The shipped rule: the second complaint of the same customer about the same matter within 30 days, and no other."""
    party = parties.add_party(conn, kind="person", name="Lin", now=NOW).id
    other = parties.add_party(conn, kind="person", name="Chen", now=NOW).id

    def complain(
        at: float, who: str | None = party, category: str | None = "delivery", of: str = "complaint"
    ) -> str:
        return rows.create(
            conn,
            system(at),
            known.entity(CASE),
            {"subject": "late", "party_id": who, "category": category, "type_id": f"case-type-{of}"},
        ).id

    complain(NOW)
    for at, more in (
        (NOW + 1, {"who": other}),
        (NOW + 2, {"category": "service"}),
        (NOW + 3, {"of": "inquiry"}),
        (NOW + 4, {"category": None}),
    ):
        complain(at, **more)
    assert work(conn, NOW + 5) == []
    again = complain(NOW + 29 * DAY_S)
    assert [each.record_id for each in work(conn, NOW + 29 * DAY_S)] == [again]
    assert row(conn, again).escalation_level == 1
    complain(NOW + 90 * DAY_S)
    assert work(conn, NOW + 90 * DAY_S) == []


def test_a_group_is_told_once_in_its_period(quiet: Connection) -> None:
    """A threshold on how many cases are open starts once a period, not with each further case."""
    rule(
        quiet,
        raised(quiet),
        "created",
        condition={"field": "status", "is": "eq", "value": "open"},
        count={"least": 3, "within_s": DAY_S, "same": ["category"]},
        once="group",
    )
    for _ in range(5):
        make(quiet, CASE, subject="x", category="delivery")
    assert len(work(quiet)) == 1


def test_rules_that_start_each_other_come_to_an_end(quiet: Connection) -> None:
    """Two rules that undo each other's change stop after a bounded number of runs."""
    for name, value, condition in (("a", "low", "high"), ("b", "high", "low")):
        step = {"kind": "set_field", "field": "priority", "value": value}
        rule(
            quiet,
            procedure(quiet, step, name=name),
            "changed",
            name=name,
            once="every",
            condition={"field": "priority", "is": "eq", "value": condition},
        )
    one = make(quiet, CASE, subject="x").id
    rows.patch(quiet, system(NOW), known.entity(CASE), one, {"priority": "high"})
    assert len(work(quiet)) == events.DEEPEST
    assert quiet.execute(select(func.count()).select_from(rule_event)).scalar_one() == 0


def test_every_kind_of_step_does_its_work(quiet: Connection) -> None:
    """Notify, reassign, raise, escalate, task, call back, field, mail and step: all in one procedure, each told."""
    ann, bob = user(quiet, "ann"), user(quiet, "bob", "supervisor")
    party = parties.add_party(quiet, kind="person", name="Lin", now=NOW).id
    parties.add_contact_point(quiet, party, kind="phone", raw="+886 2 2345 6789")
    template = make(
        quiet, "template", name="t", channel="email", language="en", body="Hello {{party.name}}"
    ).id
    name = procedure(
        quiet,
        {"kind": "notify", "to": [{"kind": "owner"}, {"kind": "role", "who": "supervisor"}], "text": "hurry"},
        {"kind": "reassign", "to": [{"kind": "user", "who": bob}]},
        {"kind": "raise", "field": "priority"},
        {"kind": "escalate"},
        {"kind": "create_task", "subject": "Look", "due_in_s": 60, "to": [{"kind": "owner"}]},
        {"kind": "call_back", "due_in_s": 600},
        {"kind": "set_field", "field": "category", "value": "service"},
        {"kind": "send_mail", "template_id": template},
        {"kind": "move", "state": "pending"},
    )
    one = make(quiet, CASE, acting(ann), subject="x", party_id=party).id
    pen = Pen()
    started = Started(key="hand/1", trigger=Trigger.BY_HAND, by=acting(bob, "supervisor"))
    run = procedures.run(quiet, name, CASE, one, started, NOW, pen)
    assert run is not None
    assert (run.outcome, [each["outcome"] for each in run.steps]) == ("done", ["done"] * 9)
    found = row(quiet, one)
    assert (found.owner_id, found.priority, found.escalation_level, found.category, found.state) == (
        bob,
        "high",
        1,
        "service",
        "pending",
    )
    told = {(each.kind, each.subject, each.due_at, each.phone) for each in overview.tasks_about(quiet, one)}
    assert told == {
        ("todo", "Look", NOW + 60, None),
        ("callback", found.number, NOW + 600, "+886 2 2345 6789"),
    }
    assert pen.written == [(one, "Hello Lin")]
    assert "procedure.notice" in [each.code for each in notifications.of_user(quiet, ann)]


def test_a_step_that_cannot_be_done_keeps_none_from_the_others(quiet: Connection) -> None:
    """It is undone and told with its code; the rest is done."""
    name = procedure(
        quiet,
        {"kind": "set_field", "field": "category", "value": "nonsense"},
        {"kind": "move", "state": "nowhere"},
        {"kind": "raise", "field": "severity"},
    )
    one = make(quiet, CASE, subject="x").id
    run = procedures.run(quiet, name, CASE, one, Started(key="k", trigger=Trigger.BY_HAND), NOW, None)
    assert run is not None
    assert (run.outcome, [each.get("code") for each in run.steps]) == (
        "partly",
        ["field.choice", "case.move_unknown", None],
    )
    assert row(quiet, one).severity == "high"


def test_an_abnormal_figure_opens_a_case_before_the_customer_calls(quiet: Connection) -> None:
    """A custom number of a customer that leaves its previous value by more than its share opens a case with a task to contact them."""
    make(quiet, "custom_field", entity="party", name="x_kwh", kind="number", label_en="kWh")
    party = parties.add_party(quiet, kind="organisation", name="Plant 3", now=NOW).id
    step = {
        "kind": "open_case",
        "subject": "Unusual consumption: {{title}}",
        "severity": "high",
        "task": "Call first",
    }
    rule(
        quiet,
        procedure(quiet, step, entity="party"),
        "changed",
        entity="party",
        detail={"jump": {"field": "x_kwh", "up_by": 0.5}},
        once="every",
    )
    for value in (1000, 1400, 2500):
        rows.patch(quiet, system(NOW), known.entity("party"), party, {"x_kwh": value})
        work(quiet)
    [opened] = quiet.execute(select(support_case)).all()
    assert (opened.subject, opened.party_id, opened.severity, opened.channel) == (
        "Unusual consumption: Plant 3",
        party,
        "high",
        "rule",
    )
    [task] = overview.tasks_about(quiet, opened.id)
    assert (task.subject, task.kind, task.party_id) == ("Call first", "contact", party)


def test_watchers_who_want_mail_get_it(quiet: Connection) -> None:
    """Whoever watches with an address is written to; whoever did it is not."""
    ann, bob = user(quiet, "ann"), user(quiet, "bob")
    one = make(quiet, CASE, acting(ann), subject="x").id
    watching.watch(quiet, one, ann, "ann@example.org", NOW)
    watching.watch(quiet, one, bob, "bob@example.org", NOW)
    moving.move(quiet, acting(ann), one, "pending")
    pen = Pen()
    work(quiet, NOW, pen)
    assert pen.written == [(one, "bob@example.org")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"trigger": "sla_breached", "entity": "party"}, "rule.only_cases"),
        ({"trigger": "time_passed", "detail": {"field": "subject", "after_s": 1}}, "rule.no_moment"),
        ({"trigger": "changed", "detail": {"jump": {"field": "subject", "up_by": 1}}}, "rule.no_number"),
        (
            {"trigger": "created", "condition": {"field": "nothing", "is": "eq", "value": 1}},
            "filter.field_unknown",
        ),
        ({"trigger": "created", "once": "group"}, "rule.group_without_count"),
        ({"trigger": "created", "entity": "party"}, "rule.other_procedure"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(quiet: Connection, given: dict[str, Any], code: str) -> None:
    """When it is saved, with a code, and not when it should have run."""
    name = raised(quiet)
    with pytest.raises(Refused) as refusal:
        make(quiet, "rule", name="r", procedure_id=name, **given)
    assert refusal.value.code == code


def test_runs_are_kept_with_their_steps(conn: Connection) -> None:
    """The log has one row a run, by record, the latest first."""
    one = cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=NOW).id
    for key in ("1", "2"):
        started = Started(key=key, trigger=Trigger.BY_HAND)
        procedures.run(conn, "procedure-escalate", CASE, one, started, NOW + int(key), None)
    assert [each.started_at for each in procedures.of_record(conn, CASE, one)] == [NOW + 2, NOW + 1]
    assert conn.execute(select(func.count()).select_from(procedure_run)).scalar_one() == 2


def test_a_rule_whose_procedure_has_gone_is_a_run_that_failed(quiet: Connection) -> None:
    """It is kept and shown in the case, what else waits for the same event runs, and the event is gone afterwards."""
    gone, kept = raised(quiet), raised(quiet, "q")
    lost = rule(quiet, gone, "created", name="a")
    rule(quiet, kept, "created", name="b")
    rows.remove(quiet, system(NOW), known.entity("procedure"), gone)
    one = make(quiet, CASE, subject="x").id
    assert sorted(each.outcome for each in work(quiet)) == ["done", "failed"]
    [failed] = [each for each in procedures.of_record(quiet, CASE, one) if each.rule_id == lost]
    assert [(each["kind"], each["code"]) for each in failed.steps] == [("procedure", "procedure.unknown")]
    assert row(quiet, one).severity == "high"
    assert work(quiet) == []


def test_a_rule_whose_field_has_gone_is_told_once(quiet: Connection) -> None:
    """A condition on a custom field that was taken away ends nothing: administrators learn of it once, and other rules work on."""
    boss = user(quiet, "boss", "admin")
    field = make(quiet, "custom_field", entity="case", name="x_site", kind="text", label_en="Site").id
    name = raised(quiet)
    asked = {"field": "x_site", "is": "eq", "value": "Taipei"}
    broken = [
        rule(quiet, name, "created", name="a", condition=asked),
        rule(
            quiet,
            name,
            "time_passed",
            name="b",
            condition=asked,
            detail={"field": "due_at", "after_s": 0},
        ),
    ]
    rule(quiet, name, "created", name="c")
    rows.remove(quiet, system(NOW), known.entity("custom_field"), field)
    for _ in range(2):
        make(quiet, CASE, subject="x", due_at=NOW - 1)
    runs = work(quiet)
    assert sorted(each.record_id for each in runs if each.outcome == "failed") == sorted(broken)
    assert [each.outcome for each in runs if each.entity == CASE] == ["done", "done"]
    told = [each for each in notifications.of_user(quiet, boss) if each.code == "rule.broken"]
    assert sorted(each.params["name"] for each in told) == ["a", "b"]
    assert work(quiet, NOW + DAY_S) == []


def test_steps_that_cannot_be_understood_are_a_run_that_failed(quiet: Connection) -> None:
    """A level beyond every tree is refused when it is saved; where it is there already, the run fails and nothing else does."""
    name = raised(quiet)
    steps = [{"kind": "escalate", "level": 1e300}]
    with pytest.raises(Refused):
        rows.patch(quiet, system(NOW), known.entity("procedure"), name, {"steps": steps})
    table = table_of(known.entity("procedure"))
    quiet.execute(update(table).where(table.c.id == name).values(steps=steps))
    rule(quiet, name, "created")
    one = make(quiet, CASE, subject="x").id
    assert [each.outcome for each in work(quiet)] == ["failed"]
    assert row(quiet, one).escalation_level == 0


def test_a_page_of_moments_ends_where_it_is_full(quiet: Connection) -> None:
    """Many records of one moment are looked at a page at a time; the next page goes on behind the last record, in another unit."""
    notify = {"kind": "notify", "to": [{"kind": "user", "who": user(quiet, "ann")}], "text": "look"}
    rule(quiet, procedure(quiet, notify), "time_passed", detail={"field": "due_at", "after_s": 0})
    work(quiet)
    made = [make(quiet, CASE, subject="x", due_at=NOW + 5).id for _ in range(3 * firing.BATCH)]
    quiet.execute(delete(rule_event))
    seen: list[str] = []
    for _ in range(3):
        worked = firing.work(quiet, NOW + 5, None)
        assert (len(worked.runs), worked.more) == (firing.BATCH, True)
        assert firing.next_at(quiet, NOW + 5) == (NOW + 5 if len(seen) < 2 * firing.BATCH else None)
        seen += [each.record_id for each in worked.runs]
    assert seen == sorted(made)
    assert not firing.work(quiet, NOW + 5, None).more


def test_tasks_that_make_tasks_come_to_an_end(quiet: Connection) -> None:
    """A rule whose procedure makes, each time a task falls due, another one that falls due later, ends as rules do that follow at once."""
    again = {"kind": "create_task", "subject": "Again", "due_in_s": HOUR_S}
    rule(
        quiet,
        procedure(quiet, again, entity="task"),
        "time_passed",
        entity="task",
        detail={"field": "due_at", "after_s": 0},
    )
    work(quiet)
    make(quiet, "task", subject="First", due_at=NOW + HOUR_S)
    runs = [run for hour in range(1, 3 * events.DEEPEST) for run in work(quiet, NOW + hour * HOUR_S)]
    assert len(runs) == events.DEEPEST


def test_a_letter_that_came_late_is_looked_at_at_once(quiet: Connection) -> None:
    """A letter that is older than the time that a rule allows for an answer starts the rule when it is filed."""
    rule(quiet, raised(quiet), "time_passed", detail={"field": "waiting_since", "after_s": HOUR_S})
    work(quiet)
    one = make(quiet, CASE, subject="x").id
    case_events.record(quiet, one, Happened.AGENT_ANSWERED, NOW)
    assert work(quiet, NOW + 9 * HOUR_S) == []
    case_events.record(quiet, one, Happened.CUSTOMER_WROTE, NOW + 7 * HOUR_S)
    assert [each.record_id for each in work(quiet, NOW + 9 * HOUR_S)] == [one]


def test_whoever_left_is_not_written_to(quiet: Connection) -> None:
    """A watcher who works here no more gets no mail: the address may be somebody else's by now."""
    ann, bob = user(quiet, "ann"), user(quiet, "bob")
    one = make(quiet, CASE, acting(ann), subject="x").id
    watching.watch(quiet, one, bob, "bob@example.org", NOW)
    people.remove(quiet, bob, NOW)
    moving.move(quiet, acting(ann), one, "pending")
    pen = Pen()
    work(quiet, NOW, pen)
    assert pen.written == []


def test_a_notice_without_mail_is_shown_only(quiet: Connection) -> None:
    """A step that says so tells watchers on their screens and mails nobody; what is no yes or no is refused."""
    ann = user(quiet, "ann")
    one = make(quiet, CASE, subject="x").id
    watching.watch(quiet, one, ann, "ann@example.org", NOW)
    step = {"kind": "notify", "to": [{"kind": "watchers"}], "text": "look"}
    pen = Pen()
    for mail in (False, True):
        name = procedure(quiet, step | {"mail": mail}, name=f"mail {mail}")
        procedures.run(quiet, name, CASE, one, Started(key=name, trigger=Trigger.CREATED), NOW, pen)
        work(quiet, NOW, pen)
        assert pen.written == ([(one, "ann@example.org")] if mail else [])
    with pytest.raises(Refused):
        procedure(quiet, step | {"mail": "perhaps"}, name="p")


def test_a_procedure_does_what_whoever_starts_it_may_do(quiet: Connection) -> None:
    """By hand it goes within their rights: a step that is the supervisors' is refused to an agent, and each change is told as theirs."""
    ann, sue = user(quiet, "ann"), user(quiet, "sue", "supervisor")
    table = {
        "initial": "new",
        "states": [{"name": "new", "class": "open"}, {"name": "end", "class": "closed"}],
        "moves": [{"from": "new", "to": "end", "needs": {"roles": ["supervisor"]}}],
    }
    kind = make(quiet, "case_type", code="k", name="K", kind="inquiry", lifecycle=table).id
    name = procedure(quiet, {"kind": "move", "state": "end"})
    one = make(quiet, CASE, acting(ann), subject="x", type_id=kind).id
    for who, role, outcome in ((ann, "agent", "failed"), (sue, "supervisor", "done")):
        started = Started(key=who, trigger=Trigger.BY_HAND, by=acting(who, role))
        run = procedures.run(quiet, name, CASE, one, started, NOW, None)
        assert run is not None
        assert (run.outcome, run.by_id) == (outcome, who)
    assert row(quiet, one).state == "end"
    made = make(quiet, "procedure", name="q", entity=CASE, steps=[{"kind": "escalate"}])
    assert made.values["by_hand"] is False
