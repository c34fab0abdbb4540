"""What the ledger says happened in a period, taken apart: what came from outside, and what the router decided on it.

From outside come customers, what they asked and when they gave up, what agents chose, how they answered each offer, and how long the work took.
Everything else (offers, pauses for missed ones, what a sign-out returns) the router decides anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from routing.core.events import (
    Adopted,
    Arrived,
    CallbackCancelled,
    CallbackWanted,
    ConferenceBegan,
    ConferenceEnded,
    ConsoleChanged,
    ConsultBegan,
    ConsultEnded,
    ConsultReached,
    CustomerLeft,
    DeviceChanged,
    DialAsked,
    Event,
    HoldBegan,
    HoldEnded,
    MessageWanted,
    MoreKnown,
    Moved,
    StatusChosen,
    TakenUp,
    WatchBegan,
    WatchEnded,
)
from routing.core.facts import (
    Abandoned,
    BesideFact,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    CallbackPutOff,
    ConferenceOver,
    Conferring,
    Connected,
    ConsoleSeen,
    Consulted,
    Consulting,
    ConsultOver,
    CustomerReached,
    Described,
    DeviceSeen,
    DialDropped,
    Dialled,
    Enqueued,
    Fact,
    Finished,
    Held,
    LedOn,
    Offered,
    OfferEnded,
    OfferRang,
    Parked,
    RecordingPaused,
    RecordingResumed,
    Requeued,
    Resumed,
    StatusChanged,
    TurnedAway,
    Unanswered,
    Unparked,
    Watched,
    WatchOver,
    WrappedUp,
)
from routing.core.judge import PAUSE_REASON
from routing.core.model import AgentId, Device, InteractionId, Medium, Outcome, Seconds, Status, Why
from routing.simulation.journeys import Attempt, Journey, Span

_Step = (
    Offered
    | OfferRang
    | OfferEnded
    | Connected
    | Requeued
    | Parked
    | CustomerReached
    | CallbackMissed
    | Unanswered
    | Finished
    | WrappedUp
)
_Recording = RecordingPaused | RecordingResumed
_OfAgent = _Step | BesideFact | _Recording | StatusChanged | DeviceSeen
_PAUSES = frozenset(PAUSE_REASON.values())


@dataclass(frozen=True, slots=True)
class Planned:
    """An event from outside at its time; `place` orders those of one moment as they were recorded, and those of one `turn` were judged together: nothing
    was offered between them. `holder`: of somebody adopted, who had it before."""

    at: Seconds
    place: int
    turn: int
    event: Event
    holder: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A period. `before`: the facts that say how it began. `facts`: those of the period itself. `journeys`: all interactions of both. What is not over
    at `known_until` is known to have lasted until then."""

    begin: Seconds
    end: Seconds
    known_until: Seconds
    before: Sequence[Fact]
    facts: Sequence[Fact]
    planned: Sequence[Planned]
    journeys: Mapping[InteractionId, Journey]

    def offers(self) -> list[Offered]:
        """Every offer of the period, in order."""
        return [fact for fact in self.facts if isinstance(fact, Offered)]


def take_apart(facts: Sequence[Fact], begin: Seconds, end: Seconds) -> Record:
    """Of the ledger's facts in order: those of every interaction of the period whole, of agents until its end, and how each agent was before."""
    first = next((place for place, fact in enumerate(facts) if fact.at >= begin), len(facts))
    reader = _Reader()
    planned: list[Planned] = []
    within: list[Fact] = []
    present = begin
    for place, fact in enumerate(facts):
        outside = reader.see(fact)
        if place < first:
            continue
        at = _seen(facts, place, present) if isinstance(fact, Enqueued) else fact.at
        present = max(present, at)
        if at < end:
            within.append(fact)
            if outside is not None:
                event = _seen_at(outside.event, at)
                planned.append(Planned(at, reader.place, reader.turn, event, outside.holder))
    return Record(
        begin=begin,
        end=end,
        known_until=max(present, end),
        before=facts[:first],
        facts=within,
        planned=planned,
        journeys=reader.journeys,
    )


