"""The clocks of a case, by the complaints that users of other systems have made for ten years."""

from dataclasses import replace
from datetime import date

from crm_core.sla.calendar import DayKind, SpecialDay
from crm_core.sla.clock import (
    CaseEvent,
    Clock,
    ClockKind,
    ClockState,
    Happened,
    Targets,
    Terms,
    clocks,
    rounds,
)
from crm_core.sla.explanation import Counted, Due, Started, Stopped, explain
from tests.crm_core.sla.test_calendar import HOUR_S, at, office

MINUTE_S = 60.0
STANDARD = Terms(
    id="t1",
    name="standard",
    calendar=office(),
    targets=Targets(first_response_s=HOUR_S, next_response_s=30 * MINUTE_S, resolution_s=16 * HOUR_S),
)
MONDAY = "2026-11-23"


def happened(kind: Happened, words: str, terms: Terms | None = None) -> CaseEvent:
    return CaseEvent(kind=kind, at=at(words), terms=terms)


def opened(words: str = f"{MONDAY} 10:00", terms: Terms | None = STANDARD) -> CaseEvent:
    return happened(Happened.OPENED, words, terms)


def look(now: str, *events: CaseEvent) -> dict[ClockKind, Clock]:
    return {clock.kind: clock for clock in clocks(events, at(now))}


def test_case_21_next_response_never_overrides_the_first() -> None:
    """Until the first response is given, further letters of the customer change nothing: it stays due when it was."""
    found = look(
        f"{MONDAY} 10:20",
        opened(),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 10:10"),
    )
    assert ClockKind.NEXT_RESPONSE not in found
    assert found[ClockKind.FIRST_RESPONSE].due == at(f"{MONDAY} 11:00")


def test_case_21_an_answer_and_pending_in_one_save() -> None:
    """The first response is met, whichever of the two was written first; the resolution stands still."""
    answer, pending = (
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:30"),
        happened(Happened.PAUSED, f"{MONDAY} 10:30"),
    )
    for events in ((answer, pending), (pending, answer)):
        found = look(f"{MONDAY} 15:00", opened(), *events)
        first, resolution = found[ClockKind.FIRST_RESPONSE], found[ClockKind.RESOLUTION]
        assert (first.state, first.met_at) == (ClockState.MET, at(f"{MONDAY} 10:30"))
        assert (resolution.state, resolution.due) == (ClockState.PAUSED, None)
        assert resolution.remaining_s == 15.5 * HOUR_S


def test_case_21_a_policy_without_next_response_takes_it_away() -> None:
    """After a move to a queue that promises no next response there is none; the first stays as met."""
    without = replace(STANDARD, id="t2", targets=Targets(first_response_s=600.0))
    found = look(
        f"{MONDAY} 12:00",
        opened(),
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:30"),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 11:00"),
        happened(Happened.TERMS_CHANGED, f"{MONDAY} 11:05", without),
    )
    assert set(found) == {ClockKind.FIRST_RESPONSE}
    assert found[ClockKind.FIRST_RESPONSE].state is ClockState.MET


def test_case_21_the_customer_writes_last_and_it_is_solved() -> None:
    """All clocks stop when the case is solved, also the one that the customer's thanks had started."""
    found = look(
        "2026-12-24 12:00",
        opened(),
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:30"),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 11:00"),
        happened(Happened.SOLVED, f"{MONDAY} 11:10"),
    )
    assert {clock.state for clock in found.values()} == {ClockState.MET}
    assert found[ClockKind.NEXT_RESPONSE].met_at == at(f"{MONDAY} 11:10")
    assert found[ClockKind.RESOLUTION].remaining_s == 16 * HOUR_S - 70 * MINUTE_S


def test_case_22_a_pause_over_a_weekend() -> None:
    """Pending from Friday 16:00 to Monday 10:00: that hour and the Monday morning do not count; due an hour after it goes
    on at the same minute as if the weekend had not been."""
    events = (
        opened("2026-11-20 15:30"),
        happened(Happened.PAUSED, "2026-11-20 16:00"),
        happened(Happened.RESUMED, f"{MONDAY} 10:00"),
    )
    first = look(f"{MONDAY} 10:01", *events)[ClockKind.FIRST_RESPONSE]
    assert (first.state, first.due) == (ClockState.RUNNING, at(f"{MONDAY} 10:30"))
    assert look("2026-11-21 12:00", *events)[ClockKind.FIRST_RESPONSE].remaining_s == 1800.0


