"""What a run came to: a fold of the router's facts, by queue, by group and by the hour.

Formulas: *offered*: customers who came after the warm-up. *service level*: answered within the queue's threshold / offered. *ASA*: mean wait of the answered.
*abandoned*: gave up / offered. *turned away*: told that nobody serves them. Whom another queue takes over counts in the one to which they came.
*occupancy*: time with work (talk, letters, wrap-up; ringing is none) / time ready or at work, of a group's agents.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, lgamma, log

from routing.core.estimate import Estimate
from routing.core.facts import (
    Abandoned,
    Connected,
    Enqueued,
    Fact,
    Finished,
    Requeued,
    StatusChanged,
    TurnedAway,
    WrappedUp,
)
from routing.core.model import AgentId, InteractionId, Seconds, Status
from routing.simulation.scenario import HOUR_S, Scenario


@dataclass(slots=True)
class Waits:
    """Counts of some customers, and the waits of those who were answered."""

    offered: int = 0
    answered: int = 0
    within: int = 0
    abandoned: int = 0
    turned_away: int = 0
    waits: list[Seconds] = field(default_factory=list)

    @property
    def service_level(self) -> float | None:
        """None: nobody came."""
        return self.within / self.offered if self.offered else None

    @property
    def abandonment(self) -> float | None:
        """None: nobody came."""
        return self.abandoned / self.offered if self.offered else None

    @property
    def asa_s(self) -> Seconds | None:
        """None: nobody was answered."""
        return sum(self.waits) / len(self.waits) if self.waits else None

    def percentile(self, share: float) -> Seconds | None:
        """The wait that this share of the answered did not exceed."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWork:
    """What a group's agents did: `staffed_s` and `busy_s` in agent seconds."""

    handled: int
    staffed_s: Seconds
    busy_s: Seconds

    @property
    def occupancy(self) -> float | None:
        """None: nobody was there."""
        return self.busy_s / self.staffed_s if self.staffed_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How far off those who had to wait and were answered had been told: seconds on average. Beside it what Asterisk's app_queue would have told
    them: the queue's exponential average of waits, of which each answer counts a quarter (`recalc_holdtime` in app_queue.c). `chance_s` is what nobody
    who does not know the future could do without: how far exponential talks and patience throw the waits about what they are on average."""

    told: int
    mean_error_s: float
    usual_mean_error_s: float
    chance_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`queues` by queue and medium, `hours` the same by hour of arrival, `groups` by name; `estimates` where they were asked for."""

    queues: Mapping[tuple[str, str], Waits]
    hours: Mapping[tuple[str, str], Mapping[int, Waits]]
    groups: Mapping[str, GroupWork]
    interactions: int
    estimates: Accuracy | None = None


@dataclass(slots=True)
class _Clock:
    """Time added up while something holds."""

    since: Seconds | None = None
    total: Seconds = 0.0

    def turn(self, on: bool, at: Seconds) -> None:
        if on and self.since is None:
            self.since = at
        elif not on and self.since is not None:
            self.total += at - self.since
            self.since = None

    def until(self, at: Seconds) -> Seconds:
        return self.total if self.since is None else self.total + at - self.since


@dataclass(slots=True)
class _Worker:
    ready: bool = False
    holds: int = 0
    handled: int = 0
    staffed: _Clock = field(default_factory=_Clock)
    busy: _Clock = field(default_factory=_Clock)

    def note(self, at: Seconds) -> None:
        self.staffed.turn(self.ready or self.holds > 0, at)
        self.busy.turn(self.holds > 0, at)


