"""A recorded period once more, by the very router that works: under the rules of today, or under others.

What came from outside comes as it was recorded (`recorded`); what followed from the router's decisions follows from the new ones. `docs/routing.md`
says what is assumed of those of whom the ledger cannot know: who gave up and is answered now, who waits longer than they did.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from statistics import fmean, median

from routing.core.events import (
    Accepted,
    Adopted,
    CustomerLeft,
    DeviceChanged,
    Event,
    OfferFailed,
    Rang,
    Reached,
    Returned,
    SetAside,
    StatusChosen,
    Unreached,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import (
    CallbackMissed,
    Connected,
    Enqueued,
    Fact,
    Finished,
    Offered,
    OfferEnded,
    Requeued,
)
from routing.core.judge import PAUSE_REASON
from routing.core.model import (
    AgentId,
    AgentRule,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Phase,
    QueueId,
    QueueRule,
    Seconds,
    Status,
)
from routing.core.router import Router
from routing.simulation.journeys import Attempt, Journey, Span, Stretch
from routing.simulation.recorded import Record

USUAL_ANSWER_S = 3.0
"""From the offer to the answer, where nobody answered anything in the whole period."""
USUAL_HANDLING_S = 180.0
"""Likewise, how long work takes where none was done."""
_LAST = 1 << 62
_Kind = tuple[QueueId, Medium]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """`facts` of the period as they would have been. `beyond`: who was answered in truth and waits longer here, still or until the answer, than they are
    known to have patience for; some of them would have given up. `unknown_work`: who gave up in truth and is answered here: for how long is a mean."""

    facts: Sequence[Fact]
    beyond: frozenset[InteractionId]
    unknown_work: frozenset[InteractionId]

    def offers(self) -> dict[OfferId, AgentId]:
        """Who was offered what, by interaction and attempt."""
        return {fact.offer: fact.agent for fact in self.facts if isinstance(fact, Offered)}


def replay(record: Record, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> Replayed:
    """Live through the period once more under these rules. Deterministic; at its end everything stops."""
    return _Replay(record, queues, agents).run()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is usual, for those of whom nothing is recorded."""

    handling_s: Mapping[_Kind, Seconds]
    wrap_up_s: Mapping[_Kind, Seconds]
    answer_s: Mapping[AgentId, Seconds]
    any_handling_s: Seconds
    any_answer_s: Seconds


@dataclass(frozen=True, slots=True)
class _Plan:
    """An event to come. `stretch`: of the end of work, which stretch of it; `turn` and `holder` as of `Planned`."""

    event: Event
    turn: int | None = None
    stretch: int | None = None
    holder: AgentId | None = None


@dataclass(slots=True)
class _Course:
    """How far a replayed interaction is: the stretch of work it is in, and the attempts by agent that were used."""

    stretch: int = 0
    used: dict[AgentId, int] = field(default_factory=dict)
    attempt: Attempt | None = None


