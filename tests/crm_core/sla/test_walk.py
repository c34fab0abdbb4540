"""The clocks equal a walk through every minute, whatever happened and wherever."""

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.crm_core.sla import walk
from tests.crm_core.sla.agree import agree, agree_many

MANY = int(os.environ.get("TRUNKLINE_SLA_HISTORIES", "100000"))


@settings(max_examples=1500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_clocks_equal_a_walk_through_every_minute(random: Random) -> None:
    """State, elapsed business time, breach and due time are those of the walk, to the second."""
    agree(random)


@pytest.mark.real
def test_a_hundred_thousand_histories() -> None:
    """The same for 100,000 histories (TRUNKLINE_SLA_HISTORIES: another number), in eight zones, most with several clocks."""
    workers = os.cpu_count() or 1
    share = -(-MANY // workers)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        clocks = sum(pool.map(agree_many, range(33, 33 + workers), [share] * workers))
    assert clocks > 1.5 * MANY


@settings(max_examples=300, deadline=None)
@given(
    number=st.integers(0, walk.POOL - 1),
    start=st.sampled_from(walk.STARTS),
    since_s=st.integers(0, 40 * 86_400),
    span_s=st.integers(0, 5 * 86_400),
)
def test_business_time_adds_up(number: int, start: datetime, since_s: int, span_s: int) -> None:
    """`between` counts the open minutes, `after` is its inverse, and the days of `explain` add up to it."""
    calendar, begin = walk.calendar(number), start.timestamp() + since_s
    end = begin + span_s
    counted = calendar.between(begin, end)
    open_minutes = walk.table(number, start)
    walked = sum(
        min(end, edge + 60) - max(begin, edge)
        for edge in range(int(begin) // 60 * 60, int(end) + 1, 60)
        if edge < end and open_minutes[(edge - int(start.timestamp())) // 60]
    )
    assert counted == walked
    assert sum(day.business_s for day in calendar.explain(begin, end)) == counted
    assert calendar.between(begin, calendar.after(begin, counted)) == counted
    assert calendar.after(begin, counted) <= max(end, begin)


def test_the_pool_of_calendars_is_worth_it() -> None:
    """Among the calendars are days without hours, several intervals, special days of both sorts, and changes of the hour."""
    pool = [walk.calendar(number) for number in range(walk.POOL)]
    assert any(not day for calendar in pool for day in calendar.week)
    assert any(len(day) > 1 for calendar in pool for day in calendar.week)
    assert {bool(day.hours) for calendar in pool for day in calendar.special.values()} == {True, False}
    assert datetime(2026, 3, 29, tzinfo=UTC).timestamp() < walk.STARTS[0].timestamp() + 40 * 86_400
