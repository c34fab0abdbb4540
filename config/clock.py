"""Time as a value that is handed in, so that tests and simulations own it."""

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970-01-01 UTC (what ledgers and screens show) and seconds that never step (what timers use)."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()
