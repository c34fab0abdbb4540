"""Who is next: an order that time alone never changes, so that it fits a heap."""

from heapq import heappop, heappush

from routing.core.model import InteractionId, Seconds
from routing.core.presence import Work

SECONDS_PER_POINT = 1.0
"""One priority point is worth this much waiting."""

Place = tuple[Seconds, int]
"""Smaller is served first; the arrival number makes it unique."""


def place(work: Work) -> Place:
    """The place of an interaction, the same whenever it is asked: all items age alike."""
    return work.enqueued_at - work.priority_points * SECONDS_PER_POINT, work.arrival


class Line:
    """Interactions with one requirement, in order. Those that left are dropped when they come to the front."""

    def __init__(self) -> None:
        self._heap: list[tuple[Place, InteractionId]] = []
        self._waiting: set[InteractionId] = set()
        self._entered: set[InteractionId] = set()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def join(self, work: Work) -> None:
        """Stand at the place that the age gives; a second call changes nothing."""
        self._waiting.add(work.id)
        if work.id not in self._entered:
            self._entered.add(work.id)
            heappush(self._heap, (place(work), work.id))

    def leave(self, interaction: InteractionId) -> None:
        """No longer waiting here."""
        self._waiting.discard(interaction)

    def head(self) -> tuple[Place, InteractionId] | None:
        """The one who is next, with their place."""
        while self._heap:
            first = self._heap[0]
            if first[1] in self._waiting:
                return first
            heappop(self._heap)
            self._entered.discard(first[1])
        return None
