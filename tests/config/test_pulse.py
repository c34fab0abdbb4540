"""A loop that stood still says so."""

import asyncio
import logging
import time

import pytest

from config.clock import SystemClock
from config.pulse import BEAT_S, STILL_S, Pulse


async def test_a_loop_that_stands_still_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """With how long it did; one that goes on says nothing."""
    caplog.set_level(logging.INFO)
    beating = asyncio.create_task(Pulse(SystemClock()).run())
    await asyncio.sleep(BEAT_S / 2)
    time.sleep(BEAT_S + STILL_S + 0.1)
    await asyncio.sleep(0.05)
    beating.cancel()
    lines = [record.getMessage() for record in caplog.records if record.name == "loop"]
    assert len(lines) == 1
    assert lines[0].startswith("! - stood still for 0.")