# -- what came from outside --------------------------------------------------------------------------------------------


def _seen(facts: Sequence[Fact], place: int, present: Seconds) -> Seconds:
    """When an arrival was seen, which is not when its age begins: then, or when it was offered in the same turn, or after what was decided before it."""
    came = facts[place].at
    if came >= present:
        return came
    following = next((fact for fact in facts[place + 1 :] if not isinstance(fact, Enqueued)), None)
    return following.at if isinstance(following, Offered) and following.at > present else present


@dataclass(frozen=True, slots=True)
class _Outside:
    """`holder`: of an adoption, who had it before."""

    event: Event
    holder: AgentId | None = None


def _seen_at(event: Event, at: Seconds) -> Event:
    return replace(event, at=at) if isinstance(event, Arrived) else event


def _arrived(fact: Enqueued) -> Arrived:
    return Arrived(
        interaction=fact.interaction,
        medium=fact.medium,
        queue=fact.queue,
        enqueued_at=fact.at,
        at=fact.at,
        priority_points=fact.priority_points,
        needs=fact.needs,
        preferred=fact.preferred,
        preferred_wait_s=max(0.0, fact.preferred_until - fact.at),
    )


def _beside(fact: BesideFact) -> Event:
    name, at = fact.interaction, fact.at
    event: Event
    match fact:
        case Held():
            event = HoldBegan(interaction=name, at=at)
        case Resumed():
            event = HoldEnded(interaction=name, at=at)
        case Consulting():
            event = ConsultBegan(interaction=name, whom=fact.whom, at=at)
        case Consulted():
            event = ConsultReached(interaction=name, at=at)
        case ConsultOver():
            event = ConsultEnded(interaction=name, reason=fact.reason, at=at)
        case Conferring():
            event = ConferenceBegan(interaction=name, whom=fact.whom, colleague=fact.colleague, at=at)
        case ConferenceOver():
            event = ConferenceEnded(interaction=name, reason=fact.reason, at=at)
        case Watched():
            event = WatchBegan(interaction=name, watcher=fact.watcher, mode=fact.mode, at=at)
        case WatchOver():
            event = WatchEnded(interaction=name, watcher=fact.watcher, at=at)
    return event


def _told(fact: Described | Abandoned | ConsoleSeen) -> Event:
    match fact:
        case Described():
            return MoreKnown(
                interaction=fact.interaction,
                at=fact.at,
                priority_points=fact.priority_points,
                needs=fact.needs,
                preferred=fact.preferred,
                preferred_wait_s=max(0.0, fact.preferred_until - fact.at),
            )
        case Abandoned():
            return CustomerLeft(interaction=fact.interaction, at=fact.at, cause=fact.cause)
        case ConsoleSeen():
            return ConsoleChanged(agent=fact.agent, present=fact.present, at=fact.at)


def _adopted(fact: Connected, before: Fact | None) -> _Outside | None:
    """Found at work without an answer to an offer."""
    match before:
        case OfferEnded(outcome=Outcome.ACCEPTED, interaction=fact.interaction):
            return None
        case Requeued(interaction=fact.interaction):
            holder: AgentId | None = before.agent
        case _:
            holder = None
    return _Outside(Adopted(interaction=fact.interaction, agent=fact.agent, at=fact.at), holder)


def _handed_over(before: Fact | None, fact: Connected) -> bool:
    """Without a moment in the line between the two agents."""
    match before:
        case Requeued(interaction=fact.interaction, reason="transferred", at=fact.at):
            return True
        case _:
            return False


# -- what became of each -------------------------------------------------------------------------------------------------


