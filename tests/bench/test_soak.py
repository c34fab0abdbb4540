"""The soak would notice: memory that grows, files that stay open, whatever is left when the calls are over."""

from dataclasses import replace

import pytest

from bench.soak import Seen, Sixths, growth, later, slope_per_h, stood_still

LOOK = Seen(at=0.0, server_mb=100.0, asterisk_mb=50.0, files=20, threads=9)


def looks(count: int, mb_per_look: float = 0.0) -> list[Seen]:
    """One every ten seconds."""
    return [
        replace(LOOK, at=10.0 * number, server_mb=100.0 + mb_per_look * number) for number in range(count)
    ]


def test_a_slope_is_that_of_the_line() -> None:
    """Whatever the noise round it, and none where nothing was seen twice."""
    noisy = [(10.0 * number, 5.0 + number + (-1) ** number) for number in range(360)]
    assert slope_per_h(noisy) == pytest.approx(360, rel=0.01)
    assert slope_per_h([(1.0, 5.0)]) == 0


def test_memory_that_grows_is_seen_and_that_which_filled_at_first_is_not() -> None:
    """A leak of 0.1 MB every ten seconds is 36 MB an hour; a cache that filled in the first sixth is no leak."""
    assert growth(looks(60, 0.1))["grown_mb_per_h"] == pytest.approx(36)
    filled = [replace(one, server_mb=min(100.0 + number * 5, 150.0)) for number, one in enumerate(looks(60))]
    assert len(later(filled)) == 50
    assert growth(filled)["grown_mb_per_h"] == pytest.approx(0)


def test_files_and_threads_that_stay_are_counted() -> None:
    """Beyond those that were there after the first sixth."""
    more = [*looks(59), replace(LOOK, at=590.0, files=27, threads=11)]
    assert (growth(more)["files"], growth(more)["threads"]) == (7, 2)


def test_what_stood_still_is_read_from_the_log() -> None:
    """And nothing else that went wrong."""
    store = "12:00:01.204 store    ! database a transaction of 1 writes took 0.43 s: 0.00 s until it began, 0.01 s for them, 0.42 s for the commit"
    loop = "12:00:01.301 loop     ! - stood still for 0.31 s"
    others = ["12:00:02.000 voice    ! tl-1 took long", "12:00:02.000 floor    = tl-1 took", "Traceback", ""]
    assert stood_still("\n".join([store, *others, loop])) == [store, loop]


def test_sixths_are_of_the_time_of_the_callers() -> None:
    """What comes after the last caller is of the last one, what came before of the first."""
    sixths = Sixths(100.0, 160.0)
    assert [sixths.of(at) for at in (90.0, 100.0, 110.0, 159.9, 160.0, 170.0)] == [0, 0, 1, 5, 5, 5]
