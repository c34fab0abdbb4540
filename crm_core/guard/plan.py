"""Dial plans: who may dial what, when and how much of it (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.errors import Param
from crm_core.guard import numbers
from crm_core.sla.calendar import Calendar

ON_SETTINGS = ""
"""The id of the plan that the settings make, for whoever has none of their own."""
_MOMENT_S = 0.001


class Span(NamedTuple):
    """Minutes of the day, from one until before the other; over midnight where the second is the smaller."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None: no limit. Hours are the last sixty minutes, days begin at midnight where the organisation is."""

    at_once: int | None = None
    calls_hour: int | None = None
    calls_day: int | None = None
    minutes_hour: int | None = None
    minutes_day: int | None = None
    cost_hour: Decimal | None = None
    cost_day: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`rules`: prefixes that are allowed (True) or denied. `night`: nobody dials then; `calendar`: nobody dials outside of its hours. `rates`: price of a
    minute by prefix. `emergency`: numbers that people may always dial. `literal`: prefixes are compared with what is dialled, as the settings' are."""

    id: str
    name: str
    rules: tuple[tuple[str, bool], ...]
    limits: Limits = Limits()
    night: Span | None = None
    calendar: Calendar | None = None
    zone: str = "UTC"
    rates: tuple[tuple[str, Decimal], ...] = ()
    emergency: frozenset[str] = frozenset()
    literal: bool = False

    @property
    def allows_any(self) -> bool:
        """Whether there is a number that may be dialled by it."""
        return any(allowed for _, allowed in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What went out in a time: calls, the seconds that were talked, and what they cost by the rates that held."""

    calls: int = 0
    talked_s: float = 0.0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of all who dial by the same plan. `live`: calls that have not ended. `locked`: calls out are locked for everybody."""

    live: int = 0
    hour: Spent = Spent()
    day: Spent = Spent()
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """`number` is to be dialled; `price` of a minute, where a rate is known."""

    number: str
    price: Decimal | None = None
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """`code` is shown: number.not_allowed, outside.locked, outside.night, outside.at_once, outside.budget (`what`: calls, minutes, cost; `within`: hour, day)."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


Verdict = Allowed | Forbidden


def from_settings(prefixes: tuple[str, ...]) -> Plan:
    """The plan that `outside_numbers` or `callback_numbers` makes."""
    rules = tuple((each.removeprefix("!"), not each.startswith("!")) for each in prefixes)
    return Plan(id=ON_SETTINGS, name="", rules=rules, literal=True)


def judge(plan: Plan, usage: Usage, number: str, now: float, *, by_person: bool = True) -> Verdict:
    """Whether this is dialled now. Of the prefixes that fit the longest decides, and where one is both allowed and denied it is denied. Emergency
    numbers are for people alone: whoever shows one as theirs is not called back at it."""
    called = numbers.dialled(number)
    if called is None:
        return Forbidden(code="number.not_allowed")
    if by_person and called in plan.emergency:
        return Allowed(number=called, emergency=True)
    if usage.locked:
        return Forbidden(code="outside.locked")
    if not may_dial(plan, called):
        return Forbidden(code="number.not_allowed")
    if not opens(plan, now):
        return Forbidden(code="outside.night")
    return _exhausted(plan.limits, usage) or Allowed(number=called, price=price_of(plan, called))


def may_dial(plan: Plan, number: str) -> bool:
    """Whether the plan's prefixes allow the number, whatever the hour and whatever is left."""
    called = numbers.dialled(number)
    if called is None:
        return False
    compared = called if plan.literal else numbers.canonical(called)
    found = numbers.longest(compared, sorted(plan.rules, key=lambda rule: not rule[1]))
    return found is not None and found[1]


def opens(plan: Plan, now: float) -> bool:
    """Whether anybody dials at this moment."""
    if plan.calendar is not None and plan.calendar.between(now, now + _MOMENT_S) <= 0:
        return False
    return plan.night is None or not within(plan.night, now, plan.zone)


def within(span: Span, now: float, zone: str) -> bool:
    """Whether it is this time of the day there."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if span.begins <= span.ends:
        return span.begins <= minute < span.ends
    return minute >= span.begins or minute < span.ends


def price_of(plan: Plan, number: str) -> Decimal | None:
    """Of a minute."""
    found = numbers.longest(numbers.canonical(number), plan.rates)
    return None if found is None else found[1]


def _exhausted(limits: Limits, usage: Usage) -> Forbidden | None:
    if limits.at_once is not None and usage.live >= limits.at_once:
        return Forbidden(code="outside.at_once", params={"most": limits.at_once})
    hour, day = usage.hour, usage.day
    asked = (
        ("calls", "hour", hour.calls, limits.calls_hour),
        ("minutes", "hour", hour.talked_s / 60, limits.minutes_hour),
        ("cost", "hour", hour.cost, limits.cost_hour),
        ("calls", "day", day.calls, limits.calls_day),
        ("minutes", "day", day.talked_s / 60, limits.minutes_day),
        ("cost", "day", day.cost, limits.cost_day),
    )
    for what, time, spent, most in asked:
        if most is not None and spent >= most:
            return Forbidden(code="outside.budget", params={"what": what, "within": time, "most": str(most)})
    return None
