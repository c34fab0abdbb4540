"""The loop's pulse: whether it stood still, which nobody else can tell who waits in it."""

import asyncio

from config.clock import Clock
from config.logs import Transcript

BEAT_S = 0.25
STILL_S = 0.25
"""A beat that comes so late is told of in the log: nothing was carried out meanwhile, and no phone rang."""
_log = Transcript("loop")


class Pulse:
    """Beats in the loop that runs it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        due = self._clock.monotonic() + BEAT_S
        while True:
            await asyncio.sleep(BEAT_S)
            now = self._clock.monotonic()
            if (late_s := now - due) >= STILL_S:
                _log.note("!", "", f"stood still for {late_s:.2f} s")
            due = now + BEAT_S
