"""Queues as records on both databases, and as the router's rules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select

from config.errors import Refused, RefusedFields
from crm_core import calendars, people_rights, policies, queues, schema, users
from crm_core.records import known, lists, rows
from crm_core.records.change import system
from crm_core.sla.calendar import Calendar, Hours
from crm_core.tables import audit_detail, audit_event
from routing.core.model import USUAL_ROOMS, Choice, GroupId, Medium, QueueRule, Room, Step, Why
from routing.core.overflow import is_open
from routing.core.words import Need
from routing.rules import read_rules
from tests.contracts.databases import run_in

NOW = 1_790_000_000.0


def make(conn: Connection, **given: Any) -> str:
    return rows.create(conn, system(NOW), known.entity("queue"), given).id


def test_what_is_typed_is_what_the_router_does(conn: Connection) -> None:
    made = make(
        conn,
        name="Service",
        language="zh-TW",
        requires="zh>=5, billing",
        relaxation="60: -billing\n30: zh >= 3",
        choice="best_level",
        priority_points=40,
        missed_at_most=3,
        ring_s=15,
        callback_tries=5,
        callback_retry_s=600,
    )
    rule = next(one for one in read_rules(conn, NOW)[0] if one.id == made)
    assert rule.needs == {Need(skill="zh", level=5), Need(skill="billing", level=1)}
    assert rule.relaxation == (
        Step(after_s=30, lower=frozenset({Need(skill="zh", level=3)})),
        Step(after_s=60, drop=frozenset({"billing"})),
    )
    assert (rule.choice, rule.priority_points, rule.missed_at_most) == (Choice.BEST_LEVEL, 40, 3)
    assert (rule.ring_s, rule.wrap_up_s, rule.answer_within_s) == (15, 30, 20)
    assert (rule.callback_tries, rule.callback_retry_s) == (5, 600)
    kept = lists.read(conn, system(NOW).reader, known.entity("queue"), made)
    assert kept.values["requires"] == "billing, zh >= 5"
    assert queues.known_skills(conn) == ["billing", "zh"]


def test_a_queue_of_which_nothing_is_said_shares_agents_as_usual(conn: Connection) -> None:
    made = make(conn, name="Service", language="en")
    rule = next(one for one in read_rules(conn, NOW)[0] if one.id == made)
    assert {medium: rule.room(medium) for medium in Medium} == USUAL_ROOMS


def test_what_joins_what_is_said_in_the_form(conn: Connection) -> None:
    """Each word of the form reaches the router, for its pair of media and no other."""
    made = make(
        conn,
        name="Service",
        language="en",
        mail_while_talking=True,
        letter_with_chats="pauses",
        call_with_letters="never",
        call_with_chats="beside",
        chat_with_calls="beside",
        chat_with_letters="beside",
        call_load=70,
        letter_load=10,
        chat_load=30,
    )
    rule = next(one for one in read_rules(conn, NOW)[0] if one.id == made)
    voice, email, chat = Medium.VOICE, Medium.EMAIL, Medium.CHAT
    assert rule.rooms == {
        Room(medium=voice, load=70, beside=frozenset({chat})),
        Room(medium=email, load=10, beside=frozenset({email, voice}), pauses=frozenset({chat})),
        Room(medium=chat, load=30, beside=frozenset({chat, voice, email})),
    }


def test_a_load_is_no_negative_number_and_a_word_is_one_of_three(conn: Connection) -> None:
    for given in ({"chat_load": -1}, {"chat_load": 1001}, {"call_with_chats": "sometimes"}):
        with pytest.raises(Refused):
            make(conn, name="Service", language="en", **given)


def test_callers_are_called_back_where_the_queue_says_so(conn: Connection) -> None:
    """Nobody is offered it unless somebody says so; the form, what is kept and the router agree on what is usual."""
    made = make(conn, name="Service", language="en")
    plain = queues.add_queue(conn, name="Plain", language="en")
    for queue_id in (made, plain.id):
        found = queues.queue_by_id(conn, queue_id)
        assert found is not None
        kept = (found.callback_offered, found.callback_tries, found.callback_retry_s)
        assert kept == (False, 3, 900)
        rule = rule_of(conn, queue_id)
        assert (rule.callback_tries, rule.callback_retry_s) == (3, 900)
    given = {"callback_offered": True, "callback_tries": 1, "callback_retry_s": 60}
    rows.patch(conn, system(NOW), known.entity("queue"), made, given)
    found = queues.queue_by_id(conn, made)
    assert found is not None
    assert (found.callback_offered, found.callback_tries, found.callback_retry_s) == (True, 1, 60)
    rule = rule_of(conn, made)
    assert (rule.callback_tries, rule.callback_retry_s) == (1, 60)


def test_a_queue_of_an_earlier_version_calls_nobody_back(url: str) -> None:
    """Down and up again the queue and the numbers that lead to it are kept, and it does what is usual."""

    def begin(conn: Connection) -> str:
        given = {"callback_offered": True, "callback_tries": 1, "callback_retry_s": 60}
        made = make(conn, name="Service", language="en", **given)
        queues.add_entry(conn, "voice", "100", made)
        return made

    made = run_in(url, begin)
    schema.downgrade(url, "0025")
    columns = run_in(url, lambda conn: inspect(conn).get_columns("queue"))
    assert not [each["name"] for each in columns if each["name"].startswith("callback")]
    schema.upgrade(url)
    found = run_in(url, lambda conn: queues.queue_for(conn, "voice", "100"))
    assert found is not None
    kept = (found.id, found.callback_offered, found.callback_tries, found.callback_retry_s)
    assert kept == (made, False, 3, 900)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("callback_tries", 0, "field.too_small"),
        ("callback_tries", 11, "field.too_large"),
        ("callback_retry_s", 59, "field.too_small"),
        ("callback_retry_s", 86_401, "field.too_large"),
        ("callback_offered", None, "field.required"),
    ],
)
def test_calling_back_has_bounds(conn: Connection, field: str, value: int | None, code: str) -> None:
    made = make(conn, name="Service", language="en")
    before = queues.queue_by_id(conn, made)
    with pytest.raises(RefusedFields) as refused:
        rows.patch(conn, system(NOW), known.entity("queue"), made, {field: value})
    assert [(each.pointer, each.code) for each in refused.value.faults] == [(f"/{field}", code)]
    assert queues.queue_by_id(conn, made) == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"requires": "zh >> 5"}, "queue.need_unknown"),
        ({"requires": "zh >= 50"}, "skill.level_unknown"),
        ({"relaxation": "soon: -zh"}, "queue.step_unknown"),
        ({"requires": "zh", "relaxation": "30: -vip"}, "queue.step_useless"),
        ({"served_by": "Nowhere"}, "queue.group_unknown"),
        ({"served_by": '"Nowhere'}, "queue.group_unreadable"),
        ({"relaxation": "30: +anybody"}, "queue.step_widens_nothing"),
    ],
)
def test_what_says_nothing_changes_nothing(conn: Connection, given: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        make(conn, name="Service", language="en", **given)
    assert refused.value.code == code
    assert queues.list_queues(conn) == []


def unit(conn: Connection, name: str, parent: str | None = None, code: str | None = None) -> str:
    given = {"name": name, "parent_id": parent, "code": code}
    return rows.create(conn, system(NOW), known.entity("org_unit"), given).id


def agent_of(conn: Connection, login: str, team: str | None) -> str:
    user = users.add_user(conn, login=login, name=login, password_hash="x", role="agent", language="en")
    people_rights.set_place(conn, user.id, role_ids=[], team_id=team, territories=[])
    return user.id


def test_departments_serve_queues(conn: Connection) -> None:
    """An agent is of their department and of all above it; a code is as good as a name; another name is written into the words."""
    taipei = unit(conn, "台北")
    night = unit(conn, "Night, late", taipei)
    tainan = unit(conn, "Tainan", code="TN")
    ann, bob, cat = agent_of(conn, "ann", night), agent_of(conn, "bob", tainan), agent_of(conn, "cat", None)
    made = make(conn, name="Service", language="en", served_by="台北", relaxation="30: +tn\n60: +anybody")
    queue_rules, agent_rules = read_rules(conn, NOW)
    rule = queue_rules[0]
    assert rule.groups == {taipei}
    assert rule.relaxation == (
        Step(after_s=30, groups=frozenset({GroupId(tainan)})),
        Step(after_s=60, anybody=True),
    )
    groups = {each.id: each.groups for each in agent_rules}
    assert groups == {ann: {taipei, night}, bob: {tainan}, cat: frozenset()}
    rows.patch(conn, system(NOW), known.entity("org_unit"), taipei, {"name": "Taipei, west"})
    rows.patch(conn, system(NOW), known.entity("org_unit"), tainan, {"code": None})
    kept = lists.read(conn, system(NOW).reader, known.entity("queue"), made)
    assert kept.values["served_by"] == '"Taipei, west"'
    assert kept.values["relaxation"] == "30: +Tainan\n60: +anybody"
    assert read_rules(conn, NOW)[0] == queue_rules
    told = (
        select(audit_detail.c.body)
        .join(audit_event, audit_event.c.seq == audit_detail.c.seq)
        .where(audit_event.c.object_id == made)
        .order_by(audit_event.c.seq)
    )
    _, first, second = conn.execute(told).scalars()
    assert "Taipei, west" in first
    assert "+Tainan" in second


def test_a_removed_department_is_what_is_above_it_or_nobody(conn: Connection) -> None:
    top = unit(conn, "Taipei")
    night = unit(conn, "Night", top)
    make(conn, name="Service", language="en", served_by="Night")
    rows.remove(conn, system(NOW), known.entity("org_unit"), night)
    assert read_rules(conn, NOW)[0][0].groups == {top}
    rows.remove(conn, system(NOW), known.entity("org_unit"), top)
    assert read_rules(conn, NOW)[0][0].groups == {"Night"}, "it does not open to everybody"


def test_departments_of_one_name_serve_alike(conn: Connection) -> None:
    first, second = unit(conn, "Night"), unit(conn, "night")
    make(conn, name="Service", language="en", served_by="Night")
    assert read_rules(conn, NOW)[0][0].groups == {first, second}
    rows.patch(conn, system(NOW), known.entity("org_unit"), first, {"name": "Day"})
    assert read_rules(conn, NOW)[0][0].groups == {second}


def test_a_queue_keeps_its_name_for_itself_and_is_not_removed(conn: Connection) -> None:
    first, second = make(conn, name="Service", language="en"), make(conn, name="Sales", language="en")
    with pytest.raises(Refused):
        rows.patch(conn, system(NOW), known.entity("queue"), second, {"name": "Service"})
    rows.patch(conn, system(NOW), known.entity("queue"), first, {"requires": "vip"})
    changed = conn.execute(
        select(audit_event.c.action).where(audit_event.c.entity == "queue", audit_event.c.object_id == first)
    ).scalars()
    assert list(changed) == ["created", "changed"]


def test_every_choice_of_the_form_is_one_of_the_router() -> None:
    choices = next(field for field in known.entity("queue").fields if field.name == "choice").choices
    assert [one.code for one in choices] == [one.value for one in Choice]


def office(conn: Connection) -> str:
    nine_to_five = (Hours(start_minute=9 * 60, end_minute=17 * 60),)
    week = (nine_to_five,) * 5 + ((), ())
    given = Calendar(name="Office", zone="Asia/Taipei", week=week)
    return calendars.add_calendar(conn, given, NOW).id


def rule_of(conn: Connection, queue_id: str, now: float = NOW) -> QueueRule:
    return next(one for one in read_rules(conn, now)[0] if one.id == queue_id)


def test_opening_hours_become_spans_of_time(conn: Connection) -> None:
    """Monday 2026-09-21 in Taipei is NOW's day: open from 9 to 17 there, which is 1:00 to 9:00 UTC."""
    made = make(conn, name="Service", language="zh-TW", calendar_id=office(conn))
    rule = rule_of(conn, made)
    monday = datetime(2026, 9, 21, 1, tzinfo=UTC).timestamp()
    assert [is_open(rule, monday + hours * 3600) for hours in (-0.01, 0, 7.99, 8)] == [
        False,
        True,
        True,
        False,
    ]
    saturday = monday + 5 * 86_400
    assert not is_open(rule, saturday + 3600)
    assert is_open(rule, monday + 14 * 86_400)
    assert rule_of(conn, made, NOW) == rule_of(conn, made, NOW + 60)  # nothing to tell the router


