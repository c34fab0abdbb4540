"""What somebody who waits is told. Pure.

The place is told only while it does not get worse: whom others have overtaken (priority, a preferred agent) hear nothing of it until they are as
far as they were told before. The wait is told where it can be known: somebody is at work who could serve them, and so many works of their queue have
ended of late that how long one takes is no guess. It is rounded up. Where there is nothing to tell, they are thanked for their patience.
"""

from dataclasses import dataclass
from math import ceil

WORKS_AT_LEAST = 5
"""With fewer, how long work takes is what is usual anywhere (`routing.core.estimate.USUAL_S`), not what was seen."""
PLACES = 10
"""Further back they are told that more than so many are before them."""
MINUTES = (1, 2, 3, 4, 5, 10, 15, 20, 30)
"""The waits for which there is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`position` in line (1: next); `wait_s` as estimated, from `works` that have ended."""

    position: int
    wait_s: float | None = None
    works: int = 0


def place(known: Known, told: int | None) -> str | None:
    """The sentence for it; None when it got worse since `told`."""
    if told is not None and known.position > told:
        return None
    return f"position-{known.position}" if known.position <= PLACES else "position-many"


def wait(known: Known) -> str | None:
    """The sentence for it; None when nobody can say."""
    if known.wait_s is None or known.works < WORKS_AT_LEAST:
        return None
    minutes = next((each for each in MINUTES if each >= ceil(known.wait_s / 60)), None)
    return "wait-long" if minutes is None else f"wait-{minutes}"