class _Reader:
    """Follows each interaction from agent to agent. Sees every fact once, in order, and says what of it came from outside."""

    def __init__(self) -> None:
        self.journeys: dict[InteractionId, Journey] = {}
        self.place = 0
        self.turn = 0
        self._before: Fact | None = None
        self._live: dict[AgentId, Attempt] = {}
        self._paused: dict[AgentId, tuple[Attempt, Seconds]] = {}
        self._phones = _OwnPhones()
        self._aside: dict[InteractionId, Seconds] = {}

    def see(self, fact: Fact) -> _Outside | None:
        self.place += 1
        self.turn += isinstance(fact, Offered)
        before, self._before = self._before, fact
        match fact:
            case Enqueued():
                self.journeys.setdefault(fact.interaction, Journey(fact))
                return _Outside(_arrived(fact))
            case Dialled():
                return self._dialled(fact)
            case DialDropped():
                return None  # it follows from the offer's end
            case Described() | Abandoned() | ConsoleSeen():
                return _Outside(_told(fact))
            case LedOn() | TurnedAway() | Unparked() | CallbackKept() | CallbackPutOff() | CallbackDropped():
                return self._elsewhere(fact)
            case _:
                return self._with_agent(fact, before)

    def _dialled(self, fact: Dialled) -> _Outside:
        """A journey like any other, but that nobody waits in it."""
        came = Enqueued(
            interaction=fact.interaction,
            medium=Medium.VOICE,
            queue=fact.queue,
            priority_points=0,
            at=fact.at,
        )
        self.journeys.setdefault(fact.interaction, Journey(came))
        asked = DialAsked(interaction=fact.interaction, queue=fact.queue, agent=fact.agent, at=fact.at)
        return _Outside(asked)

    def _with_agent(self, fact: _OfAgent, before: Fact | None) -> _Outside | None:
        if isinstance(fact, BesideFact):
            return _Outside(_beside(fact))
        match fact:
            case RecordingPaused() | RecordingResumed():
                return None  # nobody is served otherwise for it
            case StatusChanged():
                return self._status(fact, before)
            case DeviceSeen():
                return self._device(fact)
            case _:
                return self._of_interaction(fact, before)

    def _elsewhere(
        self, fact: LedOn | TurnedAway | Unparked | CallbackKept | CallbackPutOff | CallbackDropped
    ) -> _Outside | None:
        """By hand, or because the customer wrote again; what rules and times do is done anew."""
        match fact:
            case LedOn(why=Why.ASKED):
                moved = Moved(interaction=fact.interaction, queue=fact.queue, at=fact.at)
                return _Outside(moved)
            case TurnedAway(why=Why.ASKED):
                return _Outside(MessageWanted(interaction=fact.interaction, at=fact.at))
            case CallbackKept():
                return _Outside(CallbackWanted(interaction=fact.interaction, at=fact.at))
            case CallbackDropped():
                return _Outside(CallbackCancelled(interaction=fact.interaction, at=fact.at))
            case Unparked() if fact.at < self._aside.get(fact.interaction, fact.at):
                return _Outside(TakenUp(interaction=fact.interaction, at=fact.at))
            case _:
                return None

    def _span(self, begin: Seconds, fact: Fact) -> Span:
        return Span(begin, fact.at, self.place, self.turn)

    def _device(self, fact: DeviceSeen) -> _Outside | None:
        if self._phones.says(fact):
            return None
        return _Outside(DeviceChanged(agent=fact.agent, device=fact.device, at=fact.at))

    def _of_interaction(self, fact: _Step, before: Fact | None) -> _Outside | None:
        journey = self.journeys.get(fact.interaction)
        if journey is not None:
            self._follow(journey, fact)
            if isinstance(fact, Connected) and _handed_over(before, fact):
                journey.was_handed_over()
        return _adopted(fact, before) if isinstance(fact, Connected) else None

    def _status(self, fact: StatusChanged, before: Fact | None) -> _Outside | None:
        """A pause that an offer brought which was missed, declined or not carried out is the router's; the agent's coming back ends it."""
        if isinstance(before, OfferEnded) and before.agent == fact.agent and fact.reason in _PAUSES:
            attempt = self._last_of(before)
            if attempt is not None:
                self._paused[fact.agent] = attempt, fact.at
            return None
        if fact.status is Status.READY and fact.agent in self._paused:
            attempt, since = self._paused.pop(fact.agent)
            attempt.paused = self._span(since, fact)
        return _Outside(StatusChosen(agent=fact.agent, status=fact.status, reason=fact.reason, at=fact.at))

    def _last_of(self, fact: OfferEnded) -> Attempt | None:
        journey = self.journeys.get(fact.interaction)
        attempts = [] if journey is None else journey.attempts.get(fact.agent, [])
        return attempts[-1] if attempts else None

    def _follow(self, journey: Journey, fact: _Step) -> None:
        match fact:
            case Offered():
                attempt = Attempt(fact)
                journey.attempts.setdefault(fact.agent, []).append(attempt)
                self._live[fact.agent] = attempt
                if journey.came.medium is Medium.VOICE:
                    self._phones.offered(attempt)
            case OfferRang():
                live = self._live.get(fact.agent)
                if live is not None:
                    live.rang = self._span(live.offered.at, fact)
            case OfferEnded():
                live = self._live.pop(fact.agent, None)
                if live is not None:
                    live.outcome, live.ended = fact.outcome, self._span(live.offered.at, fact)
                if fact.outcome is not Outcome.ACCEPTED:
                    self._phones.over(fact)
            case Connected():
                journey.held_since = fact.at
                journey.first_answered_at = journey.first_answered_at or fact.at
            case Requeued():
                journey.stretch(self._span(0.0, fact), returned=fact.reason)
                self._phones.over(fact)
            case CustomerReached():
                journey.was_reached(self._span(0.0, fact))
            case Parked() | CallbackMissed() | Unanswered() | Finished() | WrappedUp():
                self._follow_end(journey, fact)
            case _:
                assert_never(fact)

    def _follow_end(
        self, journey: Journey, fact: Parked | CallbackMissed | Unanswered | Finished | WrappedUp
    ) -> None:
        match fact:
            case Unanswered():
                journey.stretch(self._span(0.0, fact), missed=fact.reason)
            case CallbackMissed():
                journey.stretch(self._span(0.0, fact), missed=fact.reason)
                self._phones.over(fact)
            case Parked():
                self._aside[fact.interaction] = fact.until
                journey.stretch(self._span(0.0, fact), aside=Span(fact.at, fact.until))
            case Finished():
                journey.stretch(self._span(0.0, fact), by=fact.by)
                journey.wrap_up = Span(fact.at, fact.at if fact.wrap_up_until is None else fact.wrap_up_until)
                self._phones.over(fact)
            case WrappedUp():
                journey.wrapped_up(self._span(0.0, fact), fact.disposition)


