"""The day's figures: a fold of facts, so that a restart and a replay count the same.

An interaction counts in the day in which it came (`Enqueued.at`), whenever it is answered; so at any moment
`offered == answered + abandoned + turned away + led on + still unanswered`; whom another queue takes over is offered there as well, at their age.
An agent's work counts when it ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from routing.core.facts import (
    TRANSFERRED,
    Abandoned,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    Connected,
    CustomerReached,
    DialDropped,
    Dialled,
    Enqueued,
    Fact,
    Finished,
    LedOn,
    Parked,
    Requeued,
    TurnedAway,
)
from routing.core.model import LETTERS, AgentId, InteractionId, Medium, QueueId, QueueRule, Seconds

DEFAULT_ANSWER_WITHIN_S = 20.0
WAITS_TOGETHER = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """Counts of one queue. `..._in_time`: within the queue's `answer_within_s` of coming in; `not_reached`: asked to be called back, and were not, or took
    it back. `dialled`: calls that agents made by themselves, `reached`: those that were answered; they count in nothing else here."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    answered_in_time: int = 0
    abandoned_in_time: int = 0
    answer_wait_s: float = 0.0
    turned_away: int = 0
    led_on: int = 0
    not_reached: int = 0
    dialled: int = 0
    reached: int = 0

    def __add__(self, other: "QueueFigures") -> "QueueFigures":
        return QueueFigures(
            offered=self.offered + other.offered,
            answered=self.answered + other.answered,
            abandoned=self.abandoned + other.abandoned,
            answered_in_time=self.answered_in_time + other.answered_in_time,
            abandoned_in_time=self.abandoned_in_time + other.abandoned_in_time,
            answer_wait_s=self.answer_wait_s + other.answer_wait_s,
            turned_away=self.turned_away + other.turned_away,
            led_on=self.led_on + other.led_on,
            not_reached=self.not_reached + other.not_reached,
            dialled=self.dialled + other.dialled,
            reached=self.reached + other.reached,
        )

    def unanswered(self) -> int:
        """Still waiting for a first answer."""
        gone = self.abandoned + self.turned_away + self.led_on + self.not_reached
        return self.offered - self.answered - gone

    def service_level(self) -> float | None:
        """answered in time / (answered + abandoned later than that), 0 to 1; None before there is anything to divide.

        Of the four formulas in use this is the one that neither rewards nor punishes for callers who leave at once.
        Who still waits is not judged yet, or a board would turn red whenever somebody comes in; nor are those whom nobody was to serve here:
        turned away, or led on to another queue.
        """
        base = self.answered + self.abandoned - self.abandoned_in_time
        return self.answered_in_time / base if base else None

    def average_speed_of_answer_s(self) -> float | None:
        """ASA: the mean wait, in seconds, of those answered; None when there are none."""
        return self.answer_wait_s / self.answered if self.answered else None

    def abandonment(self) -> float | None:
        """abandoned / offered, 0 to 1, short waits included; None before anyone came."""
        return self.abandoned / self.offered if self.offered else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One agent's ended work: conversations of any medium, and the seconds with calls, with letters and with chats."""

    handled: int = 0
    talk_s: float = 0.0
    letters_s: float = 0.0
    chats_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Open:
    """What must be known of an interaction until it ends; `counted` when it came on this day and is unanswered, `dialled` when an agent made it on this
    day."""

    queue: QueueId
    medium: Medium
    enqueued_at: Seconds
    counted: bool
    connected_at: Seconds | None = None
    callback: bool = False
    dialled: bool = False


class FiguresSnapshot(NamedTuple):
    """The figures at one moment: of queues by medium, the waits of the answered (in order, `WAITS_TOGETHER` at a time), of agents, and what is known of
    the open ones."""

    day_start: Seconds
    queues: tuple[tuple[QueueId, Medium, QueueFigures], ...]
    waits: tuple[tuple[QueueId, Medium, tuple[float, ...]], ...]
    agents: tuple[tuple[AgentId, AgentFigures], ...]
    open: tuple[tuple[InteractionId, _Open], ...]


