"""When somebody wants to be called: days and hours of their own clock. Pure.

`{"days": [1, 2, 3], "from": "09:00", "until": "18:00"}`; days are 1 (Monday) to 7, all when none is named.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.errors import Kind, Refused

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def checked(given: Any) -> None:
    """`Refused` for what is not such a structure."""
    right = (
        isinstance(given, dict)
        and set(given) <= {"days", "from", "until"}
        and isinstance(given.get("days", []), list)
        and all(day in range(1, 8) and not isinstance(day, bool) for day in given.get("days", []))
        and all(_is_clock(given.get(name, "00:00")) for name in ("from", "until"))
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


def _is_clock(text: Any) -> bool:
    return isinstance(text, str) and _CLOCK.fullmatch(text) is not None