class _OwnPhones:
    """Tells what a phone says of a call of ours (it is in use by it, and free again after it) from what it says of anything else."""

    def __init__(self) -> None:
        self._ours: dict[AgentId, Attempt] = {}
        self._loose: dict[AgentId, tuple[Attempt, Seconds]] = {}

    def offered(self, attempt: Attempt) -> None:
        self._ours[attempt.offered.agent] = attempt

    def over(self, fact: OfferEnded | Requeued | CallbackMissed | Finished) -> None:
        attempt = self._ours.get(fact.agent)
        if attempt is None or attempt.offered.interaction != fact.interaction:
            return
        del self._ours[fact.agent]
        if attempt.in_use is not None and attempt.freed is None:
            self._loose[fact.agent] = attempt, fact.at

    def says(self, fact: DeviceSeen) -> bool:
        """Whether it is about a call of ours."""
        match fact.device:
            case Device.IN_USE if fact.agent in self._ours:
                attempt = self._ours[fact.agent]
                attempt.in_use = attempt.in_use or Span(attempt.offered.at, fact.at)
                return True
            case Device.REACHABLE if fact.agent in self._ours:
                attempt = self._ours[fact.agent]
                if attempt.in_use is None:
                    return False
                attempt.freed = Span(fact.at, fact.at)  # it was told before the end itself was
                return True
            case Device.REACHABLE if fact.agent in self._loose:
                attempt, since = self._loose.pop(fact.agent)
                attempt.freed = Span(since, fact.at)
                return True
            case _:
                self._loose.pop(fact.agent, None)
                return False