class Figures:
    """The fold. Feed it every fact once, in order."""

    def __init__(self, day_start: Seconds, rules: Iterable[QueueRule] = ()) -> None:
        self._open: dict[InteractionId, _Open] = {}
        self.configure(rules)
        self.begin_day(day_start)

    def configure(self, rules: Iterable[QueueRule]) -> None:
        """New thresholds count from now on."""
        self._within_s = {rule.id: rule.answer_within_s for rule in rules}

    def begin_day(self, day_start: Seconds) -> None:
        """Start at zero: only what comes in at or after this moment counts, and work that ends after it."""
        self.day_start = day_start
        self._queues: dict[tuple[QueueId, Medium], QueueFigures] = {}
        self._waits: dict[tuple[QueueId, Medium], list[float]] = {}
        self._agents: dict[AgentId, AgentFigures] = {}
        for interaction, open_one in self._open.items():
            if open_one.enqueued_at < day_start:
                self._open[interaction] = replace(open_one, counted=False, dialled=False)

    def snapshot(self) -> FiguresSnapshot:
        """As they are now."""
        queues = tuple((*key, counts) for key, counts in self._queues.items())
        waits = tuple(
            (*key, tuple(all_of_them[start : start + WAITS_TOGETHER]))
            for key, all_of_them in self._waits.items()
            for start in range(0, len(all_of_them), WAITS_TOGETHER)
        )
        return FiguresSnapshot(
            self.day_start, queues, waits, tuple(self._agents.items()), tuple(self._open.items())
        )

    def restore(self, kept: FiguresSnapshot) -> None:
        """Go on from there, in its day."""
        self.day_start = kept.day_start
        self._queues = {(queue, medium): counts for queue, medium, counts in kept.queues}
        self._waits = {}
        for queue, medium, some in kept.waits:
            self._waits.setdefault((queue, medium), []).extend(some)
        self._agents, self._open = dict(kept.agents), dict(kept.open)

    def queue(self, queue: QueueId, medium: Medium | None = None) -> QueueFigures:
        """The figures of a queue, of one medium or of all."""
        media = Medium if medium is None else (medium,)
        none = QueueFigures()
        return sum((self._queues.get((queue, one), none) for one in media), none)

    def waits(self, queue: QueueId, medium: Medium) -> Sequence[float]:
        """How long each answered one waited, in seconds, in the order of the answers."""
        return self._waits.get((queue, medium), ())

    def agent(self, agent: AgentId) -> AgentFigures:
        """The figures of an agent."""
        return self._agents.get(agent, AgentFigures())

    def apply(self, fact: Fact) -> None:
        """Count one fact; most are not counted."""
        match fact:
            case Enqueued():
                self._came(fact)
            case Dialled():
                self._dialled(fact)
            case CallbackKept():
                self._kept(fact)
            case CustomerReached():
                self._answered(fact)
            case Connected() if self._calls_back(fact):
                pass  # the agent is there, the customer not yet
            case Connected():
                self._answered(fact)
            case CallbackDropped() | DialDropped():
                self._came_to_nothing(self._open.pop(fact.interaction, None))
            case Abandoned():
                self._left(fact)
            case TurnedAway():
                self._was_turned_away(fact)
            case LedOn():
                self._led_on(fact)
            case Requeued() | Parked() | CallbackMissed() | Finished():
                self._worked(fact)
            case _:
                pass

    def _came(self, fact: Enqueued) -> None:
        if fact.interaction in self._open:
            return
        counted = fact.at >= self.day_start
        self._open[fact.interaction] = _Open(fact.queue, fact.medium, fact.at, counted)
        if counted:
            self._add((fact.queue, fact.medium), QueueFigures(offered=1))

    def _dialled(self, fact: Dialled) -> None:
        today = fact.at >= self.day_start
        self._open[fact.interaction] = _Open(
            fact.queue, Medium.VOICE, fact.at, counted=False, callback=True, dialled=today
        )
        if today:
            self._add((fact.queue, Medium.VOICE), QueueFigures(dialled=1))

    def _answered(self, fact: Connected | CustomerReached) -> None:
        open_one = self._open.get(fact.interaction)
        if open_one is None:
            return
        if open_one.counted:
            key = open_one.queue, open_one.medium
            wait_s = max(0.0, fact.at - open_one.enqueued_at)
            in_time = int(self._in_time(open_one, fact.at))
            self._add(key, QueueFigures(answered=1, answered_in_time=in_time, answer_wait_s=wait_s))
            self._waits.setdefault(key, []).append(wait_s)
        if open_one.dialled and open_one.callback:
            self._add((open_one.queue, open_one.medium), QueueFigures(reached=1))
        since = open_one.connected_at if isinstance(fact, CustomerReached) else fact.at
        self._open[fact.interaction] = replace(
            open_one, counted=False, callback=False, connected_at=since or fact.at
        )

    def _kept(self, fact: CallbackKept) -> None:
        open_one = self._open.get(fact.interaction)
        if open_one is not None:
            self._open[fact.interaction] = replace(open_one, callback=True, dialled=False)

    def _calls_back(self, fact: Connected) -> bool:
        open_one = self._open.get(fact.interaction)
        if open_one is None or not open_one.callback:
            return False
        self._open[fact.interaction] = replace(open_one, connected_at=fact.at)
        return True

    def _left(self, fact: Abandoned) -> None:
        open_one = self._open.pop(fact.interaction, None)
        if open_one is None or not open_one.counted:
            return  # answered once and returned: it stays an answered one
        in_time = int(self._in_time(open_one, fact.at))
        self._add((open_one.queue, open_one.medium), QueueFigures(abandoned=1, abandoned_in_time=in_time))

    def _was_turned_away(self, fact: TurnedAway) -> None:
        open_one = self._open.pop(fact.interaction, None)
        if open_one is not None and open_one.counted:
            self._add((open_one.queue, open_one.medium), QueueFigures(turned_away=1))

    def _led_on(self, fact: LedOn) -> None:
        open_one = self._open.get(fact.interaction)
        if open_one is None:
            return
        self._open[fact.interaction] = replace(open_one, queue=fact.queue)
        if open_one.counted:
            self._add((open_one.queue, open_one.medium), QueueFigures(led_on=1))
            self._add((fact.queue, open_one.medium), QueueFigures(offered=1))

    def _worked(self, fact: Requeued | Parked | CallbackMissed | Finished) -> None:
        open_one = self._open.get(fact.interaction)
        if open_one is None or open_one.connected_at is None:
            return
        spent_s = max(0.0, fact.at - open_one.connected_at)
        if isinstance(fact, Finished):
            self._came_to_nothing(self._open.pop(fact.interaction))
        else:
            self._open[fact.interaction] = replace(open_one, connected_at=None)
        if fact.at >= self.day_start:
            passed_on = isinstance(fact, Requeued) and fact.reason == TRANSFERRED
            handled = isinstance(fact, Finished) or passed_on
            self._credit(fact.agent, open_one.medium, spent_s, handled=handled)

    def _came_to_nothing(self, open_one: _Open | None) -> None:
        """Of whoever was to be called back."""
        if open_one is not None and open_one.callback and open_one.counted:
            self._add((open_one.queue, open_one.medium), QueueFigures(not_reached=1))

    def _credit(self, agent: AgentId, medium: Medium, spent_s: float, *, handled: bool) -> None:
        so_far = self.agent(agent)
        self._agents[agent] = AgentFigures(
            handled=so_far.handled + handled,
            talk_s=so_far.talk_s + (spent_s if medium is Medium.VOICE else 0.0),
            letters_s=so_far.letters_s + (spent_s if medium in LETTERS else 0.0),
            chats_s=so_far.chats_s + (spent_s if medium is Medium.CHAT else 0.0),
        )

    def _add(self, key: tuple[QueueId, Medium], more: QueueFigures) -> None:
        self._queues[key] = self._queues.get(key, QueueFigures()) + more

    def _in_time(self, open_one: _Open, at: Seconds) -> bool:
        within_s = self._within_s.get(open_one.queue, DEFAULT_ANSWER_WITHIN_S)
        return at - open_one.enqueued_at <= within_s
