"""Merging, splitting and their undo, on both databases: what must not happen to customers, promises, trees and rules."""

import pytest
from sqlalchemy import Connection, func, select

from config.errors import Refused
from crm_core import case_clocks, case_events, cases, letters, notifications, parties
from crm_core.casework import approvals, moving, regrouping
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.sla.clock import ClockKind, Happened
from crm_core.tables import rule_event
from tests.contracts.test_casework import (
    CASE,
    HOUR_S,
    NOW,
    acting,
    kinds,
    make,
    row,
    signed,
    snapshot,
    talk,
    user,
)
from tests.contracts.test_letters import arrived, reply
from tests.contracts.test_rules import procedure, quiet, rule, work
from tests.contracts.test_sla import promise

__all__ = ["quiet"]


def split(conn: Connection, case_id: str, *chosen: str, now: float = NOW) -> regrouping.Regrouping:
    return regrouping.split(
        conn,
        case_id,
        subject="the other",
        letters=chosen,
        interactions=[],
        type_id=None,
        now=now,
        actor_id=None,
    )


def test_cases_of_two_customers_are_not_merged(conn: Connection) -> None:
    """Nothing of the one customer's letters may reach the other; a case without a customer may be merged into anybody's."""
    lin, chen = (parties.add_party(conn, kind="person", name=name, now=NOW).id for name in ("Lin", "Chen"))
    one, two = make(conn, CASE, subject="a", party_id=lin).id, make(conn, CASE, subject="b", party_id=chen).id
    stray = make(conn, CASE, subject="c").id
    before = snapshot(conn)
    with pytest.raises(Refused) as refusal:
        regrouping.merge(conn, two, one, NOW, None)
    assert (refusal.value.code, refusal.value.pointer) == ("case.merge_other_party", "/into")
    assert snapshot(conn) == before
    assert regrouping.merge(conn, stray, one, NOW, None).case_id == one


def test_a_tree_stays_a_tree(conn: Connection) -> None:
    """A case that is merged into a part of its part: the branch takes its place, nothing is above itself, and the undo puts all back."""
    top = make(conn, CASE, subject="top").id
    one = make(conn, CASE, subject="one", parent_id=top).id
    two = make(conn, CASE, subject="two", parent_id=one).id
    three = make(conn, CASE, subject="three", parent_id=two).id
    beside = make(conn, CASE, subject="beside", parent_id=one).id
    before = snapshot(conn)
    made = regrouping.merge(conn, one, three, NOW, None)
    assert [row(conn, each).parent_id for each in (three, two, beside)] == [two, top, three]
    regrouping.undo(conn, made.id, NOW + 1, None)
    assert snapshot(conn) == before


def test_a_question_that_is_merged_into_a_case_that_is_done_reopens_it(conn: Connection) -> None:
    """Whoever waits is not lost in a solved case: it goes on, waits since they wrote, and the undo closes it as it was."""
    one, two = (make(conn, CASE, subject=name).id for name in ("one", "two"))
    moving.move(conn, system(NOW + 1), one, "solved")
    case_events.record(conn, two, Happened.AGENT_ANSWERED, NOW + 1)
    case_events.record(conn, two, Happened.CUSTOMER_WROTE, NOW + 2)
    before = snapshot(conn)
    made = regrouping.merge(conn, two, one, NOW + HOUR_S, None)
    found = row(conn, one)
    assert (found.status, found.solved_at, found.waiting_since) == ("open", None, NOW + 2)
    regrouping.undo(conn, made.id, NOW + 2 * HOUR_S, None)
    assert snapshot(conn) == before


def test_a_merge_is_no_letter(quiet: Connection) -> None:
    """The survivor waits since the customer wrote, not since the merge; no rule for letters starts and nobody is told that one came."""
    ann = user(quiet, "ann")
    promise(quiet)
    notify = {"kind": "notify", "to": [{"kind": "user", "who": ann}], "text": "look"}
    rule(quiet, procedure(quiet, notify), "customer_wrote", once="every")
    one = make(quiet, CASE, acting(ann), subject="one").id
    two = make(quiet, CASE, subject="two").id
    case_events.record(quiet, one, Happened.AGENT_ANSWERED, NOW + 1)
    work(quiet)
    regrouping.merge(quiet, two, one, NOW + HOUR_S, None)
    assert work(quiet, NOW + HOUR_S) == []
    assert "case.customer_wrote" not in [each.code for each in notifications.of_user(quiet, ann)]
    clocks = {each.kind: each for each in case_clocks.clocks_of(quiet, one, NOW + HOUR_S)}
    assert clocks[ClockKind.NEXT_RESPONSE].started_at == NOW + 1


