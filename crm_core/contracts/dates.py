"""Dates of contracts and warranties (pure): months that end with the month, and when a day begins somewhere."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.errors import Kind, Refused


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last day where the month is too short (31 January + 1: 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def warranty_until(bought_on: date, months: int) -> date:
    """The last day of a warranty: bought on 15 May with 12 months, covered through 14 May."""
    return months_after(bought_on, months) - timedelta(days=1)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of this name; `Refused` (contract.zone) when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise Refused("contract.zone", Kind.INVALID, name=name[:60]) from problem


def day_begins(day: date, zone_name: str) -> float:
    """The instant at which a day begins on the clock on the wall there."""
    return datetime.combine(day, time(), zone(zone_name)).timestamp()


def day_of(at: float, zone_name: str) -> date:
    """The date there at an instant."""
    return datetime.fromtimestamp(at, zone(zone_name)).date()
