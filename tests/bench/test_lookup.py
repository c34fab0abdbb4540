"""The lookup benchmark in small: its customers are known as it says, and its calls get their pops."""

import random
from pathlib import Path

from bench.customer_database import fill
from bench.lookup import look_up
from bench.lookup_callers import MAIL, SHARES, callers, is_right
from bench.lookup_calls import arrive
from crm_core.recognition import Match

# a whole number of switchboards: fifty blocks of two hundred have one
PARTIES = 10_000


def test_every_kind_of_caller_is_known_as_it_should_be(tmp_path: Path) -> None:
    """Whoever calls in the benchmark finds what their kind must find, and each is measured beside a bare look-up."""
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    fill(url, PARTIES)
    times = look_up(url, PARTIES, 8)
    assert times.wrong == 0
    assert set(times.ours) == {*SHARES, MAIL}
    assert {len(values) for values in (*times.ours.values(), *times.bare.values())} == {8}
    assert len(times.ratios()) == len(times.all()) == 8 * len(times.ours)


async def test_every_call_gets_its_pop(tmp_path: Path) -> None:
    """Calls that arrive as Asterisk connects them are all answered with a pop that says who it is."""
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    fill(url, PARTIES)
    arrivals = await arrive(url, PARTIES, rate=20.0, seconds=0.5)
    assert arrivals.lost == 0
    assert len(arrivals.all()) > 0


def test_wrong_answers_are_noticed() -> None:
    """A benchmark that found the wrong people would say so."""
    one = [Match(party_id="a", name="A", strength="exact")]
    weak = [Match(party_id="a", name="A", strength="tail")]
    assert is_right("one match", one)
    assert not is_right("one match", weak)
    assert not is_right("none", one)
    assert is_right("none", weak)
    assert not is_right("many: a household", one)
    assert not is_right("many: a switchboard", one * 5)
    assert not is_right("tail only", one)


def test_nobody_has_the_numbers_that_nobody_has() -> None:
    """Callers who must be unknown are drawn from numbers beyond the last customer's."""
    draw = random.Random(1)
    sources = callers(PARTIES)
    known = {sources["one match"](draw) for _ in range(2_000)}
    assert known.isdisjoint(sources["none"](draw) for _ in range(2_000))