def test_a_merge_waits_for_the_undo_of_a_later_one(conn: Connection) -> None:
    """What was merged on, or split again, comes back in the reverse order only; what has nothing to do with it is not waited for."""
    one, two, three, four = (make(conn, CASE, subject=name).id for name in ("1", "2", "3", "4"))
    for case_id, name in ((one, "m1"), (two, "m2")):
        talk(conn, case_id, name)
    before = snapshot(conn)["letter"]
    first = regrouping.merge(conn, one, two, NOW, None)
    aside = regrouping.merge(conn, four, two, NOW + 1, None)
    second = regrouping.merge(conn, two, three, NOW + 2, None)
    with pytest.raises(Refused) as refusal:
        regrouping.undo(conn, first.id, NOW + 3, None)
    assert refusal.value.code == "case.regrouping_later"
    regrouping.undo(conn, second.id, NOW + 4, None)
    taken = letters.thread(conn, two)[0].id
    third = split(conn, two, taken, now=NOW + 5)
    with pytest.raises(Refused):
        regrouping.undo(conn, first.id, NOW + 6, None)
    regrouping.undo(conn, third.id, NOW + 7, None)
    regrouping.undo(conn, first.id, NOW + 8, None)
    assert snapshot(conn)["letter"] == before
    assert row(conn, four).merged_into_id == two
    regrouping.undo(conn, aside.id, NOW + 9, None)
    assert row(conn, four).merged_into_id is None


def test_promises_are_looked_at_after_an_undo(conn: Connection) -> None:
    """What came due while a case was merged away is told once it is back."""
    promise(conn, 1)
    one, two = (make(conn, CASE, subject=name).id for name in ("one", "two"))
    case_clocks.look(conn, two, NOW)
    made = regrouping.merge(conn, two, one, NOW + 1, None)
    regrouping.undo(conn, made.id, NOW + 2 * HOUR_S, None)
    assert two in case_clocks.due(conn, NOW + 2 * HOUR_S, 10)
    assert "breached" in [each.what for each in case_clocks.look(conn, two, NOW + 2 * HOUR_S)]


def test_a_case_that_is_split_off_was_asked_for_when_the_letter_came(conn: Connection) -> None:
    """Its clocks begin with the first chosen letter, and an answer among the chosen ones is an answer there, too."""
    one = make(conn, CASE, subject="two matters").id
    letters.store_letter(
        conn, arrived("s-1", "m1@x", at=NOW + 10), case_id=one, interaction_id=None, party_id=None
    )
    reply(conn, at=NOW + 20, case_id=one)
    letters.store_letter(
        conn, arrived("s-2", "m2@x", at=NOW + 30), case_id=one, interaction_id=None, party_id=None
    )
    asked, answered, again = (each.id for each in letters.thread(conn, one))
    first = split(conn, one, asked, answered, now=NOW + HOUR_S)
    assert kinds(conn, first.other_id) == ["opened", "agent_answered"]
    assert case_events.history(conn, first.other_id).events[0].at == NOW + 10
    assert row(conn, first.other_id).waiting_since is None
    second = split(conn, one, again, now=NOW + HOUR_S)
    assert row(conn, second.other_id).waiting_since == NOW + 30


def test_regroupings_and_other_customers_are_changes_that_rules_hear_of(quiet: Connection) -> None:
    """Being merged away, being given to another customer, being escalated and being solved are told with the fields that changed."""
    notify = procedure(
        quiet, {"kind": "notify", "to": [{"kind": "user", "who": user(quiet, "ann")}], "text": "x"}, name="n"
    )
    names = {
        name: rule(quiet, notify, "changed", name=name, detail={"fields": [name]}, once="every")
        for name in ("merged_into_id", "party_id", "escalation_level", "solved_at")
    }
    lin = parties.add_party(quiet, kind="person", name="Lin", now=NOW).id
    one, two = (make(quiet, CASE, subject=name).id for name in ("one", "two"))
    work(quiet)
    cases.set_party(quiet, one, lin, NOW)
    assert [each.rule_id for each in work(quiet)] == [names["party_id"]]
    up = procedure(quiet, {"kind": "escalate"}, name="up")
    made = rule(quiet, up, "changed", name="up", detail={"fields": ["category"]})
    rows.patch(quiet, system(NOW), known.entity(CASE), one, {"category": "other"})
    assert [each.rule_id for each in work(quiet)] == [made, names["escalation_level"]]
    moving.move(quiet, system(NOW), one, "solved")
    assert [each.rule_id for each in work(quiet)] == [names["solved_at"]]
    undone = regrouping.merge(quiet, two, one, NOW, None)
    assert (two, names["merged_into_id"]) in [(each.record_id, each.rule_id) for each in work(quiet)]
    regrouping.undo(quiet, undone.id, NOW + 1, None)
    assert (two, names["merged_into_id"]) in [(each.record_id, each.rule_id) for each in work(quiet, NOW + 1)]
    assert quiet.execute(select(func.count()).select_from(rule_event)).scalar_one() == 0


def test_nobody_decides_about_a_case_that_was_merged_away(conn: Connection) -> None:
    """An open round of sign-off ends with the merge."""
    ann, bob = user(conn, "ann"), user(conn, "bob")
    case_id = make(
        conn, CASE, acting(ann), subject="x", type_id=signed(conn, {"kind": "user", "who": bob})
    ).id
    moving.move(conn, acting(ann), case_id, "paid")
    [place] = approvals.pending(conn, case_id)
    regrouping.merge(conn, case_id, make(conn, CASE, subject="y").id, NOW, ann)
    assert approvals.mine(conn, bob, "agent") == []
    with pytest.raises(Refused) as refusal:
        approvals.decide(conn, acting(bob), place.id, "approved", "")
    assert refusal.value.code == "approval.decided"
