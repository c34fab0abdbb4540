"""How long somebody will still wait, from who is at work, how long work takes, and the place in line.

Whoever has `ahead` others before them waits until all of these are gone and one more agent has become free. With `agents` places at work,
each freed every `handling_s` on average, and `k` others before them of whom each gives up at the rate `theta`, the next step takes
1 / (agents / handling_s + k * theta) on average, so all take

    sum over k = 0 ... ahead of 1 / (agents / handling_s + k * theta)

which is exact for one queue with exponential handling times and patience (M/M/c+M; without giving up (ahead + 1) * handling_s / agents).

Where queues share agents, those of a set of queues have at least the agents who serve nothing else that waits: whoever is in it waits at most
until that set is through. The sets grow from one's own line by all that share agents with it; the estimate is the shortest of these times, but
no shorter than it takes all who may serve one's own line to get through that line alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from routing.core.facts import (
    Abandoned,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    Connected,
    Enqueued,
    Fact,
    Finished,
    Offered,
    OfferEnded,
    Parked,
    Requeued,
    TurnedAway,
    WrappedUp,
)
from routing.core.model import InteractionId, Outcome, QueueId, Seconds
from routing.core.snapshot import SeenSnapshot

USUAL_S = 240.0
"""What work takes where none has ended yet; it counts as much as `USUAL_WEIGHT` that did."""
USUAL_WEIGHT = 3
PATIENT_S = 3600.0
"""So much waiting without anybody giving up is taken for seen at the beginning."""
REMEMBERED = 500
"""The mean forgets: it follows about the last so many (in a large centre these are minutes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`wait_s` from now, and by how much waits of this kind differ by chance (`spread_s`, the standard deviation of the sum above); `position` in its own
    line (1: next); `agents`: places at work that may serve it; `works`: of its queue so many have ended of late, on which it rests."""

    wait_s: float
    spread_s: float
    position: int
    agents: int
    works: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A set of lines that share agents: who is ahead, by queue, and how many places at work serve nothing else that waits."""

    ahead: Mapping[QueueId, int]
    agents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who is ahead in one's own line, how many places at work may serve it, and the rings around it, each within the next."""

    queue: QueueId
    ahead: int
    agents: int
    rings: Sequence[Ring]


def estimate(crowd: Crowd, seen: "Seen") -> Estimate | None:
    """None when nobody is at work who could serve it."""
    if crowd.agents == 0:
        return None
    own = Ring(ahead={crowd.queue: crowd.ahead}, agents=crowd.agents)
    until_through = min(
        (_through(ring, crowd.queue, seen) for ring in crowd.rings if ring.agents), default=(0.0, 0.0)
    )
    wait_s, variance = max(_through(own, crowd.queue, seen), until_through)
    return Estimate(
        wait_s=wait_s,
        spread_s=sqrt(variance),
        position=crowd.ahead + 1,
        agents=crowd.agents,
        works=seen.works(crowd.queue),
    )


def _through(ring: Ring, queue: QueueId, seen: "Seen") -> tuple[float, float]:
    """Until all who are ahead are gone and one more agent is free."""
    work_s = seen.handling_s(queue) + sum(count * seen.handling_s(each) for each, count in ring.ahead.items())
    ahead = sum(ring.ahead.values())
    return _wait(ahead, ring.agents * (ahead + 1) / work_s, seen.gives_up(queue))


def _wait(ahead: int, freed: float, gives_up: float) -> tuple[float, float]:
    """The sum above, and its variance (each step's is the square of its mean)."""
    steps = [1 / (freed + step * gives_up) for step in range(ahead + 1)]
    return sum(steps), sum([step * step for step in steps])


class _OfQueue:
    """What was seen of one queue: the mean of so many works, and all that was waited beside how many left, of late."""

    __slots__ = ("count", "left", "mean", "waited_s")

    def __init__(
        self,
        mean: float = USUAL_S,
        count: int = USUAL_WEIGHT,
        waited_s: float = 0.0,
        left: float = 0.0,
    ) -> None:
        self.mean = mean
        self.count = count
        self.waited_s = waited_s
        self.left = left


class Seen:
    """What the day has shown of each queue: how long work takes an agent, from the offer that they accept to the end of wrap-up, and how soon
    customers give up. The fold of facts."""

    def __init__(self) -> None:
        self._of: dict[QueueId, _OfQueue] = {}
        self._began: dict[InteractionId, tuple[QueueId, Seconds]] = {}
        self._came: dict[InteractionId, Seconds] = {}

    def snapshot(self) -> SeenSnapshot:
        """As it is now."""
        return SeenSnapshot(
            {queue: one.mean for queue, one in self._of.items()},
            {queue: one.count for queue, one in self._of.items()},
            dict(self._began),
            dict(self._came),
            {queue: one.waited_s for queue, one in self._of.items()},
            {queue: one.left for queue, one in self._of.items()},
        )

    def restore(self, kept: SeenSnapshot) -> None:
        """Go on from there."""
        self._of = {
            queue: _OfQueue(
                kept.mean.get(queue, USUAL_S),
                kept.counted.get(queue, USUAL_WEIGHT),
                kept.waited_s.get(queue, 0.0),
                kept.left.get(queue, 0.0),
            )
            for queue in {**kept.mean, **kept.waited_s}
        }
        self._began, self._came = dict(kept.began), dict(kept.came)

    def handling_s(self, queue: QueueId) -> float:
        """Seconds on average; it follows about the last `REMEMBERED`."""
        one = self._of.get(queue)
        return USUAL_S if one is None else one.mean

    def works(self, queue: QueueId) -> int:
        """How many have ended, up to `REMEMBERED`."""
        one = self._of.get(queue)
        return 0 if one is None else one.count - USUAL_WEIGHT

    def gives_up(self, queue: QueueId) -> float:
        """How many of those who wait give up in a second, each: those who did by all the time that was waited, of late."""
        one = self._of.get(queue)
        return 0.0 if one is None else one.left / (one.waited_s + PATIENT_S)

    def apply(self, fact: Fact) -> None:
        """Take one fact in."""
        if isinstance(fact, Offered):
            self._began[fact.interaction] = fact.queue, fact.at
        elif isinstance(fact, OfferEnded):
            if fact.outcome is not Outcome.ACCEPTED:
                self._began.pop(fact.interaction, None)
        elif isinstance(fact, Connected):
            self._waited(fact.interaction, fact.queue, fact.at, left=False)
        elif isinstance(fact, Finished):
            if fact.wrap_up_until is None:
                self._ended(fact.interaction, fact.at)
        elif isinstance(fact, WrappedUp):
            self._ended(fact.interaction, fact.at)
        elif isinstance(fact, Enqueued):
            self._came[fact.interaction] = fact.at
        elif isinstance(fact, Abandoned):
            self._began.pop(fact.interaction, None)
            self._waited(fact.interaction, fact.queue, fact.at, left=True)
        elif isinstance(fact, (Requeued, Parked, CallbackMissed)):
            self._began.pop(fact.interaction, None)
        elif isinstance(fact, (TurnedAway, CallbackKept, CallbackDropped)):  # nobody gave up
            self._came.pop(fact.interaction, None)

    def _waited(self, interaction: InteractionId, queue: QueueId, at: Seconds, *, left: bool) -> None:
        came = self._came.pop(interaction, None)
        if came is not None:
            kept, one = 1 - 1 / (2 * REMEMBERED), self._queue(queue)
            one.waited_s = one.waited_s * kept + max(0.0, at - came)
            one.left = one.left * kept + left

    def _ended(self, interaction: InteractionId, at: Seconds) -> None:
        began = self._began.pop(interaction, None)
        if began is None:
            return
        queue, since = began
        one = self._queue(queue)
        one.count = min(one.count + 1, REMEMBERED)
        one.mean += (max(0.0, at - since) - one.mean) / one.count

    def _queue(self, queue: QueueId) -> _OfQueue:
        known = self._of.get(queue)
        if known is None:
            known = self._of[queue] = _OfQueue()
        return known
