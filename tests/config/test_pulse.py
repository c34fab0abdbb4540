"""A loop that stood still says so."""

import asyncio
import logging

import pytest

from config import pulse
from config.pulse import STILL_S, Pulse


class Moments:
    """A clock that shows these, and then ends whoever looks."""

    def __init__(self, *seconds: float) -> None:
        self._seconds = iter(seconds)

    def now(self) -> float:
        raise AssertionError("a beat is no time of the day")

    def monotonic(self) -> float:
        if (shown := next(self._seconds, None)) is None:
            raise asyncio.CancelledError
        return shown


async def test_a_loop_that_stands_still_is_told_of_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how long it did; a beat that is a little late says nothing, nor do those after it."""
    monkeypatch.setattr(pulse, "BEAT_S", 0.01)
    caplog.set_level(logging.INFO)
    little = STILL_S - 0.01
    with pytest.raises(asyncio.CancelledError):
        await Pulse(Moments(5.0, 5.01 + little, 7.0, 7.01, 7.02 + little)).run()
    lines = [record.getMessage() for record in caplog.records if record.name == "loop"]
    assert lines == ["! - stood still for 1.74 s"]
