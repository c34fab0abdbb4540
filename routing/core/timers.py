"""Deadlines as data: what frees an agent or an interaction when nobody else does."""

from heapq import heappop, heappush
from math import floor

from routing.core.model import InteractionId, Medium, Phase, Seconds
from routing.core.presence import Work

VOICE_LATENESS_S = 3.0
"""Asterisk's own Dial timeout comes first and says what happened; ours only when it does not."""
RESTORED_GRACE_S = 5.0
"""After a restart the edges first say what happened meanwhile; an offer that ran out then is not judged before."""


def due(work: Work) -> Seconds | None:
    """When the interaction's timer fires, if it has one."""
    if work.phase is Phase.OFFERED and work.deadline is not None:
        return work.deadline + (VOICE_LATENESS_S if work.medium is Medium.VOICE else 0.0)
    if work.phase is Phase.PARKED:
        return work.parked_until
    return work.wrap_up_until if work.phase is Phase.WRAP_UP else None


class Moments:
    """When something is to happen to interactions, one moment each.

    Those of one second stand in a heap of their own: in one heap of ten thousand each step looks at a dozen moments all over the memory.
    """

    def __init__(self) -> None:
        self._at: dict[InteractionId, Seconds] = {}
        self._seconds: list[int] = []
        self._within: dict[int, list[tuple[Seconds, InteractionId]]] = {}

    def set(self, interaction: InteractionId, at: Seconds | None) -> None:
        """At this moment, in place of any other; None: not at all."""
        if at is None:
            if interaction in self._at:
                del self._at[interaction]
        elif self._at.get(interaction) != at:
            self._at[interaction] = at
            second = floor(at)
            heap = self._within.get(second)
            if heap is None:
                heap = self._within[second] = []
                heappush(self._seconds, second)
            heappush(heap, (at, interaction))

    def next(self) -> Seconds | None:
        """When the next one comes."""
        while self._seconds:
            heap = self._within[self._seconds[0]]
            while heap:
                at, interaction = heap[0]
                if self._at.get(interaction) == at:
                    return at
                heappop(heap)
            del self._within[heappop(self._seconds)]
        return None

    def pop(self, now: Seconds) -> InteractionId | None:
        """The next one whose moment is there."""
        if not self._seconds or self._seconds[0] > now:
            return None
        at = self.next()
        if at is None or at > now:
            return None
        interaction = heappop(self._within[self._seconds[0]])[1]
        del self._at[interaction]
        return interaction
