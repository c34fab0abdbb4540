"""Calls that come too fast from one number (pure): the newest of each number in a window, and of no more numbers than memory is given for."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

MOST_NUMBERS = 10_000
"""So many numbers are remembered at most; the one that has been quiet for longest is forgotten."""


@dataclass(slots=True, kw_only=True)
class _Seen:
    times: deque[float] = field(default_factory=deque)
    held_back: bool = False


class Flood:
    """`most` calls of a number `within_s` are taken; the next is not, until fewer have come. 0: all are taken."""

    def __init__(self, most: int, within_s: float) -> None:
        self._most, self._within_s = most, within_s
        self._numbers: OrderedDict[str, _Seen] = OrderedDict()

    def takes(self, number: str, now: float) -> bool:
        """Whether this call is taken; it counts either way, so that a flood that goes on is held back as long as it does."""
        if self._most <= 0 or not number:
            return True
        self._forget(now - self._within_s)
        seen = self._seen(number)
        while seen.times and seen.times[0] <= now - self._within_s:
            seen.times.popleft()
        seen.times.append(now)
        if len(seen.times) > self._most + 1:
            seen.times.popleft()
        return len(seen.times) <= self._most

    def begins(self, number: str, *, taken: bool) -> bool:
        """Whether a flood of this number has just begun: to be told once."""
        seen = self._numbers.get(number)
        if seen is None:
            return False
        before, seen.held_back = seen.held_back, not taken
        return seen.held_back and not before

    def _forget(self, until: float) -> None:
        """Numbers of which nothing counts any more."""
        while self._numbers:
            number, seen = next(iter(self._numbers.items()))
            if seen.times[-1] > until:
                break
            del self._numbers[number]

    def _seen(self, number: str) -> _Seen:
        seen = self._numbers.get(number)
        if seen is None:
            seen = self._numbers[number] = _Seen()
            if len(self._numbers) > MOST_NUMBERS:
                self._numbers.popitem(last=False)
        else:
            self._numbers.move_to_end(number)
        return seen
