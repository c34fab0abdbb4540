"""When calls out are conspicuous (pure)."""

from decimal import Decimal

import pytest

from crm_core.guard.alarms import Hour, Watched, conspicuous, country_of

USUAL = [Hour(calls=10, cost=Decimal(50))] * 4
BY = Watched(zone="UTC", factor=3.0, least_calls=20, least_cost=Decimal(100))


@pytest.mark.parametrize(
    ("now", "before", "watched", "kind"),
    [
        (Hour(calls=30, cost=Decimal(0)), USUAL, BY, "calls"),
        (Hour(calls=29, cost=Decimal(0)), USUAL, BY, None),
        (Hour(calls=19, cost=Decimal(0)), [], BY, None),  # a new centre's first calls
        (Hour(calls=20, cost=Decimal(0)), [], BY, "calls"),
        (Hour(calls=1, cost=Decimal(150)), USUAL, BY, "cost"),
        (Hour(calls=1, cost=Decimal(149)), USUAL, BY, None),
        (Hour(calls=1, cost=Decimal(10_000)), USUAL, Watched(zone="UTC"), None),  # cost is not looked at
        (Hour(calls=10_000, cost=Decimal(0)), USUAL, Watched(zone="UTC", factor=0), None),
    ],
)
def test_what_is_far_beyond_the_usual(
    now: Hour, before: list[Hour], watched: Watched, kind: str | None
) -> None:
    """By the factor and never below the floor."""
    assert conspicuous(now, before, watched) == kind


@pytest.mark.parametrize(
    ("number", "country"),
    [("+85221234567", "852"), ("+12125551234", "1"), ("+886212345678", "886"), ("+9991", "999"), ("119", "")],
)
def test_the_country_of_a_number(number: str, country: str) -> None:
    """Also of one that nobody has."""
    assert country_of(number) == country