class Tally:
    """The fold. Feed it every fact once, in order. `counted_from`: customers who came before are not counted; `begin`: nor is agents' time before."""

    def __init__(
        self,
        within_s: Mapping[str, float],
        group_of: Mapping[AgentId, str],
        kinds: Iterable[tuple[str, str]],
        *,
        counted_from: Seconds,
        begin: Seconds = 0.0,
    ) -> None:
        self._within_s = within_s
        self._from = counted_from
        self._begin = begin
        self._group_of = group_of
        self._workers = {agent: _Worker() for agent in group_of}
        self._queues: dict[tuple[str, str], Waits] = {kind: Waits() for kind in kinds}
        self._hours: dict[tuple[str, str], dict[int, Waits]] = defaultdict(lambda: defaultdict(Waits))
        self._open: dict[InteractionId, Enqueued] = {}
        self._came = 0
        self._told: dict[InteractionId, tuple[float, float, float]] = {}
        self._usual: dict[str, float] = defaultdict(float)
        self._errors: list[tuple[float, float, float]] = []

    @classmethod
    def of(cls, scenario: Scenario) -> "Tally":
        """For a simulated day."""
        return cls(
            {queue.id: queue.answer_within_s for queue in scenario.queue},
            {rule.id: group.name for group in scenario.group for rule in group.rules()},
            [(stream.queue, stream.medium.value) for stream in scenario.stream],
            counted_from=scenario.warm_up_h * HOUR_S,
        )

    def estimated(self, interaction: InteractionId, told: Estimate) -> None:
        """This is what somebody who has to wait was told."""
        came = self._open.get(interaction)
        if came is not None:
            self._told[interaction] = told.wait_s, self._usual[came.queue], _by_chance(told)

    def see(self, fact: Fact) -> None:
        """Count one fact."""
        match fact:
            case Enqueued():
                self._came += 1
                self._open[fact.interaction] = fact
                for counted in self._counted(fact):
                    counted.offered += 1
            case Connected():
                self._answered(fact)
                self._hold(fact.agent, 1, fact.at)
            case Abandoned():
                self._left(fact)
            case TurnedAway():
                self._turned_away(fact)
            case Finished():
                self._workers[fact.agent].handled += 1
                if fact.wrap_up_until is None:
                    self._hold(fact.agent, -1, fact.at)
            case Requeued() | WrappedUp():
                self._hold(fact.agent, -1, fact.at)
            case StatusChanged():
                worker = self._workers[fact.agent]
                worker.ready = fact.status is Status.READY
                worker.note(max(fact.at, self._begin))
            case _:
                pass

    def outcome(self, end: Seconds) -> Outcome:
        """All of it, at the end."""
        groups: dict[str, GroupWork] = {}
        for agent, worker in self._workers.items():
            before = groups.get(self._group_of[agent], GroupWork(handled=0, staffed_s=0.0, busy_s=0.0))
            groups[self._group_of[agent]] = GroupWork(
                handled=before.handled + worker.handled,
                staffed_s=before.staffed_s + worker.staffed.until(end),
                busy_s=before.busy_s + worker.busy.until(end),
            )
        return Outcome(
            queues=self._queues,
            hours=self._hours,
            groups=groups,
            interactions=self._came,
            estimates=self._accuracy(),
        )

    def _accuracy(self) -> Accuracy | None:
        if not self._errors:
            return None
        ours, usual, chance = (sum(each) / len(self._errors) for each in zip(*self._errors, strict=True))
        return Accuracy(told=len(self._errors), mean_error_s=ours, usual_mean_error_s=usual, chance_s=chance)

    def _answered(self, fact: Connected) -> None:
        came = self._open.pop(fact.interaction, None)
        if came is None:
            return  # it went back to its queue and was answered before
        wait = fact.at - came.at
        self._compare(came, wait)
        for counted in self._counted(came):
            counted.answered += 1
            counted.waits.append(wait)
            counted.within += wait <= self._within_s[came.queue]

    def _compare(self, came: Enqueued, wait: float) -> None:
        told = self._told.pop(came.interaction, None)
        if told is not None and came.at >= self._from:
            self._errors.append((abs(wait - told[0]), abs(wait - told[1]), told[2]))
        self._usual[came.queue] += (wait - self._usual[came.queue]) / 4

    def _left(self, fact: Abandoned) -> None:
        came = self._open.pop(fact.interaction, None)
        if came is not None:
            for counted in self._counted(came):
                counted.abandoned += 1

    def _turned_away(self, fact: TurnedAway) -> None:
        came = self._open.pop(fact.interaction, None)
        if came is not None:
            for counted in self._counted(came):
                counted.turned_away += 1

    def _counted(self, came: Enqueued) -> tuple[Waits, ...]:
        if came.at < self._from:
            return ()
        key = (str(came.queue), came.medium.value)
        return self._queues[key], self._hours[key][int(came.at // HOUR_S)]

    def _hold(self, agent: AgentId, change: int, at: Seconds) -> None:
        worker = self._workers[agent]
        worker.holds += change
        worker.note(max(at, self._begin))


def _by_chance(told: Estimate) -> Seconds:
    """The mean absolute deviation of a wait that is a sum of exponential steps: that of the gamma distribution with the same mean and variance."""
    if told.spread_s <= 0.0:
        return 0.0
    shape = (told.wait_s / told.spread_s) ** 2
    return 2 * told.wait_s * exp((shape - 1) * log(shape) - shape - lgamma(shape))
