"""The fuzzer plays its cases without a find, plays a case again by its seed, and would notice."""

import time
from random import Random

import pytest

from bench import fuzz
from cti.ami.protocol import Framer
from cti.calls import Calls


def test_some_hundred_cases_find_nothing() -> None:
    """The same in a minute as in an hour, only fewer."""
    assert fuzz.run(1, cases=150, until=time.monotonic() + 60) == (150, "")


def test_a_seed_is_a_case() -> None:
    """What was found is found again."""
    assert fuzz.spoilt(Random(7), fuzz.stream(Random(7))) == fuzz.spoilt(Random(7), fuzz.stream(Random(7)))


def test_a_lost_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracker that forgets to tell that somebody left leaves them open."""
    take = Calls.take
    monkeypatch.setattr(
        Calls,
        "take",
        lambda self, event: [one for one in take(self, event) if not isinstance(one, fuzz.CustomerLeft)],
    )
    _, found = fuzz.run(1, cases=150, until=time.monotonic() + 60)
    assert "still" in found  # open in the router, or tracked because it was offered again


def test_a_framer_that_minds_the_cuts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes each packet for itself gives other messages when the packets are others."""
    feed = Framer.feed

    def forgetful(self: Framer, data: bytes) -> list[fuzz.Message]:
        self._rest.clear()
        return feed(self, data)

    monkeypatch.setattr(Framer, "feed", forgetful)
    _, found = fuzz.run(1, cases=150, until=time.monotonic() + 60)
    assert "the messages are others" in found
