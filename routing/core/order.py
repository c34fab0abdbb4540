"""Who is next: an order that time alone never changes, so that it fits a heap."""

from heapq import heapify, heappop, heappush

from routing.core.model import InteractionId, Seconds
from routing.core.presence import Work

SECONDS_PER_POINT = 1.0
"""One priority point is worth this much waiting."""

_STALE_AT_MOST = 64

Place = tuple[Seconds, int]
"""Smaller is served first; the arrival number makes it unique."""
Head = tuple[Seconds, int, InteractionId]
"""Who is next in a line: a place and whose it is, flat, as it is compared often."""


def place(work: Work, queue_points: int = 0) -> Place:
    """The place of an interaction, the same whenever it is asked: all items age alike."""
    return work.enqueued_at - (work.priority_points + queue_points) * SECONDS_PER_POINT, work.arrival


class Line:
    """Interactions that wait for the same, in order. Those that left are dropped when they come to the front, or when they are the most.

    `waiting` (with their places) and `first` are looked at for every line that a freed agent may serve: for reading only.
    """

    __slots__ = ("_heap", "_points", "first", "waiting")

    def __init__(self, queue_points: int = 0) -> None:
        self.waiting: dict[InteractionId, Head] = {}
        self.first: Head | None = None
        self._points = queue_points
        self._heap: list[Head] = []

    def __bool__(self) -> bool:
        return bool(self.waiting)

    def join(self, work: Work) -> None:
        """Stand at the place that age and priority give; a second call changes nothing unless these have changed."""
        mine = (*place(work, self._points), work.id)
        before = self.waiting.get(work.id)
        if before == mine:
            return
        self.waiting[work.id] = mine
        heappush(self._heap, mine)
        self._clear_out()
        self._settle()

    def leave(self, interaction: InteractionId) -> None:
        """No longer waiting here."""
        if self.waiting.pop(interaction, None) is None:
            return
        self._clear_out()
        if self.first is not None and self.first[2] == interaction:
            self._settle()

    def before(self, mine: Place) -> int:
        """How many stand before this place."""
        return sum(each < mine for each in self.waiting.values())

    def remembered(self) -> int:
        """Entries kept, those that no longer count included."""
        return len(self._heap)

    def _clear_out(self) -> None:
        if len(self._heap) > _STALE_AT_MOST + 2 * len(self.waiting):
            self._heap = list(self.waiting.values())
            heapify(self._heap)

    def _settle(self) -> None:
        heap, waiting = self._heap, self.waiting
        while heap:
            first = heap[0]
            if waiting.get(first[2]) == first:
                self.first = first
                return
            heappop(heap)
        self.first = None
