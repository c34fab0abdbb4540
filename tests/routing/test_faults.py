"""A fault planted in each rule of the router (`planted`) is noticed by the promises of `test_machine`.

A day without a fault passes as the same dice fall, so that what notices a fault is not the test itself.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

import pytest

from tests.routing.planted import FAULTS, Plant
from tests.routing.test_machine import Day

T = TypeVar("T")
DAYS, HOURS, ACTIONS = 80, 12, 6


class Rolled:
    """The same dice every time."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def pick(self, things: Sequence[T]) -> T:
        return self._chance.choice(things)


PROMISES = (
    Day.state_is_the_fold_of_the_facts,
    Day.offers_are_exclusive,
    Day.every_offer_ends_once,
    Day.no_free_agent_beside_waiting_work,
    Day.what_waits_can_be_explained,
    Day.everything_held_has_a_way_out,
    Day.figures_add_up,
    Day.age_and_wishes_are_kept,
    Day.on_hold_is_only_who_is_with_somebody,
    Day.who_talks_with_both_is_at_one_call_more,
    Day.a_recording_is_paused_only_in_a_recorded_talk,
    Day.whatever_is_held_is_freed_in_time,
    Day.what_follows_from_a_fact_follows,
    Day.whoever_waits_waits_where_they_belong,
    Day.nobody_is_sent_round,
    Day.who_is_called_back_is_called_by_rule,
    Day.who_an_agent_calls_is_theirs_alone,
)


def live_through(days: int) -> None:
    """So many days, and every promise looked at all along."""
    for seed in range(days):
        day, dice = Day(), Rolled(seed)
        day.open_shop()
        for _ in range(HOURS):
            day.be_busy(dice, ACTIONS)
            for promise in PROMISES:
                promise(day)


# -- and all are noticed --------------------------------------------------------------------------------------------------


def test_days_without_a_fault_pass() -> None:
    """The very days that find the faults below."""
    live_through(DAYS)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_day_with_a_fault_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some promise says so, or the scan that decides beside the router (it may offer to somebody whom the index does not know there: a KeyError)."""
    plant(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        live_through(DAYS)
