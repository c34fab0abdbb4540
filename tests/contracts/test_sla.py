"""Calendars, policies, the events of cases, and the milestones that are told once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, inspect, select

from config.errors import Refused
from crm_core import (
    calendars,
    case_clocks,
    case_events,
    cases,
    interactions,
    lease,
    ledger,
    letters,
    parties,
    policies,
    schema,
)
from crm_core.ledger import LedgerEntry
from crm_core.sla.calendar import Calendar, Hours, SpecialDay
from crm_core.sla.clock import Clock, ClockKind, ClockState, Happened, Targets
from crm_core.sla.policy import Match
from crm_core.store import Store
from crm_core.tables import case_event
from tests.contracts.databases import run_in
from tests.contracts.test_letters import arrived, reply

ALWAYS = Calendar(name="always", zone="UTC", week=((Hours(start_minute=0, end_minute=1440),),) * 7)
NOW = 1_790_000_000.0
HOUR_S = 3600.0


def promise(conn: Connection, hours: float = 1.0, name: str = "all", **match: str) -> policies.Policy:
    known = {each.calendar.name: each for each in calendars.list_calendars(conn)}
    calendar = known.get("always") or calendars.add_calendar(conn, ALWAYS, 1.0)
    targets = Targets(
        first_response_s=hours * HOUR_S, next_response_s=hours * HOUR_S, resolution_s=10 * hours * HOUR_S
    )
    return policies.add_policy(
        conn, name=name, match=Match(**match), calendar_id=calendar.id, targets=targets, now=1.0
    )


def opened(conn: Connection, party_id: str | None = None, asked_at: float | None = None) -> str:
    return cases.open_case(conn, subject="x", party_id=party_id, queue_id=None, now=NOW, asked_at=asked_at).id


def clock(conn: Connection, case_id: str, kind: ClockKind, now: float) -> Clock | None:
    return next((each for each in case_clocks.clocks_of(conn, case_id, now) if each.kind is kind), None)


def first(conn: Connection, case_id: str, now: float) -> Clock:
    found = clock(conn, case_id, ClockKind.FIRST_RESPONSE, now)
    assert found is not None
    return found


def kinds(conn: Connection, case_id: str) -> list[str]:
    query = select(case_event.c.kind).where(case_event.c.case_id == case_id).order_by(case_event.c.seq)
    return list(conn.execute(query).scalars())


def test_a_calendar_comes_back_as_it_was_kept(conn: Connection) -> None:
    """Zone, several intervals a day, holidays and make-up workdays with their names."""
    day = (Hours(start_minute=540, end_minute=720), Hours(start_minute=780, end_minute=1080))
    special = (
        SpecialDay(day=date(2026, 2, 14), name="補班", hours=day[:1]),
        SpecialDay(day=date(2026, 2, 16), name="除夕"),
    )
    given = Calendar(
        name="臺灣",
        zone="Asia/Taipei",
        week=(day,) * 5 + ((),) * 2,
        special={each.day: each for each in special},
    )
    kept = calendars.add_calendar(conn, given, NOW)
    assert calendars.calendar(conn, kept.id).calendar == given
    assert calendars.list_calendars(conn) == [calendars.calendar(conn, kept.id)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "sla_calendar.name_missing"),
        ({"zone": "Asia/Atlantis"}, "sla_calendar.zone_unknown"),
        ({"week": ((),) * 7}, "sla_calendar.never_open"),
        (
            {"week": ((Hours(start_minute=60, end_minute=120), Hours(start_minute=90, end_minute=180)),) * 7},
            "sla_calendar.hours_order",
        ),
        ({"week": ((Hours(start_minute=60, end_minute=1441),),) * 7}, "sla_calendar.hours_order"),
        (
            {
                "special": {
                    date.fromordinal(n): SpecialDay(day=date.fromordinal(n), name="")
                    for n in range(9000, 9401)
                }
            },
            "sla_calendar.too_many_days",
        ),
        ({}, "sla_calendar.name_taken"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(
    conn: Connection, wrong: dict[str, object], code: str
) -> None:
    """Each fault has a code, and nothing is kept."""
    calendars.add_calendar(conn, ALWAYS, NOW)
    given = replace(ALWAYS, **({"name": "other"} | wrong)) if wrong else ALWAYS
    with pytest.raises(Refused) as refusal:
        calendars.add_calendar(conn, given, NOW)
    assert refusal.value.code == code
    assert len(calendars.list_calendars(conn)) == 1


def test_a_policy_that_makes_no_sense_is_refused(conn: Connection) -> None:
    """A name that is taken, no target, one out of range, an unknown queue or calendar, and a tie."""
    kept = promise(conn, tier="gold")

    def refused(**other: object) -> str:
        given = {
            "name": "other", "match": Match(tier="vip"), "calendar_id": kept.calendar_id, "targets": kept.targets
        } | other  # fmt: skip
        with pytest.raises(Refused) as refusal, conn.begin_nested():
            policies.add_policy(conn, now=NOW, **given)  # type: ignore[arg-type]
        return refusal.value.code

    assert refused(name="all") == "sla_policy.name_taken"
    assert refused(name="") == "sla_policy.name_missing"
    assert refused(targets=Targets()) == "sla_policy.no_target"
    assert refused(targets=Targets(resolution_s=1e9)) == "sla_policy.target_range"
    assert refused(match=Match(queue="nowhere")) == "queue.unknown"
    assert refused(calendar_id="none") == "sla_calendar.unknown"
    assert refused(match=Match(tier="gold")) == "sla_policy.tie"
    assert [each.name for each in policies.list_policies(conn)] == ["all"]


def test_what_is_used_or_unknown_is_not_deleted(conn: Connection) -> None:
    """A calendar goes only after its policies; what is gone or never was is unknown."""
    kept = promise(conn)
    with pytest.raises(Refused, match=r"sla_calendar\.in_use"):
        calendars.delete_calendar(conn, kept.calendar_id, NOW)
    policies.delete_policy(conn, kept.id, NOW)
    calendars.delete_calendar(conn, kept.calendar_id, NOW)
    with pytest.raises(Refused, match=r"sla_policy\.unknown"):
        policies.delete_policy(conn, kept.id, NOW)
    with pytest.raises(Refused, match=r"sla_calendar\.unknown"):
        calendars.delete_calendar(conn, kept.calendar_id, NOW)


def test_the_customers_tier_or_their_organisations_decides(conn: Connection) -> None:
    """Gold by the person, gold by the firm, else what all get; and who puts a customer in changes the promise."""
    promise(conn, 4.0)
    promise(conn, 1.0, name="gold", tier="gold")
    firm = parties.add_party(conn, kind="organisation", name="群山科技", now=1.0, tier="gold")
    ann = parties.add_party(conn, kind="person", name="王小明", now=1.0, organisation_id=firm.id)
    bob = parties.add_party(conn, kind="person", name="陳大文", now=1.0)
    assert first(conn, opened(conn, ann.id), NOW).target_s == HOUR_S
    later = opened(conn, bob.id)
    assert first(conn, later, NOW).target_s == 4 * HOUR_S
    cases.set_party(conn, later, ann.id, NOW + 60)
    assert first(conn, later, NOW + 61).due == NOW + HOUR_S
    assert kinds(conn, later) == ["opened", "terms_changed"]


def test_a_case_tells_what_happens_to_it(conn: Connection) -> None:
    """Letters, replies and each change of status are events of the same unit; the same status again is none."""
    promise(conn)
    case_id = opened(conn, asked_at=NOW - 600)
    assert first(conn, case_id, NOW).due == NOW - 600 + HOUR_S
    letters.store_letter(
        conn, arrived("s1", at=NOW - 600), case_id=case_id, interaction_id=None, party_id=None
    )
    letters.store_letter(
        conn,
        arrived("s2", "m2@x", at=NOW, marks=("auto_generated",)),
        case_id=case_id,
        interaction_id=None,
        party_id=None,
    )
    cases.set_status(conn, case_id, "pending", NOW + 60)
    reply(conn, at=NOW + 60, case_id=case_id)
    for status in ("pending", "open", "solved", "open", "solved", "pending"):
        cases.set_status(conn, case_id, status, NOW + 100)
    assert kinds(conn, case_id) == [
        "opened", "customer_wrote", "paused", "agent_answered",
        "resumed", "solved", "reopened", "solved", "reopened", "paused",
    ]  # fmt: skip
    assert first(conn, case_id, NOW + 200).met_at == NOW + 60


def test_a_call_that_an_agent_takes_is_an_answer(conn: Connection) -> None:
    """Whether the case is known before the call is answered or opened in it; a call that nobody took is none."""
    promise(conn)
    epoch = lease.take(conn, lease.FLOOR, "test", 60.0) or 0
    known, new, missed = opened(conn), opened(conn), opened(conn)
    for name in ("c1", "c2", "c3"):
        interactions.ensure(
            conn, id=name, medium="voice", direction="in", queue_id="q", customer_address="1", customer_name="",
            entry_address="100", subject="", enqueued_at=NOW,
        )  # fmt: skip
        data = {"medium": "voice", "priority_points": 0}
        ledger.append(
            conn, epoch, [LedgerEntry(kind="enqueued", at=NOW, interaction=name, queue="q", data=data)]
        )
    cases.link(conn, "c1", known)
    cases.link(conn, "c3", missed)
    for name in ("c1", "c2"):
        connected = LedgerEntry(
            kind="connected", at=NOW + 30, interaction=name, queue="q", agent="u-ann", data={}
        )
        ledger.append(conn, epoch, [connected])
    cases.link(conn, "c2", new)
    assert first(conn, known, NOW + 60).met_at == NOW + 30
    assert first(conn, new, NOW + 60).met_at == NOW + 30
    assert first(conn, missed, NOW + 60).state is ClockState.RUNNING


def test_each_milestone_is_told_once(conn: Connection) -> None:
    """With a quarter left a warning, then the breach, each once however often one looks; then nothing more to look at."""
    promise(conn)
    case_id = opened(conn)
    seen = []
    for after_s in (0, 1, 2699, 2701, 2800, 3601, 3700):
        now = NOW + after_s
        seen += [(after_s, each.clock, each.what) for each in case_clocks.look(conn, case_id, now)]
    assert seen == [
        (2701, ClockKind.FIRST_RESPONSE, "warned"),
        (3601, ClockKind.FIRST_RESPONSE, "breached"),
    ]
    assert case_clocks.next_look(conn) == NOW + 7.5 * HOUR_S  # the resolution's warning
    cases.set_status(conn, case_id, "solved", NOW + 4000)
    assert case_clocks.due(conn, NOW + 4000, 10) == [case_id]
    assert case_clocks.look(conn, case_id, NOW + 4001) == []
    assert case_clocks.next_look(conn) is None


def test_another_policy_reaches_open_cases_at_their_next_look(conn: Connection) -> None:
    """After a replacement, of the policy or of its calendar, open cases are due for a look and go on under the new version;
    solved ones are left alone."""
    kept = promise(conn)
    case_id, solved = opened(conn), opened(conn)
    cases.set_status(conn, solved, "solved", NOW + 1)
    for each in (case_id, solved):
        case_clocks.look(conn, each, NOW + 2)
    targets = Targets(first_response_s=2 * HOUR_S)
    policies.replace_policy(
        conn, kept.id, name="all", match=Match(), calendar_id=kept.calendar_id, targets=targets, now=NOW + 60
    )
    assert case_clocks.due(conn, NOW + 60, 10) == [case_id]
    case_clocks.look(conn, case_id, NOW + 60)
    assert first(conn, case_id, NOW + 61).due == NOW + 2 * HOUR_S
    nine = replace(ALWAYS, week=((Hours(start_minute=0, end_minute=1439),),) * 7)
    policies.replace_calendar(conn, kept.calendar_id, nine, NOW + 120)
    case_clocks.look(conn, case_id, NOW + 120)
    assert kinds(conn, case_id) == ["opened", "terms_changed", "terms_changed"]
    assert case_events.history(conn, case_id).events[-1].kind is Happened.TERMS_CHANGED
    assert kinds(conn, solved) == ["opened", "solved"]


def test_a_case_of_before_has_no_clocks(conn: Connection) -> None:
    """Without an opening event nothing was promised, whatever is done to it later."""
    promise(conn)
    case_id = opened(conn)
    conn.execute(case_event.delete())
    cases.set_status(conn, case_id, "pending", NOW)
    assert case_clocks.look(conn, case_id, NOW + 1) == []
    assert case_clocks.clocks_of(conn, case_id, NOW + 1) == ()


def test_the_revision_goes_both_ways(url: str) -> None:
    """Down to first light the tables and the column are gone and the case is kept; up again it has no clocks."""
    case_id = run_in(url, opened)
    schema.downgrade(url, "0001")
    tables = run_in(url, lambda conn: inspect(conn).get_table_names())
    assert not {"sla_calendar", "sla_policy", "case_event"} & set(tables)
    schema.upgrade(url)
    assert run_in(url, lambda conn: cases.case(conn, case_id)) is not None
    assert run_in(url, lambda conn: case_clocks.clocks_of(conn, case_id, NOW)) == ()


async def test_what_is_due_survives_a_restart(store: Store, url: str) -> None:
    """A store opened anew finds the case that came due meanwhile, by the index."""
    await store.write(promise)
    case_id = await store.write(opened)
    await store.write(lambda conn: case_clocks.look(conn, case_id, NOW))
    again = Store(url)
    again.open()
    try:
        assert await again.read(case_clocks.next_look) == NOW + 0.75 * HOUR_S
        assert await again.read(lambda conn: case_clocks.due(conn, NOW + HOUR_S + 1, 10)) == [case_id]
        told = await again.write(lambda conn: case_clocks.look(conn, case_id, NOW + HOUR_S + 1))
        assert [each.what for each in told] == ["breached"]
    finally:
        await again.close()


def test_the_next_look_is_found_by_the_index(conn: Connection) -> None:
    """The deadline service asks often, so its question must not walk through all cases."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(
            "SET LOCAL enable_seqscan = off"
        )  # an empty table is read whole, whatever its indexes
    explain = "EXPLAIN" if conn.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    question = "SELECT id FROM support_case WHERE sla_look_at <= 5 ORDER BY sla_look_at, id LIMIT 9"
    plan = conn.exec_driver_sql(f"{explain} {question}").all()
    assert any("ix_support_case_sla_look_at" in str(row) for row in plan)
