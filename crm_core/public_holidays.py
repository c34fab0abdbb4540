"""Public holidays and make-up workdays as a first proposal for a calendar: supervisors change what is otherwise with them.

From the list of the `holidays` package. Which weekend days are worked is known for the years that a government has announced.
"""

from collections.abc import Sequence
from datetime import date

import holidays

from config.errors import Kind, Refused
from crm_core.sla.calendar import Day, SpecialDay

COUNTRIES = ("TW", "CN", "HK", "MO", "SG", "JP", "US", "GB", "DE")
_LANGUAGES = {
    "TW": {"en": "en_US", "zh-TW": "zh_TW", "zh-CN": "zh_CN"},
    "CN": {"en": "en_US", "zh-TW": "zh_TW", "zh-CN": "zh_CN"},
}
_MADE_UP = {"en": "Make-up workday", "zh-TW": "補班", "zh-CN": "调休上班"}


def proposed(country: str, years: Sequence[int], language: str, worked: Day) -> list[SpecialDay]:
    """The days of these years that are otherwise than their weekday, in order; make-up workdays have the hours `worked`.

    `Refused` (holidays.country_unknown) for a country that is not in `COUNTRIES`.
    """
    if country not in COUNTRIES:
        raise Refused("holidays.country_unknown", Kind.INVALID, pointer="/country", given=country)
    spoken = _LANGUAGES.get(country, {}).get(language)
    found = holidays.country_holidays(country, years=list(years), language=spoken)
    free = {day: SpecialDay(day=day, name=name) for day, name in found.items() if day.year in years}
    made_up = {
        day: SpecialDay(day=day, name=_MADE_UP.get(language, _MADE_UP["en"]), hours=worked)
        for day in _weekend_workdays(found)
        if day.year in years and day not in free
    }
    days = free | made_up
    return [days[day] for day in sorted(days)]


def _weekend_workdays(found: holidays.HolidayBase) -> set[date]:
    return set(getattr(found, "weekend_workdays", ()))
