"""Dial plans, the calls that went out, alarms and the block list, in both databases."""

import time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from config.errors import Refused
from crm_core import audit, interactions, notifications, queues, users
from crm_core.guard import alarms, blocks, calls, plans
from crm_core.guard.alarms import Watched
from crm_core.guard.calls import Asked, Permit, Why
from crm_core.guard.plan import Forbidden, from_settings
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import audit_event, blocked_caller, outside_call

NOW = 1_795_752_000.0  # 2026-11-27 12:00 in Taipei
WATCHED = Watched(zone="Asia/Taipei", factor=0)
SETTLED = from_settings(("0", "!00", "!0204"))
HOUR_S, WEEK_S = 3600.0, 7 * 86_400.0


def add(conn: Connection, entity: str, **values: Any) -> str:
    return rows.create(conn, system(NOW), known.entity(entity), values).id


def person(conn: Connection, login: str, role: str = "agent") -> str:
    return users.add_user(
        conn, login=login, name=login, password_hash="", role=role, language="en", extension=None
    ).id


def asks(
    conn: Connection, number: str, *, now: float = NOW, watched: Watched = WATCHED, **who: Any
) -> Permit | Forbidden:
    asked = Asked(number=number, **({"why": Why.CONSULT} | who))
    return calls.permit(conn, asked, otherwise=SETTLED, watched=watched, now=now)


def code(verdict: Permit | Forbidden) -> str:
    return verdict.code if isinstance(verdict, Forbidden) else ""


def test_without_plans_the_settings_decide(conn: Connection) -> None:
    """As before there were any; what is refused is told to the audit trail with the number and the reason."""
    ann = person(conn, "ann")
    assert code(asks(conn, "0212345678", user_id=ann)) == ""
    assert code(asks(conn, "0204123456", user_id=ann)) == "number.not_allowed"
    assert code(asks(conn, "119", user_id=ann)) == "number.not_allowed"
    told = conn.execute(select(audit_event).where(audit_event.c.action == "refused_outside")).all()
    assert len(told) == 2
    assert audit.verify(conn).broken_at is None


def test_one_s_own_plan_comes_before_the_role_s_and_that_before_everybody_s(conn: Connection) -> None:
    """And queues have theirs, which nothing of people's changes."""
    ann, bob, sue = person(conn, "ann"), person(conn, "bob"), person(conn, "sue", "supervisor")
    care = queues.add_queue(conn, name="Care", language="en", ring_s=20.0, wrap_up_s=0)
    made = {name: add(conn, "dial_plan", name=name, allowed=name) for name in ("01", "02", "03", "04", "05")}
    add(conn, "dial_plan_use", whose="person", user_id=ann, plan_id=made["01"])
    add(conn, "dial_plan_use", whose="role", role="agent", plan_id=made["02"])
    add(conn, "dial_plan_use", whose="people", plan_id=made["03"])
    add(conn, "dial_plan_use", whose="queue", queue_id=care.id, plan_id=made["04"])
    add(conn, "dial_plan_use", whose="queues", plan_id=made["05"])

    def by(**who: Any) -> list[str]:
        return [each for each in made if not code(asks(conn, f"{each}2345678", **who))]

    assert by(user_id=ann) == ["01"]
    assert by(user_id=bob) == ["02"]
    assert by(user_id=sue) == ["03"]
    assert by(why=Why.CALLBACK, queue_id=care.id, user_id=ann) == ["04"]
    assert by(why=Why.FLOW, queue_id="another") == ["05"]


def test_each_has_one_plan_which_is_not_removed_meanwhile(conn: Connection) -> None:
    """A second would decide by chance, and without theirs people would dial by another."""
    plan = add(conn, "dial_plan", name="Short", allowed="0")
    add(conn, "dial_plan_use", whose="role", role="agent", plan_id=plan)
    with pytest.raises(Refused, match="dial_plan"):
        add(conn, "dial_plan_use", whose="role", role="agent", plan_id=plan)
    with pytest.raises(Refused, match="dial_plan"):
        rows.remove(conn, system(NOW), known.entity("dial_plan"), plan)
    with pytest.raises(Refused):
        add(conn, "dial_plan", name="Bad", allowed="0, abc")


