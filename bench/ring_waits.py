"""From what SIPp saw to waits: who entered when, whose phone was called when, when that phone had become free.

All times come from one machine's clock, taken by the SIPp processes when a message leaves or arrives.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A caller's INVITE left. `number` is theirs alone in the whole measurement."""

    number: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """An INVITE for this caller arrived at the phone with this extension."""

    number: str
    extension: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """The phone with this extension sent its BYE."""

    extension: str
    at: float


def first_rings(rings: Iterable[Rang]) -> dict[str, Rang]:
    """Each caller's first ring."""
    first: dict[str, Rang] = {}
    for ring in sorted(rings, key=lambda one: one.at):
        first.setdefault(ring.number, ring)
    return first


def entry_waits(entered: Sequence[Entered], rings: Iterable[Rang]) -> list[float]:
    """Seconds from each caller's INVITE to the first INVITE at a phone; callers for whom none rang have no wait."""
    first = first_rings(rings)
    return [first[one.number].at - one.at for one in entered if one.number in first]


def freed_waits(entered: Sequence[Entered], rings: Iterable[Rang], freed: Iterable[Freed]) -> list[float]:
    """Seconds from a phone's BYE to its next INVITE, where the caller it then gets was waiting before that BYE.

    A ring for somebody who came later measures how long nobody waited, so it does not count.
    """
    came = {one.number: one.at for one in entered}
    ends = _by_extension(freed)
    waits = []
    for ring in rings:
        before = ends.get(ring.extension, ())
        place = bisect_left(before, ring.at) - 1
        if place >= 0 and came.get(ring.number, ring.at) < before[place]:
            waits.append(ring.at - before[place])
    return waits


def _by_extension(freed: Iterable[Freed]) -> Mapping[str, list[float]]:
    ends: dict[str, list[float]] = {}
    for one in sorted(freed, key=lambda end: end.at):
        ends.setdefault(one.extension, []).append(one.at)
    return ends
