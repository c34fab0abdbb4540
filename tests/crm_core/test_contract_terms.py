"""A contract's term: its states, its periods and the term that follows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.contracts.dates import day_begins, months_after, warranty_until, zone
from crm_core.contracts.terms import Period, State, Term

TAIPEI = "Asia/Taipei"
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def term(starts: str, ends: str, notice: int = 30, where: str = TAIPEI) -> Term:
    return Term(
        starts_on=date.fromisoformat(starts),
        ends_on=date.fromisoformat(ends),
        notice_days=notice,
        time_zone=where,
    )


def at(text: str, where: str = TAIPEI) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(where)).timestamp()


def test_the_states_change_at_midnight_there() -> None:
    """Upcoming until the first day begins, active, renewal due on the day so many days before the last one, over when the
    last day is."""
    year = term("2026-01-01", "2026-12-31")
    told = [
        ("2025-12-31T23:59:59", State.UPCOMING),
        ("2026-01-01T00:00:00", State.ACTIVE),
        ("2026-11-30T23:59:59", State.ACTIVE),
        ("2026-12-01T00:00:00", State.RENEWAL_DUE),
        ("2026-12-31T23:59:59", State.RENEWAL_DUE),
        ("2027-01-01T00:00:00", State.EXPIRED),
    ]
    assert [year.state_at(at(moment)) for moment, _ in told] == [state for _, state in told]
    assert year.next_change(at("2026-06-01T00:00:00")) == at("2026-12-01T00:00:00")
    assert year.next_change(at("2027-01-01T00:00:00")) is None


def test_a_notice_longer_than_the_term_is_due_from_its_beginning() -> None:
    """A contract of a month with 90 days' notice is never due before it begins."""
    short = term("2026-03-01", "2026-03-31", notice=90)
    assert short.state_at(at("2026-02-28T12:00:00")) is State.UPCOMING
    assert short.state_at(at("2026-03-01T00:00:00")) is State.RENEWAL_DUE


@pytest.mark.parametrize(
    ("starts", "ends", "months", "follows"),
    [
        ("2026-01-01", "2026-12-31", None, ("2027-01-01", "2027-12-31")),
        ("2026-01-31", "2026-02-27", None, ("2026-02-28", "2026-03-27")),
        ("2026-05-15", "2027-05-14", 6, ("2027-05-15", "2027-11-14")),
        ("2027-03-01", "2028-02-29", None, ("2028-03-01", "2029-02-28")),
    ],
)
def test_the_term_that_follows(starts: str, ends: str, months: int | None, follows: tuple[str, str]) -> None:
    """A renewal begins on the next day and is as long as the contract says, or as the term was."""
    renewed = term(starts, ends).renewed(months)
    assert (renewed.starts_on.isoformat(), renewed.ends_on.isoformat()) == follows


def test_months_of_a_contract_that_begins_on_the_31st() -> None:
    """Its months begin on the last day where there is no 31st, and leave no gap."""
    year = term("2026-01-31", "2027-01-30")
    since, until = year.counted_from(Period.MONTH, at("2026-02-28T09:00:00"))
    assert (since, until) == (at("2026-02-28T00:00:00"), at("2026-03-31T00:00:00"))
    assert year.counted_from(Period.MONTH, at("2026-02-27T23:59:00"))[1] == since


@given(starts=days, length=st.integers(0, 1500), ahead=st.integers(0, 1500), period=st.sampled_from(Period))
def test_every_instant_of_a_term_lies_in_one_period(
    starts: date, length: int, ahead: int, period: Period
) -> None:
    """The period of an instant contains it, lies within the term, and the next one begins where it ends."""
    ends = starts + timedelta(days=length)
    given_term = Term(starts_on=starts, ends_on=ends, notice_days=30, time_zone=TAIPEI)
    moment = day_begins(starts + timedelta(days=min(ahead, length)), TAIPEI) + 3600.0
    since, until = given_term.counted_from(period, moment)
    assert given_term.begins_at <= since <= moment < until <= given_term.over_at
    if until < given_term.over_at:
        assert given_term.counted_from(period, until)[0] == until


@given(day=days, months=st.integers(0, 240))
def test_months_go_forward_by_the_calendar(day: date, months: int) -> None:
    """So many months later it is that month, on the same day or its last."""
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_warranty() -> None:
    """Bought on 29 February with 12 months: covered through 27 February, a year of days."""
    assert warranty_until(date(2026, 5, 15), 12) == date(2027, 5, 14)
    assert warranty_until(date(2028, 2, 29), 12) == date(2029, 2, 27)


def test_unknown_zones_are_refused() -> None:
    """A zone that there is not, and a path, are the caller's fault."""
    for name in ("Mars/Olympus", "../../etc/passwd", ""):
        with pytest.raises(Refused, match=r"contract\.zone"):
            zone(name)
