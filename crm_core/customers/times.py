"""When somebody wants to be called: days and hours of their own clock. Pure.

`{"days": [1, 2, 3], "from": "09:00", "until": "18:00"}`; days are 1 (Monday) to 7, all when none is named.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.errors import Kind, Refused

_LOOK_AHEAD_DAYS = 9
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def checked(given: Any) -> None:
    """`Refused` for what is not such a structure."""
    right = (
        isinstance(given, dict)
        and set(given) <= {"days", "from", "until"}
        and isinstance(given.get("days", []), list)
        and all(day in range(1, 8) and not isinstance(day, bool) for day in given.get("days", []))
        and all(_is_clock(given.get(name, "00:00")) for name in ("from", "until"))
        and given.get("from", "00:00") != given.get("until", "24:00")
    )
    if not right:
        raise Refused("party.contact_times", Kind.INVALID)


def checked_zone(given: Any) -> None:
    try:
        ZoneInfo(str(given))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("party.time_zone", Kind.INVALID) from error


def allow(wanted: Mapping[str, Any] | None, zone: str | None, now: float) -> bool:
    """Whether it is a good time; anyone without wishes may be called at any. Hours that pass midnight (22:00 to 06:00) belong to the day on
    which they begin."""
    if not wanted:
        return True
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone or "UTC"))
    days = wanted.get("days") or list(range(1, 8))
    begin, end = wanted.get("from", "00:00"), wanted.get("until", "24:00")
    clock = f"{here:%H:%M}"
    if begin <= end:
        return here.isoweekday() in days and begin <= clock < end
    yesterday = (here.isoweekday() - 2) % 7 + 1
    return (here.isoweekday() in days and clock >= begin) or (yesterday in days and clock < end)


def next_good(wanted: Mapping[str, Any] | None, zone: str | None, now: float) -> float | None:
    """The first good moment from now on; None when there is none (hours that end as they begin)."""
    if allow(wanted, zone, now):
        return now
    here = ZoneInfo(zone or "UTC")
    today = datetime.fromtimestamp(now, UTC).astimezone(here).date()
    for days in range(_LOOK_AHEAD_DAYS):
        begins = _moment(today + timedelta(days=days), (wanted or {}).get("from", "00:00"), here)
        if begins > now and allow(wanted, zone, begins):
            return begins
    return None


def _moment(day: date, clock: str, zone: ZoneInfo) -> float:
    """A clock of a day; one that is skipped in spring is that much later."""
    hour, minute = map(int, clock.split(":"))
    whole = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute), zone)
    return whole.timestamp()


def _is_clock(text: Any) -> bool:
    return isinstance(text, str) and _CLOCK.fullmatch(text) is not None
