"""Where a day begins: midnight in the centre's time zone."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from routing.core.model import Seconds


def day_starts(time_zone: str) -> Callable[[Seconds], Seconds]:
    """A function from a moment to the first moment of its day in that zone (IANA name; days of 23 to 25 hours)."""
    zone = ZoneInfo(time_zone)

    def start(moment: Seconds) -> Seconds:
        local = datetime.fromtimestamp(moment, zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()

    return start