def test_who_takes_over_is_a_queue_by_name(conn: Connection) -> None:
    night = make(conn, name="Night", language="en")
    day = make(conn, name="Day", language="en", overflow="closed:Night\nnobody: MESSAGE")
    rules = rule_of(conn, day).overflow
    assert [(each.why, each.queue) for each in rules] == [(Why.CLOSED, night), (Why.NOBODY, None)]
    rows.patch(conn, system(NOW), known.entity("queue"), night, {"name": "Owls"})
    kept = lists.read(conn, system(NOW).reader, known.entity("queue"), day)
    assert kept.values["overflow"] == "closed: Owls\nnobody: message"
    assert rule_of(conn, day).overflow == rules
    assert kept.version == 2, "whoever has it open is told that it is another"
    said = conn.execute(
        select(audit_event.c.action).where(audit_event.c.entity == "queue", audit_event.c.object_id == day)
    ).scalars()
    assert list(said) == ["created", "changed"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("closed: Nobody knows", "queue.overflow_queue"),
        ("sometimes: Night", "queue.overflow_unknown"),
        ("60: Night", "queue.overflow_circle"),
        ("60: Day", "queue.overflow_circle"),
    ],
)
def test_an_overflow_that_leads_nowhere_or_round_is_refused(conn: Connection, words: str, code: str) -> None:
    day = make(conn, name="Day", language="en")
    make(conn, name="Night", language="en", overflow="nobody: Day")
    with pytest.raises(Refused) as refused:
        rows.patch(conn, system(NOW), known.entity("queue"), day, {"overflow": words})
    assert refused.value.code == code
    assert rule_of(conn, day).overflow == ()