def test_case_22_solved_straight_from_pending() -> None:
    """From February to August on hold and then solved: what ran before counts, the hold does not, nothing is breached."""
    found = look(
        "2026-08-31 12:00",
        opened("2026-02-02 10:00"),
        happened(Happened.AGENT_ANSWERED, "2026-02-02 10:30"),
        happened(Happened.PAUSED, "2026-02-02 12:00"),
        happened(Happened.SOLVED, "2026-08-31 11:00"),
    )
    resolution = found[ClockKind.RESOLUTION]
    assert (resolution.state, resolution.remaining_s) == (ClockState.MET, 14 * HOUR_S)


def test_case_22_the_policy_changes_while_paused() -> None:
    """What has run stays run, the new target counts from the moment it goes on."""
    longer = replace(STANDARD, id="t2", name="longer", targets=Targets(first_response_s=2 * HOUR_S))
    first = look(
        f"{MONDAY} 14:00",
        opened(),
        happened(Happened.PAUSED, f"{MONDAY} 10:30"),
        happened(Happened.TERMS_CHANGED, f"{MONDAY} 12:00", longer),
        happened(Happened.RESUMED, f"{MONDAY} 13:00"),
    )[ClockKind.FIRST_RESPONSE]
    assert (first.due, first.remaining_s) == (at(f"{MONDAY} 14:30"), 1800.0)


def test_the_policy_changes_in_the_middle() -> None:
    """A shorter promise that is used up already is due at the change; a longer one does not undo what was missed."""
    shorter = replace(STANDARD, id="t2", targets=Targets(first_response_s=10 * MINUTE_S))
    longer = replace(STANDARD, id="t3", targets=Targets(first_response_s=8 * HOUR_S))
    change = f"{MONDAY} 10:30"
    first = look(f"{MONDAY} 10:31", opened(), happened(Happened.TERMS_CHANGED, change, shorter))
    assert first[ClockKind.FIRST_RESPONSE].breached_at == at(change)
    late = look(f"{MONDAY} 13:00", opened(), happened(Happened.TERMS_CHANGED, f"{MONDAY} 12:00", longer))
    assert late[ClockKind.FIRST_RESPONSE].breached_at == at(f"{MONDAY} 11:00")


def test_case_22_the_calendar_changes_in_the_middle() -> None:
    """A day that becomes a holiday counts nothing from the change on; what had run of it stays."""
    holiday = replace(
        STANDARD, id="t2", calendar=office("Asia/Taipei", office().week[0], _free(date(2026, 11, 23)))
    )
    first = look(f"{MONDAY} 12:00", opened(), happened(Happened.TERMS_CHANGED, f"{MONDAY} 10:45", holiday))[
        ClockKind.FIRST_RESPONSE
    ]
    assert (first.due, first.remaining_s) == (at("2026-11-24 09:15"), 15 * MINUTE_S)


def test_an_agent_elsewhere_sees_the_same_instant() -> None:
    """The zone is the calendar's: a Berlin calendar is due at the same instant whoever looks."""
    berlin = replace(STANDARD, calendar=office("Europe/Berlin"))
    first = look(f"{MONDAY} 10:00", opened(f"{MONDAY} 09:00", berlin))[ClockKind.FIRST_RESPONSE]
    assert first.due == at(f"{MONDAY} 10:00", "Europe/Berlin")


def test_case_20_who_answers_whom_does_not_depend_on_the_customer() -> None:
    """When an agent puts another customer in, with other terms, the time that has run stays and nothing starts anew."""
    gold = replace(STANDARD, id="t2", name="gold", targets=Targets(first_response_s=40 * MINUTE_S))
    first = look(f"{MONDAY} 10:30", opened(), happened(Happened.TERMS_CHANGED, f"{MONDAY} 10:20", gold))[
        ClockKind.FIRST_RESPONSE
    ]
    assert (first.started_at, first.due) == (at(f"{MONDAY} 10:00"), at(f"{MONDAY} 10:40"))