class _Replay:
    def __init__(self, record: Record, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        self._record = record
        self._router = Router(queues, agents)
        self._usual = _usual(record.journeys.values())
        self._facts: list[Fact] = []
        self._agenda: list[tuple[Seconds, int, int, _Plan]] = []
        self._number = 0
        self._courses: dict[InteractionId, _Course] = defaultdict(_Course)
        self._unknown: set[InteractionId] = set()
        for each in record.planned:
            plan = _Plan(each.event, turn=each.turn, holder=each.holder)
            self._number += 1
            heappush(self._agenda, (each.at, each.place, self._number, plan))

    def run(self) -> Replayed:
        self._router.restore(self._record.before)
        for fact in self._record.before:
            self._follow(fact)
        self._turn([], self._record.begin)
        while (now := self._next()) < self._record.end:
            self._turn(self._due(now), now)
        return Replayed(
            facts=self._facts, beyond=frozenset(self._beyond()), unknown_work=frozenset(self._unknown)
        )

    def _next(self) -> Seconds:
        due = self._router.next_deadline()
        planned = self._agenda[0][0] if self._agenda else self._record.end
        return planned if due is None else min(planned, due)

    def _due(self, now: Seconds) -> list[Event]:
        """What happens next at this moment: what was judged together then is now, all else one after the other."""
        events, turn = list[Event](), None
        while self._agenda and self._agenda[0][0] <= now:
            planned = self._agenda[0][3]
            if events and (planned.turn is None or planned.turn != turn):
                break
            heappop(self._agenda)
            turn = planned.turn
            if self._fits(planned):
                events.append(planned.event)
        return events

    def _fits(self, planned: _Plan) -> bool:
        """Patience is for waiting, and the end of one talk is not that of another."""
        event = planned.event
        if not isinstance(
            event, CustomerLeft | WorkEnded | Returned | SetAside | Reached | Unreached | Adopted
        ):
            return True
        work = self._router.centre.interactions.get(event.interaction)
        if work is None:
            return False
        match event:
            case CustomerLeft():
                return work.phase in (Phase.WAITING, Phase.OFFERED)
            case WorkEnded() | Returned() | SetAside() | Reached() | Unreached():
                return work.connected_at is not None and planned.stretch == self._courses[work.id].stretch
            case Adopted():
                return work.phase in (Phase.WAITING, Phase.OFFERED) or work.agent == planned.holder

    def _turn(self, events: Sequence[Event], now: Seconds) -> None:
        turn = self._router.decide(events, now)
        self._facts += turn.facts
        for fact in turn.facts:
            self._follow(fact)

    def _plan(
        self, at: Seconds, event: Event, recorded: Span | None = None, *, stretch: int | None = None
    ) -> None:
        """What was over before the period began is in the facts of before. Of two at one moment the one that was recorded first is first."""
        if at < self._record.begin:
            return
        self._number += 1
        place, turn = (_LAST, None) if recorded is None else (recorded.place, recorded.turn)
        heappush(self._agenda, (at, place, self._number, _Plan(event, turn=turn, stretch=stretch)))

    # -- what follows ---------------------------------------------------------------------------------------------------

    def _follow(self, fact: Fact) -> None:
        match fact:
            case Offered():
                self._answer(fact)
            case OfferEnded():
                self._offer_over(fact)
            case Connected():
                self._work(fact)
            case Requeued() | CallbackMissed():
                self._hang_up(fact.interaction, fact.agent, fact.at)
            case Finished():
                self._hang_up(fact.interaction, fact.agent, fact.at)
                self._wrap_up(fact)
            case _:
                pass

    def _answer(self, fact: Offered) -> None:
        """As this agent answered this very offer; else they take it as fast as they usually do."""
        course = self._courses[fact.interaction]
        attempt = course.attempt = self._attempt(fact, course)
        if attempt is None:
            takes_s = self._usual.answer_s.get(fact.agent, self._usual.any_answer_s)
            self._plan(fact.at, Rang(offer=fact.offer, at=fact.at))
            self._accept(fact, fact.at + takes_s)
            return
        if attempt.rang is not None:
            rang = attempt.rang.after(fact.at)
            self._plan(rang, Rang(offer=fact.offer, at=rang), attempt.rang)
        if attempt.in_use is not None:
            self._phone(fact.agent, Device.IN_USE, attempt.in_use, fact.at)
        self._end_as_recorded(fact, attempt)

    def _attempt(self, fact: Offered, course: _Course) -> Attempt | None:
        journey = self._record.journeys.get(fact.interaction)
        known = [] if journey is None else journey.attempts.get(fact.agent, [])
        number = course.used.get(fact.agent, 0)
        course.used[fact.agent] = number + 1
        return known[number] if number < len(known) else None

    def _end_as_recorded(self, fact: Offered, attempt: Attempt) -> None:
        match attempt.outcome:
            case Outcome.ACCEPTED if attempt.ended is not None:
                answered = attempt.ended.after(fact.at)
                rings_as_long = fact.deadline - fact.at >= attempt.ring_s - 1e-6
                self._accept(fact, answered, attempt.ended, always=rings_as_long)
            case Outcome.NO_ANSWER if attempt.ended is not None:  # it would have rung as long as it may
                more_s = (fact.deadline - fact.at) - attempt.ring_s
                self._fail(fact, Outcome.NO_ANSWER, attempt.ended.after(fact.at) + more_s, attempt.ended)
            case Outcome.DECLINED | Outcome.UNREACHABLE | Outcome.FAILED if attempt.ended is not None:
                self._fail(fact, attempt.outcome, attempt.ended.after(fact.at), attempt.ended)
            case _:  # somebody else ended it: until then they had not answered
                until = self._record.known_until if attempt.ended is None else attempt.ended.end
                seen_s = until - attempt.offered.at
                takes_s = self._usual.answer_s.get(fact.agent, self._usual.any_answer_s)
                self._accept(fact, fact.at + seen_s + takes_s)

    def _accept(
        self, fact: Offered, at: Seconds, recorded: Span | None = None, *, always: bool = False
    ) -> None:
        """Unless it does not ring so long: then its deadline comes first."""
        if always or at <= fact.deadline:
            self._plan(at, Accepted(offer=fact.offer, at=at), recorded)

    def _fail(self, fact: Offered, outcome: Outcome, at: Seconds, recorded: Span) -> None:
        self._plan(at, OfferFailed(offer=fact.offer, outcome=outcome, at=at), recorded)

    def _offer_over(self, fact: OfferEnded) -> None:
        """Whoever missed or declined it comes back from the pause that follows as they did."""
        if fact.outcome is Outcome.ACCEPTED:
            return
        attempt = self._courses[fact.interaction].attempt
        if attempt is not None and attempt.paused is not None and fact.outcome in PAUSE_REASON:
            back = attempt.paused.after(fact.at)
            self._plan(back, StatusChosen(agent=fact.agent, status=Status.READY, at=back), attempt.paused)
        self._hang_up(fact.interaction, fact.agent, fact.at)

    def _work(self, fact: Connected) -> None:
        course = self._courses[fact.interaction]
        journey = self._record.journeys.get(fact.interaction)
        ends, last = self._ends(fact, course, journey)
        course.stretch += 1
        span, number = (None if last is None else last.lasted), course.stretch
        if last is not None and last.reached is not None:
            reached = last.reached.after(fact.at)
            self._plan(
                reached, Reached(interaction=fact.interaction, at=reached), last.reached, stretch=number
            )
        if last is not None and last.missed is not None:
            missed = Unreached(interaction=fact.interaction, reason=last.missed, at=ends)
            self._plan(ends, missed, span, stretch=number)
        elif last is not None and last.aside is not None:
            until = last.aside.after(ends)
            aside = SetAside(interaction=fact.interaction, agent=fact.agent, until=until, at=ends)
            self._plan(ends, aside, span, stretch=number)
        elif last is None or last.returned is None:
            by = By.CUSTOMER if last is None else last.by
            ended = WorkEnded(interaction=fact.interaction, by=by, at=ends)
            self._plan(ends, ended, span, stretch=number)
        else:
            back = Returned(interaction=fact.interaction, at=ends, reason=last.returned)
            self._plan(ends, back, span, stretch=number)

    def _ends(
        self, fact: Connected, course: _Course, journey: Journey | None
    ) -> tuple[Seconds, Stretch | None]:
        """When, and the recorded end that it is. What a sign-out or another agent cut short goes on where they do not."""
        left = [] if journey is None else journey.stretches[course.stretch :]
        if not self._router.centre.interactions[fact.interaction].callback:
            left = [each for each in left if each.missed is None]  # here they were on the line
        ends = fact.at
        for stretch in left:
            ends = stretch.lasted.after(ends)
            if not stretch.goes_on:
                return ends, stretch
        kind = (fact.queue, Medium.VOICE if journey is None else journey.came.medium)
        usual_s = self._usual.handling_s.get(kind, self._usual.any_handling_s)
        if journey is not None and journey.held_since is not None:  # in truth it is at work still
            usual_s = max(usual_s, self._record.known_until - journey.held_since)
        elif not left:
            self._unknown.add(fact.interaction)
        return ends + usual_s, None

    def _wrap_up(self, fact: Finished) -> None:
        if fact.wrap_up_until is None:
            return
        journey = self._record.journeys.get(fact.interaction)
        if journey is None or journey.wrap_up is None:
            kind = (
                (QueueId(""), Medium.VOICE) if journey is None else (journey.came.queue, journey.came.medium)
            )
            ends, words, span = fact.at + self._usual.wrap_up_s.get(kind, 0.0), "", None
        else:
            ends, words, span = journey.wrap_up.after(fact.at), journey.disposition, journey.wrap_up
        closed = WrapUpEnded(interaction=fact.interaction, agent=fact.agent, disposition=words, at=ends)
        self._plan(ends, closed, span)

    def _hang_up(self, interaction: InteractionId, agent: AgentId, at: Seconds) -> None:
        """The phone says that it is free when it said so then."""
        attempt = self._courses[interaction].attempt
        if attempt is not None and attempt.freed is not None and attempt.offered.agent == agent:
            self._phone(agent, Device.REACHABLE, attempt.freed, at)

    def _phone(self, agent: AgentId, device: Device, said: Span, since: Seconds) -> None:
        at = said.after(since)
        self._plan(at, DeviceChanged(agent=agent, device=device, at=at), said)

    def _beyond(self) -> Iterable[InteractionId]:
        """Of those who were answered in truth: who is not answered here as early, beyond a rounding."""
        answered: dict[InteractionId, Seconds] = {}
        for fact in self._facts:
            if isinstance(fact, Connected):
                answered.setdefault(fact.interaction, fact.at)
        for fact in self._facts:
            journey = self._record.journeys.get(fact.interaction) if isinstance(fact, Enqueued) else None
            if journey is not None and journey.first_answered_at is not None:
                here = answered.get(journey.came.interaction, self._record.end)
                if here > journey.first_answered_at + 1.0:
                    yield journey.came.interaction


def _usual(journeys: Iterable[Journey]) -> _Work:
    """Means of work (so that what it takes of the agents' time is right), medians of answers (so that one who fell asleep does not count)."""
    handling: dict[_Kind, list[Seconds]] = defaultdict(list)
    wrap_up: dict[_Kind, list[Seconds]] = defaultdict(list)
    answers: dict[AgentId, list[Seconds]] = defaultdict(list)
    for journey in journeys:
        kind = (journey.came.queue, journey.came.medium)
        if journey.wrap_up is not None:
            handling[kind].append(sum(_length(each.lasted) for each in journey.stretches))
            wrap_up[kind].append(_length(journey.wrap_up))
        for agent, attempts in journey.attempts.items():
            answers[agent] += [
                _length(each.ended)
                for each in attempts
                if each.outcome is Outcome.ACCEPTED and each.ended is not None
            ]
    known = [one for each in handling.values() for one in each]
    fast = [one for each in answers.values() for one in each]
    return _Work(
        handling_s={kind: fmean(each) for kind, each in handling.items()},
        wrap_up_s={kind: fmean(each) for kind, each in wrap_up.items()},
        answer_s={agent: median(each) for agent, each in answers.items() if each},
        any_handling_s=fmean(known) if known else USUAL_HANDLING_S,
        any_answer_s=median(fast) if fast else USUAL_ANSWER_S,
    )


def _length(span: Span) -> Seconds:
    return span.end - span.begin
