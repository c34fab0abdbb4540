"""What somebody who waits is told of it: their place while it does not get worse, the wait where it can be known."""

import pytest

from config.asterisk.spoken import sentences
from cti.arriving.waiting_words import MINUTES, PLACES, WORKS_AT_LEAST, Known, place, wait


@pytest.mark.parametrize(
    ("position", "told", "said"),
    [
        (1, None, "position-1"),
        (3, None, "position-3"),
        (3, 3, "position-3"),
        (2, 3, "position-2"),
        (4, 3, None),
        (11, None, "position-many"),
        (12, 11, None),
        (11, 12, "position-many"),
    ],
)
def test_a_place_is_never_told_when_it_got_worse(position: int, told: int | None, said: str | None) -> None:
    """Whom others have overtaken hears nothing of it until they are as far as they were told before."""
    assert place(Known(position=position), told) == said


@pytest.mark.parametrize(
    ("wait_s", "works", "said"),
    [
        (None, 100, None),
        (60.0, WORKS_AT_LEAST - 1, None),
        (60.0, WORKS_AT_LEAST, "wait-1"),
        (60.5, 100, "wait-2"),
        (301.0, 100, "wait-10"),
        (1_800.0, 100, "wait-30"),
        (1_801.0, 100, "wait-long"),
    ],
)
def test_a_wait_is_rounded_up_and_never_guessed(wait_s: float | None, works: int, said: str | None) -> None:
    """Nobody at work or too little seen: nothing is said of the wait; what is said is never less than what is expected."""
    assert wait(Known(position=1, wait_s=wait_s, works=works)) == said


def test_each_sentence_has_been_spoken_in_each_language() -> None:
    """Whatever is chosen stands among the sentences that the product ships."""
    wanted = {"please-hold", "position-many", "wait-long"}
    wanted |= {f"position-{each}" for each in range(1, PLACES + 1)} | {f"wait-{each}" for each in MINUTES}
    for name in wanted:
        assert set(sentences()[name]) == {"en", "zh-TW", "zh-CN"}
