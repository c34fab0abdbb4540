"""Business time, by example."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crm_core.sla.calendar import Calendar, CountedDay, DayKind, Hours, NeverOpen, SpecialDay

NINE_TO_FIVE = (Hours(start_minute=540, end_minute=1020),)
WITH_LUNCH = (Hours(start_minute=540, end_minute=720), Hours(start_minute=780, end_minute=1080))
ALWAYS = (Hours(start_minute=0, end_minute=1440),)
HOUR_S = 3600.0


def office(
    zone: str = "Asia/Taipei", day: tuple[Hours, ...] = NINE_TO_FIVE, *special: SpecialDay
) -> Calendar:
    """Monday to Friday."""
    week = (day,) * 5 + ((),) * 2
    return Calendar(name="office", zone=zone, week=week, special={each.day: each for each in special})


def at(words: str, zone: str = "Asia/Taipei", fold: int = 0) -> float:
    """`2026-11-21 14:00` there."""
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def test_saturday_afternoon_and_two_hours() -> None:
    """Saturday 14:00, Monday to Friday 9 to 17, two hours: Monday 11:00."""
    assert office().after(at("2026-11-21 14:00"), 2 * HOUR_S) == at("2026-11-23 11:00")


def test_case_22_friday_evening_and_an_hour() -> None:
    """Friday 16:30 and an hour, 9 to 17: Monday 9:30."""
    assert office().after(at("2026-11-20 16:30"), HOUR_S) == at("2026-11-23 09:30")


def test_case_22_a_lunch_break_does_not_count() -> None:
    """11:30 and an hour, closed from 12 to 13: 13:30; and 11:30 to 13:30 is one hour."""
    calendar = office("Asia/Taipei", WITH_LUNCH)
    assert calendar.after(at("2026-11-23 11:30"), HOUR_S) == at("2026-11-23 13:30")
    assert calendar.between(at("2026-11-23 11:30"), at("2026-11-23 13:30")) == HOUR_S


def test_what_ends_with_the_day_is_due_then() -> None:
    """Exactly used up at closing time is due at closing time, not the next morning; nothing to wait for is due at once."""
    assert office().after(at("2026-11-20 16:00"), HOUR_S) == at("2026-11-20 17:00")
    assert office().after(at("2026-11-21 14:00"), 0) == at("2026-11-21 14:00")


def test_case_22_a_make_up_saturday_in_china_counts() -> None:
    """Saturday, 14 February 2026 is worked for the Spring Festival: Friday 17:00 and two hours is that Saturday 10:00; the
    festival's Monday is free."""
    china = office(
        "Asia/Shanghai",
        WITH_LUNCH,
        SpecialDay(day=date(2026, 2, 14), name="春节调休", hours=WITH_LUNCH),
        *(SpecialDay(day=date(2026, 2, day), name="春节") for day in range(16, 24)),
    )
    assert china.after(at("2026-02-13 17:00"), 2 * HOUR_S) == at("2026-02-14 10:00")
    assert china.after(at("2026-02-14 17:00"), 2 * HOUR_S) == at("2026-02-24 10:00")
    kinds = [day.kind for day in china.explain(at("2026-02-13 17:00"), at("2026-02-17 00:00"))]
    assert kinds == [DayKind.WORKDAY, DayKind.SPECIAL, DayKind.CLOSED, DayKind.HOLIDAY]


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-29 00:00", "2026-03-30 00:00", 23.0),  # 2:00 to 3:00 is skipped
        ("2026-10-25 00:00", "2026-10-26 00:00", 25.0),  # 2:00 to 3:00 comes twice
        ("2026-03-29 01:30", "2026-03-29 03:30", 1.0),
        ("2026-10-25 01:30", "2026-10-25 03:30", 3.0),
    ],
)
def test_case_22_the_change_of_the_hour(begin: str, end: str, hours: float) -> None:
    """In spring an hour is missing and counts nothing, in autumn one comes twice and counts twice."""
    berlin = Calendar(name="always", zone="Europe/Berlin", week=(ALWAYS,) * 7)
    start, stop = at(begin, "Europe/Berlin"), at(end, "Europe/Berlin")
    assert berlin.between(start, stop) == hours * HOUR_S
    assert berlin.after(start, hours * HOUR_S) == stop


def test_case_22_office_hours_stand_through_the_change_of_the_hour() -> None:
    """Friday 16:30 and an hour is Monday 9:30 on the clock of that place, in both weeks of the change."""
    berlin = office("Europe/Berlin")
    for friday, monday in (("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")):
        due = berlin.after(at(f"{friday} 16:30", "Europe/Berlin"), HOUR_S)
        assert due == at(f"{monday} 09:30", "Europe/Berlin")


def test_hours_that_the_change_skips_or_repeats() -> None:
    """Hours of 2:00 to 2:30 do not exist on the day of the skip, and are an hour when they come twice."""
    night = (Hours(start_minute=120, end_minute=150),)
    berlin = Calendar(name="night", zone="Europe/Berlin", week=(night,) * 7)
    spring, autumn = at("2026-03-29 00:00", "Europe/Berlin"), at("2026-10-25 00:00", "Europe/Berlin")
    assert berlin.between(spring, spring + 23 * HOUR_S) == 0
    assert berlin.between(autumn, autumn + 25 * HOUR_S) == HOUR_S
    [day] = berlin.explain(autumn, autumn + 25 * HOUR_S)
    assert len(day.spans) == 2


def test_a_day_that_a_zone_skipped() -> None:
    """Samoa had no 30 December 2011: the count goes from the 29th to the 31st."""
    samoa = Calendar(name="always", zone="Pacific/Apia", week=(ALWAYS,) * 7)
    begin = at("2011-12-29 00:00", "Pacific/Apia")
    assert samoa.after(begin, 25 * HOUR_S) == at("2011-12-31 01:00", "Pacific/Apia")


def test_each_day_is_explained() -> None:
    """A holiday is named, a weekend is closed, and the hours that counted are told."""
    calendar = office("Asia/Taipei", NINE_TO_FIVE, SpecialDay(day=date(2026, 11, 23), name="校慶"))
    days = list(calendar.explain(at("2026-11-20 16:30"), at("2026-11-24 09:30")))
    assert [(day.day.day, day.kind, day.name, day.business_s) for day in days] == [
        (20, DayKind.WORKDAY, "", 1800.0),
        (21, DayKind.CLOSED, "", 0.0),
        (22, DayKind.CLOSED, "", 0.0),
        (23, DayKind.HOLIDAY, "校慶", 0.0),
        (24, DayKind.WORKDAY, "", 1800.0),
    ]
    assert isinstance(days[0], CountedDay)


def test_whoever_never_opens_is_told_so() -> None:
    """A calendar without hours has no due time; that is said, not looped over."""
    with pytest.raises(NeverOpen):
        Calendar(name="never", zone="UTC", week=((),) * 7).after(0.0, 1.0)
