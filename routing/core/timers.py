"""Deadlines as data: what frees an agent or an interaction when nobody else does."""

from collections.abc import Mapping
from heapq import heappop, heappush

from routing.core.model import InteractionId, Medium, OfferId, Seconds
from routing.core.presence import Phase, Work

VOICE_LATENESS_S = 3.0
"""Asterisk's own Dial timeout comes first and says what happened; ours only when it does not."""
RESTORED_GRACE_S = 5.0
"""After a restart the edges first say what happened meanwhile; an offer that ran out then is not judged before."""

Subject = OfferId | None


def due(work: Work) -> Seconds | None:
    """When the interaction's timer fires, if it has one."""
    if work.phase is Phase.OFFERED and work.deadline is not None:
        return work.deadline + (VOICE_LATENESS_S if work.medium is Medium.VOICE else 0.0)
    if work.phase is Phase.PARKED:
        return work.parked_until
    return work.wrap_up_until if work.phase is Phase.WRAP_UP else None


class Timers:
    """The open deadlines in order; one that its interaction outran is dropped when it comes up."""

    def __init__(self) -> None:
        self._heap: list[tuple[Seconds, InteractionId, str]] = []

    def see(self, work: Work, not_before: Seconds = 0.0) -> None:
        """Set the timer of an interaction whose phase is new."""
        at = due(work)
        if at is not None:
            heappush(self._heap, (max(at, not_before), work.id, _mark(work)))

    def next(self, works: Mapping[InteractionId, Work]) -> Seconds | None:
        """When the next one fires."""
        while self._heap:
            at, interaction, mark = self._heap[0]
            work = works.get(interaction)
            if work is not None and due(work) is not None and _mark(work) == mark:
                return at
            heappop(self._heap)
        return None

    def pop(self, works: Mapping[InteractionId, Work], now: Seconds) -> Work | None:
        """The next interaction whose time is up."""
        at = self.next(works)
        if at is None or at > now:
            return None
        return works[heappop(self._heap)[1]]


class Shifts:
    """When interactions that wait will wait for something else (`stages`), one moment each."""

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
        at = self.next()
        if at is None or at > now:
            return None
        interaction = heappop(self._heap)[1]
        del self._at[interaction]
        return interaction


def _mark(work: Work) -> str:
    """What the timer is about: a later offer of the same interaction has a mark of its own."""
    return work.offer or f"{work.phase} {work.wrap_up_until or work.parked_until}"
