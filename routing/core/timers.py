"""Deadlines as data: what frees an agent or an interaction when nobody else does."""

from heapq import heappop, heappush

from routing.core.model import InteractionId, Medium, Seconds
from routing.core.presence import Phase, Work

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
    """When something is to happen to interactions, one moment each."""

    def __init__(self) -> None:
        self._heap: list[tuple[Seconds, InteractionId]] = []
        self._at: dict[InteractionId, Seconds] = {}

    def set(self, interaction: InteractionId, at: Seconds | None) -> None:
        """At this moment, in place of any other; None: not at all."""
        if at is None:
            self._at.pop(interaction, None)
        elif self._at.get(interaction) != at:
            self._at[interaction] = at
            heappush(self._heap, (at, interaction))

    def next(self) -> Seconds | None:
        """When the next one comes."""
        while self._heap:
            at, interaction = self._heap[0]
            if self._at.get(interaction) == at:
                return at
            heappop(self._heap)
        return None

    def pop(self, now: Seconds) -> InteractionId | None:
        """The next one whose moment is there."""
        if not self._heap or self._heap[0][0] > now:
            return None
        at = self.next()
        if at is None or at > now:
            return None
        interaction = heappop(self._heap)[1]
        del self._at[interaction]
        return interaction
