"""What a dial plan says of a number: the longest prefix, the hours, what is left; and that no spelling gets past it."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.guard import numbers, words
from crm_core.guard.plan import (
    Allowed,
    Forbidden,
    Limits,
    Plan,
    Span,
    Spent,
    Usage,
    from_settings,
    judge,
    may_dial,
)
from crm_core.sla.calendar import Calendar, Hours

ZONE = "Asia/Taipei"
NOON = datetime(2026, 11, 27, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
HOUR_S = 3600.0
NONE = Usage()


def plan(allowed: str = "*", denied: str = "", **more: object) -> Plan:
    rules = (
        *((each, True) for each in words.prefixes(allowed)),
        *((each, False) for each in words.prefixes(denied)),
    )
    return Plan(id="p", name="P", rules=rules, zone=ZONE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("allowed", "denied", "number", "goes"),
    [
        ("0", "00, 0204", "02 2345 6789", True),
        ("0", "00, 0204", "0204123456", False),
        ("0", "00, 0204", "+886204123456", False),
        ("0", "00, 0204", "00886204123456", False),
        ("0", "00, 0204", "+886 (0)204 123456", False),
        ("0", "00, 0204", "886204123456", False),
        ("0", "00", "+85221234567", False),
        ("0, +852", "00", "0085221234567", True),
        ("*", "+852", "0085221234567", False),
        ("00", "", "0212345678", False),  # abroad alone
        ("1", "", "119", True),
        ("0", "", "119", False),  # a short number has no country
        ("*", "00", "0212345678", True),
        ("02", "02", "0212345678", False),  # forbidden where both are said
        ("+8862", "02", "0212345678", False),  # in either spelling
        ("", "", "0212345678", False),
        ("*", "", "0212345678&PJSIP/evil", False),
        ("*", "", "0212345678\r\nAction: Originate", False),
        ("*", "", "${SHELL(id)}", False),
        ("*", "", "٠٢١٢٣", False),
        ("*", "", "12", False),
        ("*", "", "1" * 17, False),
    ],
)
def test_the_longest_prefix_decides_whatever_the_spelling(
    allowed: str, denied: str, number: str, goes: bool
) -> None:
    """And what is no number is never dialled."""
    assert isinstance(judge(plan(allowed, denied), NONE, number, NOON), Allowed) is goes


DIGITS = st.text("0123456789", min_size=1, max_size=8)
PREFIXES = st.lists(st.tuples(st.sampled_from(("", "+", "0", "00")), DIGITS), max_size=8)
NUMBERS = st.builds(
    "{}{}".format, st.sampled_from(("", "+", "0", "00")), st.text("0123456789", min_size=3, max_size=12)
)


@given(PREFIXES, PREFIXES, NUMBERS)
def test_it_is_as_by_looking_at_every_prefix(
    allowed: list[tuple[str, str]], denied: list[tuple[str, str]], number: str
) -> None:
    """Against the rule said in the plainest way; what is dialled is digits, and of the number asked for."""
    one = plan(" ".join(map("".join, allowed)), " ".join(map("".join, denied)))
    verdict = judge(one, NONE, number, NOON)
    called = numbers.canonical(number)
    home = called.startswith("+886")
    fits = {
        wanted: max(
            (
                len(each)
                for each, so in one.rules
                if so is wanted and called.startswith(each) and not (home and each == "+")
            ),
            default=-1,
        )
        for wanted in (True, False)
    }
    expected = numbers.dialled(number) is not None and fits[True] > fits[False]
    assert isinstance(verdict, Allowed) is expected
    if isinstance(verdict, Allowed):
        assert verdict.number == number


@given(NUMBERS)
def test_every_spelling_of_a_number_is_one(number: str) -> None:
    """What is read once is not read otherwise a second time."""
    assert numbers.canonical(numbers.canonical(number)) == numbers.canonical(number)


@given(st.lists(st.builds("{}{}".format, st.sampled_from(("", "!")), DIGITS), max_size=8), NUMBERS)
def test_settings_mean_what_they_meant(prefixes: list[str], number: str) -> None:
    """Compared as dialled: nothing that was forbidden before there were plans is allowed without one, emergency numbers included."""
    fitting = [each for each in prefixes if number.startswith(each.removeprefix("!"))]
    longest = max((len(each.removeprefix("!")) for each in fitting), default=0)
    deciding = {each for each in fitting if len(each.removeprefix("!")) == longest}
    expected = bool(deciding) and not any(each.startswith("!") for each in deciding)
    expected = expected and numbers.dialled(number) is not None
    assert may_dial(from_settings(tuple(prefixes)), number) is expected
    if not expected:
        assert isinstance(judge(from_settings(tuple(prefixes)), NONE, number, NOON), Forbidden)


@pytest.mark.parametrize(
    ("night", "hour", "goes"),
    [
        ("22:00-07:00", 12, True),
        ("22:00-07:00", 22, False),
        ("22:00-07:00", 6, False),
        ("22:00-07:00", 7, True),
        ("01:00-05:00", 3, False),
        ("01:00-05:00", 0, True),
        ("", 3, True),
    ],
)
def test_nobody_dials_at_night(night: str, hour: int, goes: bool) -> None:
    """By the clock where the organisation is; over midnight, too."""
    at = datetime(2026, 11, 27, hour, tzinfo=ZoneInfo(ZONE)).timestamp()
    verdict = judge(plan(night=words.night(night)), NONE, "0212345678", at)
    assert verdict == (Allowed(number="0212345678") if goes else Forbidden(code="outside.night"))


def test_a_calendar_opens_and_closes_it() -> None:
    """Its hours and its special days; a calendar without hours never opens."""
    office = Calendar(
        name="Office", zone=ZONE, week=((Hours(start_minute=540, end_minute=1080),),) * 5 + ((), ())
    )
    by_calendar = plan(calendar=office)
    assert isinstance(judge(by_calendar, NONE, "0212345678", NOON), Allowed)
    for at in (NOON - 4 * HOUR_S, NOON + 7 * HOUR_S, NOON + 24 * HOUR_S):
        assert judge(by_calendar, NONE, "0212345678", at) == Forbidden(code="outside.night")
    never = plan(calendar=replace(office, week=((),) * 7))
    assert judge(never, NONE, "0212345678", NOON) == Forbidden(code="outside.night")


def test_emergency_numbers_are_always_dialled_by_people() -> None:
    """At night, locked, with nothing left; but nobody is called back at one that they showed as theirs."""
    locked = plan("", night=Span(0, 1440), emergency=frozenset({"119"}), limits=Limits(at_once=0))
    used = Usage(live=9, locked=True)
    assert judge(locked, used, "119", NOON) == Allowed(number="119", emergency=True)
    assert judge(locked, used, "1190", NOON) == Forbidden(code="outside.locked")
    assert judge(locked, NONE, "119", NOON, by_person=False) == Forbidden(code="number.not_allowed")


SPENT = Spent(calls=10, talked_s=600.0, cost=Decimal("5.5"))


@pytest.mark.parametrize(
    ("limits", "code", "what"),
    [
        (Limits(), None, None),
        (Limits(at_once=3), None, None),
        (Limits(at_once=2), "outside.at_once", None),
        (Limits(calls_hour=11, calls_day=11, minutes_day=11, cost_day=Decimal(6)), None, None),
        (Limits(calls_hour=10), "outside.budget", ("calls", "hour")),
        (Limits(calls_day=9), "outside.budget", ("calls", "day")),
        (Limits(minutes_hour=10), "outside.budget", ("minutes", "hour")),
        (Limits(minutes_day=9), "outside.budget", ("minutes", "day")),
        (Limits(cost_hour=Decimal("5.5")), "outside.budget", ("cost", "hour")),
        (Limits(cost_day=Decimal("5.4")), "outside.budget", ("cost", "day")),
    ],
)
def test_what_is_used_up_is_not_dialled(
    limits: Limits, code: str | None, what: tuple[str, str] | None
) -> None:
    """Each limit alone, and which of them it was is said."""
    verdict = judge(plan(limits=limits), Usage(live=2, hour=SPENT, day=SPENT), "0212345678", NOON)
    if code is None:
        assert isinstance(verdict, Allowed)
        return
    assert isinstance(verdict, Forbidden)
    assert verdict.code == code
    if what is not None:
        assert (verdict.params["what"], verdict.params["within"]) == what


def test_a_minute_costs_what_its_longest_rate_says() -> None:
    """In any spelling; without a rate nothing is known of it."""
    rates = words.rates("0: 0.5\n09:1.2\n+852: 3")
    found = {
        number: judge(plan(rates=rates), NONE, number, NOON)
        for number in ("0212345678", "+886912345678", "0085221234567", "0012125551234")
    }
    prices = {number: verdict.price for number, verdict in found.items() if isinstance(verdict, Allowed)}
    assert prices == {
        "0212345678": Decimal("0.5"),
        "+886912345678": Decimal("1.2"),
        "0085221234567": Decimal(3),
        "0012125551234": None,
    }


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (words.prefixes, "02, zero"),
        (words.prefixes, "02 & 03"),
        (words.rates, "02 0.5"),
        (words.rates, "02: -1"),
        (words.rates, "02: NaN"),
        (words.night, "22-7"),
        (words.night, "25:00-07:00"),
        (words.emergency, "110, help"),
    ],
)
def test_what_cannot_be_read_is_refused(read: object, text: str) -> None:
    """And says which word it was."""
    with pytest.raises(Refused) as refusal:
        read(text)  # type: ignore[operator]
    assert refusal.value.params["given"]


def test_what_people_write_is_read() -> None:
    """Lines, commas and full-width marks alike."""
    assert words.prefixes("02, 03\n+852、*") == ("+8862", "+8863", "+852", "")
    assert words.rates("09\uff1a1.5\n\n") == (("+8869", Decimal("1.5")),)
    assert words.night("22\uff1a30 - 7:00") == Span(22 * 60 + 30, 7 * 60)