def test_case_23_work_that_came_back_keeps_its_age() -> None:
    """A solved case that the customer answers goes on with the time it had used, and the answer is owed from then on."""
    found = look(
        "2026-11-25 09:10",
        opened(),
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:30"),
        happened(Happened.SOLVED, f"{MONDAY} 12:00"),
        happened(Happened.REOPENED, "2026-11-25 09:00"),
        happened(Happened.CUSTOMER_WROTE, "2026-11-25 09:00"),
    )
    assert found[ClockKind.RESOLUTION].remaining_s == 14 * HOUR_S - 10 * MINUTE_S
    assert found[ClockKind.NEXT_RESPONSE].due == at("2026-11-25 09:30")
    assert found[ClockKind.FIRST_RESPONSE].state is ClockState.MET


def test_each_wait_of_the_customer_is_a_round() -> None:
    """The oldest unanswered letter starts it, an answer ends it, the next letter starts another."""
    events = [
        opened(),
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:30"),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 11:00"),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 11:20"),
        happened(Happened.AGENT_ANSWERED, f"{MONDAY} 11:40"),
        happened(Happened.CUSTOMER_WROTE, f"{MONDAY} 13:00"),
    ]
    waits = [
        clock for clock in rounds(events, at(f"{MONDAY} 13:10")) if clock.kind is ClockKind.NEXT_RESPONSE
    ]
    assert [(wait.round, wait.due, wait.state) for wait in waits] == [
        (1, at(f"{MONDAY} 11:30"), ClockState.BREACHED),
        (2, at(f"{MONDAY} 13:30"), ClockState.RUNNING),
    ]


def test_a_warning_comes_with_a_quarter_left() -> None:
    """Of an hour that began at 10:00, 10:45; none once it is paused."""
    assert look(f"{MONDAY} 10:10", opened())[ClockKind.FIRST_RESPONSE].warn_at == at(f"{MONDAY} 10:45")
    paused = look(f"{MONDAY} 10:30", opened(), happened(Happened.PAUSED, f"{MONDAY} 10:20"))
    assert paused[ClockKind.FIRST_RESPONSE].warn_at is None


def test_just_in_time_is_in_time() -> None:
    """Answered at the due instant is met; a second later is not."""
    for words, state in ((f"{MONDAY} 11:00:00", ClockState.MET), (f"{MONDAY} 11:00:01", ClockState.BREACHED)):
        found = look(f"{MONDAY} 12:00", opened(), happened(Happened.AGENT_ANSWERED, words))
        assert found[ClockKind.FIRST_RESPONSE].state is state


def test_without_a_policy_nothing_is_promised() -> None:
    """No terms, no clocks; and a case of before there were events has none either."""
    assert look(f"{MONDAY} 12:00", opened(terms=None)) == {}
    assert look(f"{MONDAY} 12:00", happened(Happened.AGENT_ANSWERED, f"{MONDAY} 10:00")) == {}


def test_a_due_time_is_explained_step_by_step() -> None:
    """Started with an hour left, half an hour on Friday, a pause, the weekend, and the rest on Monday."""
    first = look(
        f"{MONDAY} 09:10",
        opened("2026-11-20 16:00"),
        happened(Happened.PAUSED, "2026-11-20 16:15"),
        happened(Happened.RESUMED, "2026-11-20 16:45"),
    )[ClockKind.FIRST_RESPONSE]
    steps = explain(first)
    assert [type(step) for step in steps] == [Started, Counted, Stopped, Started, *[Counted] * 4, Due]
    assert [step.left_s for step in steps if isinstance(step, Counted)] == [
        2700.0,
        1800.0,
        1800.0,
        1800.0,
        0.0,
    ]
    assert [step.kind for step in steps if isinstance(step, Counted)][2] is DayKind.CLOSED
    assert steps[-1] == Due(at=at(f"{MONDAY} 09:30"))


def _free(day: date) -> SpecialDay:
    return SpecialDay(day=day, name="free")