def test_a_calendar_that_opens_a_queue_stays(conn: Connection) -> None:
    calendar = office(conn)
    made = make(conn, name="Service", language="en", calendar_id=calendar)
    with pytest.raises(Refused) as refused:
        calendars.delete_calendar(conn, calendar, NOW)
    assert refused.value.code == "sla_calendar.opens_queue"
    rows.patch(conn, system(NOW), known.entity("queue"), made, {"calendar_id": None})
    calendars.delete_calendar(conn, calendar, NOW)


def test_an_unknown_calendar_is_refused(conn: Connection) -> None:
    with pytest.raises(RefusedFields) as refused:
        make(conn, name="Service", language="en", calendar_id="nowhere")
    assert [(each.pointer, each.code) for each in refused.value.faults] == [("/calendar_id", "field.choice")]


def test_a_replaced_calendar_opens_as_it_says_now(conn: Connection) -> None:
    calendar = office(conn)
    made = make(conn, name="Service", language="en", calendar_id=calendar)
    always = ((Hours(start_minute=0, end_minute=1440),),) * 7
    policies.replace_calendar(conn, calendar, Calendar(name="Office", zone="Asia/Taipei", week=always), NOW)
    assert is_open(rule_of(conn, made), NOW + 3 * 86_400)


def test_closing_for_an_emergency(conn: Connection) -> None:
    made = make(conn, name="Service", language="en")
    queues.close(conn, made, closed=True, now=NOW)
    assert rule_of(conn, made).closed
    queues.close(conn, made, closed=False, now=NOW)
    assert not rule_of(conn, made).closed
    with pytest.raises(Refused):
        queues.close(conn, "nowhere", closed=True, now=NOW)


def test_a_queue_shows_a_number_that_can_be_called_back(conn: Connection) -> None:
    """Kept as it is dialled; words are refused, and so is the extension of somebody here."""
    made = make(conn, name="Service", language="en", caller_id="02-2333 4444")
    users.add_user(
        conn, login="ann", name="Ann", password_hash="", role="agent", language="en", extension="1001"
    )
    for given, code in (("1001", "queue.caller_id_extension"), ("+12x", "queue.caller_id")):
        with pytest.raises(Refused) as refused:
            rows.patch(conn, system(NOW), known.entity("queue"), made, {"caller_id": given})
        assert refused.value.code == code
    found = queues.queue_by_id(conn, made)
    assert found is not None
    assert (found.caller_id, found.auto_answer) == ("0223334444", False)