def test_what_counts_is_added_up_from_the_calls(conn: Connection) -> None:
    """Live ones until they end, minutes and cost by the price that held; what was not dialled counts nothing, and what Asterisk does not show any more
    is over."""
    ann = person(conn, "ann")
    plan = add(conn, "dial_plan", name="P", allowed="0", rates="0: 2", at_once=2, calls_hour=4, cost_day="10")
    add(conn, "dial_plan_use", whose="people", plan_id=plan)
    first, second = asks(conn, "0212345678", user_id=ann), asks(conn, "0212345678", user_id=ann)
    assert isinstance(first, Permit)
    assert isinstance(second, Permit)
    assert code(asks(conn, "0212345678", user_id=ann)) == "outside.at_once"
    calls.not_dialled(conn, second.id)
    calls.answered(conn, first.id, NOW)
    third = asks(conn, "0212345678", user_id=ann, now=NOW + 120)
    assert isinstance(third, Permit)
    spent = calls.spent(conn, plan, NOW - 1, NOW + 120)
    assert (spent.calls, spent.talked_s, spent.cost) == (2, 120.0, Decimal(4))
    assert list(calls.end_unseen(conn, {third.id}, NOW + 120)) == [first.id]
    assert calls.spent(conn, plan, NOW - 1, NOW + 9e9).cost == Decimal(4)
    calls.ended(conn, first.id, NOW + 9e9)  # told twice
    assert calls.spent(conn, plan, NOW - 1, NOW + 9e9).cost == Decimal(4)
    for turn in range(2):
        more = asks(conn, "0212345678", user_id=ann, now=NOW + 130 + turn)
        assert isinstance(more, Permit)
        calls.ended(conn, more.id, NOW + 135)
    assert code(asks(conn, "0212345678", user_id=ann, now=NOW + 140)) == "outside.budget"
    assert code(asks(conn, "0212345678", user_id=ann, now=NOW + HOUR_S + 1)) == ""
    calls.answered(conn, third.id, NOW)
    calls.ended(conn, third.id, NOW + 180)
    refused = asks(conn, "0212345678", user_id=ann, now=NOW + 2 * HOUR_S)
    assert isinstance(refused, Forbidden)
    assert (refused.code, refused.params["what"], refused.params["within"]) == (
        "outside.budget",
        "cost",
        "day",
    )
    assert code(asks(conn, "0212345678", user_id=ann, now=NOW + 86_400)) == ""


def _went(conn: Connection, at: float, number: str = "+886212345678") -> None:
    row = {
        "id": f"{at}-{number}-{time.perf_counter_ns()}",
        "at": at,
        "number": number,
        "why": "manual",
        "plan_id": "",
    }
    conn.execute(insert(outside_call), row | {"ended_at": at})


def test_far_more_calls_than_usual_are_told_once_and_lock(conn: Connection) -> None:
    """To supervisors and administrators, with a line in the audit trail; locked until it is lifted, but for emergency numbers."""
    ann, sue = person(conn, "ann"), person(conn, "sue", "supervisor")
    watched = Watched(zone="Asia/Taipei", factor=2.0, least_calls=5, locks=True)
    for week in range(1, 5):
        for turn in range(4):
            _went(conn, NOW - week * WEEK_S - 60 * turn)
    for turn in range(6):
        _went(conn, NOW - 100 - turn)
    quiet = asks(conn, "0212345678", user_id=ann, watched=watched)
    assert isinstance(quiet, Permit)
    assert not quiet.told
    loud = asks(conn, "0212345678", user_id=ann, watched=watched)
    assert isinstance(loud, Permit)
    assert loud.told
    assert [each.code for each in notifications.of_user(conn, sue)] == ["outside.alarm_calls"]
    assert notifications.of_user(conn, ann) == []
    assert code(asks(conn, "0212345678", user_id=ann, watched=watched)) == "outside.locked"
    plan = add(conn, "dial_plan", name="P", allowed="0")
    add(conn, "dial_plan_use", whose="people", plan_id=plan)
    assert code(asks(conn, "119", user_id=ann, watched=watched)) == ""
    assert alarms.lift(conn, "sue", NOW) == 1
    again = asks(conn, "0212345678", user_id=ann, watched=watched)
    assert isinstance(again, Permit)
    assert not again.told, "once an hour"
    [kept] = alarms.latest(conn, 10)
    assert (kept.kind, kept.locks, kept.lifted_by) == ("calls", True, "sue")


