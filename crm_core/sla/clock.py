"""The clocks of a case, folded from what happened: first response, next response, resolution. Nothing is a counter.

    first response   from the opening until an agent answers, or the case is solved
    next response    from the oldest letter of the customer that is not answered, once there was a first response; each
                     such wait is a round of its own
    resolution       from the opening until it is solved; it goes on when the case is opened again

While a case is pending all of them stand still, and while it is solved the last one does. What was missed under the terms
of the time stays missed, whatever is promised later; what has run stays run when the terms change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from crm_core.sla.calendar import Calendar

WARN_SHARE = 0.25
"""A warning is due when only this share of the time is left."""


class ClockKind(StrEnum):
    """What was promised."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Happened(StrEnum):
    """What starts, stops, pauses or changes a clock."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    AGENT_ANSWERED = "agent_answered"
    PAUSED = "paused"
    RESUMED = "resumed"
    SOLVED = "solved"
    REOPENED = "reopened"
    TERMS_CHANGED = "terms_changed"


class ClockState(StrEnum):
    """`breached` also when it was met too late."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Business seconds; None: not promised."""

    first_response_s: float | None = None
    next_response_s: float | None = None
    resolution_s: float | None = None

    def of(self, kind: ClockKind) -> float | None:
        """The promise of one clock."""
        match kind:
            case ClockKind.FIRST_RESPONSE:
                return self.first_response_s
            case ClockKind.NEXT_RESPONSE:
                return self.next_response_s
            case ClockKind.RESOLUTION:
                return self.resolution_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of a policy with the version of its calendar: never changed, only followed by others."""

    id: str
    name: str
    calendar: Calendar
    targets: Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """`terms` belongs to `opened` and `terms_changed`; None there: nothing is promised."""

    kind: Happened
    at: float
    terms: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A clock that ran from `start` to `end` (None: it still runs) under these terms; `ended_by` says what stopped it."""

    start: float
    end: float | None
    terms: Terms | None
    ended_by: Happened | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock at a moment. `due` and `warn_at` are None while it is paused: they depend on when it goes on.

    `remaining_s` is business time, negative after the due time. `met_at`: answered or solved. `breached_at`: the due time
    that was missed. `round` counts the waits of `next_response`.
    """

    kind: ClockKind
    round: int
    state: ClockState
    started_at: float
    target_s: float
    due: float | None
    warn_at: float | None
    met_at: float | None
    breached_at: float | None
    remaining_s: float
    runs: tuple[Run, ...]


def clocks(events: Iterable[CaseEvent], now: float) -> tuple[Clock, ...]:
    """The clocks of a case at `now`, from what happened until then in order of time (events at the same time: in the
    order given). Of next responses only the latest round is told; see `rounds` for all."""
    told: dict[ClockKind, Clock] = {}
    for clock in rounds(events, now):
        told[clock.kind] = clock
    return tuple(told[kind] for kind in ClockKind if kind in told)


def rounds(events: Iterable[CaseEvent], now: float) -> tuple[Clock, ...]:
    """Every clock that ever ran, the waits of next responses one by one."""
    case = _Case()
    for event in sorted((event for event in events if event.at <= now), key=lambda event: event.at):
        case.apply(event)
    told = (watch.tell(now) for watch in case.watches)
    return tuple(clock for clock in told if clock is not None)


@dataclass(slots=True, kw_only=True)
class _Watch:
    """A stopwatch while events are folded. It runs whatever is promised, so that a promise may come later."""

    kind: ClockKind
    round: int
    started_at: float
    terms: Terms | None
    since: float | None = None
    elapsed_s: float = 0.0
    met_at: float | None = None
    met_due: float | None = None
    breached_at: float | None = None
    runs: list[Run] = field(default_factory=list)

    @property
    def target_s(self) -> float | None:
        return self.terms.targets.of(self.kind) if self.terms else None

    def go(self, at: float) -> None:
        if self.since is None:
            self.since = at

    def halt(self, at: float, why: Happened) -> None:
        if self.since is None:
            return
        self._judge(at)
        if self.terms is not None:
            self.elapsed_s += self.terms.calendar.between(self.since, at)
        self.runs.append(Run(start=self.since, end=at, terms=self.terms, ended_by=why))
        self.since = None

    def meet(self, at: float, why: Happened) -> None:
        self.met_due = self._reaches(1.0)
        self.halt(at, why)
        self.met_at = at

    def under(self, terms: Terms | None, at: float) -> None:
        """Other terms from now on."""
        running = self.since is not None
        self.halt(at, Happened.TERMS_CHANGED)
        self.terms = terms
        if running:
            self.go(at)

    def tell(self, now: float) -> Clock | None:
        self._judge(now)
        if self.terms is None or self.target_s is None:
            return None
        since = self.since
        worked_s = 0.0 if since is None else self.terms.calendar.between(since, now)
        running = () if since is None else (Run(start=since, end=None, terms=self.terms),)
        state = self._state()
        return Clock(
            kind=self.kind,
            round=self.round,
            state=state,
            started_at=self.started_at,
            target_s=self.target_s,
            due=self._due(),
            warn_at=self._reaches(1.0 - WARN_SHARE) if state is ClockState.RUNNING else None,
            met_at=self.met_at,
            breached_at=self.breached_at,
            remaining_s=self.target_s - self.elapsed_s - worked_s,
            runs=(*self.runs, *running),
        )

    def _state(self) -> ClockState:
        if self.breached_at is not None:
            return ClockState.BREACHED
        if self.met_at is not None:
            return ClockState.MET
        return ClockState.PAUSED if self.since is None else ClockState.RUNNING

    def _due(self) -> float | None:
        """The time that was missed, the one that was kept, or the one to come."""
        if self.breached_at is not None:
            return self.breached_at
        return self._reaches(1.0) if self.met_at is None else self.met_due

    def _judge(self, at: float) -> None:
        due = self._reaches(1.0)
        if self.breached_at is None and due is not None and at > due:
            self.breached_at = due

    def _reaches(self, share: float) -> float | None:
        """When the running clock has used up so much of its target; never before it began to run."""
        if self.since is None or self.terms is None or self.target_s is None:
            return None
        return self.terms.calendar.after(self.since, self.target_s * share - self.elapsed_s)


@dataclass(slots=True)
class _Case:
    """What the clocks depend on: whether it is pending or solved, under which terms, and who owes whom an answer."""

    terms: Terms | None = None
    is_open: bool = False
    watches: list[_Watch] = field(default_factory=list)

    def apply(self, event: CaseEvent) -> None:
        if event.kind is not Happened.OPENED and not self.watches:
            return  # before its beginning a case has no clocks
        match event.kind:
            case Happened.OPENED:
                self._open(event)
            case Happened.CUSTOMER_WROTE:
                self._wait(event.at)
            case Happened.AGENT_ANSWERED:
                self._meet(event, self._responses())
            case Happened.PAUSED:
                self._pause(event)
            case Happened.RESUMED:
                self._resume(event.at)
            case Happened.SOLVED:
                self._meet(event, self._unmet())
                self.is_open = False
            case Happened.REOPENED:
                self._reopen(event.at)
            case Happened.TERMS_CHANGED:
                self._change(event)

    def _open(self, event: CaseEvent) -> None:
        if self.watches:
            return  # opened twice is opened once
        self.terms, self.is_open = event.terms, True
        self._start(ClockKind.FIRST_RESPONSE, event.at)
        self._start(ClockKind.RESOLUTION, event.at)

    def _start(self, kind: ClockKind, at: float) -> None:
        number = sum(watch.kind is kind for watch in self.watches) + 1
        watch = _Watch(kind=kind, round=number, started_at=at, terms=self.terms)
        self.watches.append(watch)
        if self.is_open:
            watch.go(at)

    def _wait(self, at: float) -> None:
        """The customer waits for an answer, unless they do already."""
        if not self._responses():
            self._start(ClockKind.NEXT_RESPONSE, at)

    def _pause(self, event: CaseEvent) -> None:
        self.is_open = False
        for watch in self._unmet():
            watch.halt(event.at, event.kind)

    def _resume(self, at: float) -> None:
        self.is_open = True
        for watch in self._unmet():
            watch.go(at)

    def _meet(self, event: CaseEvent, watches: list[_Watch]) -> None:
        for watch in watches:
            watch.meet(event.at, event.kind)

    def _reopen(self, at: float) -> None:
        for watch in self.watches:
            if watch.kind is ClockKind.RESOLUTION and watch.met_at is not None:
                watch.met_at = watch.met_due = None
                watch.under(self.terms, at)
        self._resume(at)

    def _change(self, event: CaseEvent) -> None:
        """What was met before was met under the old terms."""
        self.terms = event.terms
        for watch in self._unmet():
            watch.under(event.terms, event.at)

    def _unmet(self) -> list[_Watch]:
        return [watch for watch in self.watches if watch.met_at is None]

    def _responses(self) -> list[_Watch]:
        return [watch for watch in self._unmet() if watch.kind is not ClockKind.RESOLUTION]