def test_many_calls_to_a_new_country_at_night_are_told(conn: Connection) -> None:
    """Neither by day, nor to one that was called in the weeks before, nor at home."""
    ann, sue = person(conn, "ann"), person(conn, "sue", "admin")
    plan = add(conn, "dial_plan", name="P", allowed="*")
    add(conn, "dial_plan_use", whose="people", plan_id=plan)
    watched, night = Watched(zone="Asia/Taipei", factor=3.0, least_calls=1000), NOW + 11 * HOUR_S
    _went(conn, night - WEEK_S, "+85221234567")
    for number, at in (("+37061234567", NOW), ("+85221234567", night), ("0912345678", night)):
        for _ in range(6):
            asks(conn, number, user_id=ann, watched=watched, now=at)
    assert notifications.of_user(conn, sue) == []
    for _ in range(6):
        asks(conn, "0037121234567", user_id=ann, watched=watched, now=night)
    [told] = notifications.of_user(conn, sue)
    assert (told.code, told.params["country"]) == ("outside.alarm_country", "371")


def block(conn: Connection, **values: Any) -> str:
    return add(conn, "blocked_caller", **({"reason": "rude", "action": "busy"} | values))


def blocked(conn: Connection, caller: str, now: float = NOW) -> str | None:
    found = blocks.of_caller(conn, caller, now)
    return None if found is None else found.id


def test_callers_are_found_by_number_prefix_or_because_they_hide(conn: Connection) -> None:
    """In any spelling, the nearest entry first; what is over, asked for only, refused or removed stops nobody."""
    assert not blocks.any_in_force(conn, NOW)
    one = block(conn, kind="number", number="0912 345 678", action="silent")
    some = block(conn, kind="prefix", number="+85230*")
    hidden = block(conn, kind="anonymous", number="ignored", action="message")
    block(conn, kind="number", number="0922222222", until=NOW - 1)
    block(conn, kind="number", number="0933333333", state="asked")
    block(conn, kind="number", number="0944444444", state="refused")
    gone = block(conn, kind="number", number="0955555555")
    rows.remove(conn, system(NOW), known.entity("blocked_caller"), gone)
    assert blocks.any_in_force(conn, NOW)
    for caller in ("0912345678", "+886912345678", "00886912345678", "886912345678"):
        assert blocked(conn, caller) == one
    assert blocked(conn, "+85230001111") == some
    assert {blocked(conn, caller) for caller in ("", "anonymous", "Restricted")} == {hidden}
    free = (
        "0912345679",
        "09123456789",
        "+85231001111",
        "0922222222",
        "0933333333",
        "0944444444",
        "0955555555",
        "phone7",
    )
    assert {blocked(conn, caller) for caller in free} == {None}
    nearer = block(conn, kind="number", number="+85230001111")
    assert blocked(conn, "+85230001111") == nearer


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "number", "number": "call me"},
        {"kind": "number", "number": None},
        {"kind": "prefix", "number": "*"},
        {"kind": "prefix", "number": "09"},
        {"kind": "number", "number": "0912345678", "action": "queue"},
    ],
)
def test_what_would_stop_everybody_or_nobody_is_refused(conn: Connection, values: dict[str, Any]) -> None:
    """A prefix has three digits at least, and who waits in a queue needs one."""
    with pytest.raises(Refused):
        block(conn, **values)


def test_hits_are_counted_from_the_calls(conn: Connection) -> None:
    """With the latest of them."""
    found = block(conn, kind="number", number="0912345678")
    for name in ("tl-1", "tl-2"):
        interactions.ensure(
            conn, id=name, medium="voice", direction="in", queue_id=None, customer_address="0912345678",
            customer_name="", entry_address="100", subject="", enqueued_at=NOW + int(name[-1]),
        )  # fmt: skip
        interactions.mark(conn, name, attestation="failed", blocked_by=found)
    count, latest = blocks.hits(conn, found, 1)
    assert (count, [each.interaction_id for each in latest]) == (2, ["tl-2"])
    row = interactions.interaction(conn, "tl-1")
    assert row is not None
    assert (row.attestation, row.blocked_by) == ("failed", found)
    assert plans.read(conn, "UTC") == plans.Plans()


def test_of_a_customer_who_is_erased_neither_their_block_nor_their_number_is_left(conn: Connection) -> None:
    """What was spent still counts, and so does the country; other entries stay."""
    mine, other = (
        block(conn, kind="number", number="0912345678"),
        block(conn, kind="number", number="0912345679"),
    )
    conn.execute(update(blocked_caller).where(blocked_caller.c.id == mine).values(interaction_id="tl-1"))
    _went(conn, NOW, "+85221234567")
    conn.execute(update(outside_call).values(interaction_id="tl-1"))
    blocks.forget(conn, {"interaction": ["tl-1"]})
    assert list(conn.execute(select(blocked_caller.c.id)).scalars()) == [other]
    assert conn.execute(select(outside_call.c.number)).scalar_one() == "+852"
    assert calls.spent(conn, None, NOW - 1, NOW + 1).calls == 1
