"""The router: events in, facts and decisions out. It owns the centre and decides nothing but who is offered what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import ClassVar, Final, assert_never

from routing.core import overflow
from routing.core.callbacks import put_off
from routing.core.capacity import Rooms
from routing.core.decisions import Decision, Offer, TurnAway
from routing.core.estimate import Estimate, Seen, estimate
from routing.core.events import DialAsked, Event, StatusChosen
from routing.core.facts import (
    Abandoned,
    CallbackDropped,
    CallbackKept,
    CallbackPutOff,
    ConferenceOver,
    Conferring,
    Connected,
    ConsoleSeen,
    Described,
    DeviceSeen,
    Enqueued,
    Fact,
    Finished,
    LedOn,
    Offered,
    OfferEnded,
    Requeued,
    StatusChanged,
    TurnedAway,
    Unparked,
    WrappedUp,
)
from routing.core.figures import FiguresSnapshot
from routing.core.judge import judge, offer_expired, parking_expired, status_chosen, wrap_up_expired
from routing.core.matching import Matching, Pair
from routing.core.model import (
    AgentId,
    AgentRule,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Overflow,
    Phase,
    QueueId,
    QueueRule,
    Seconds,
    Status,
    Why,
)
from routing.core.order import Place, place
from routing.core.outgoing import judge_dial
from routing.core.presence import Work
from routing.core.record import dataclass, mypyc_attr
from routing.core.skills import Requirement, next_end
from routing.core.snapshot import Snapshot
from routing.core.stages import next_change
from routing.core.state import Centre
from routing.core.timers import RESTORED_GRACE_S, Moments, due
from routing.core.verdict import Verdict


@dataclass(slots=True, init=False)
class Turn:
    """What one call of the router brought: facts to record, then decisions to act on."""

    facts: Final[tuple[Fact, ...]]
    decisions: Final[tuple[Decision, ...]]

    def __init__(self, *, facts: tuple[Fact, ...], decisions: tuple[Decision, ...]) -> None:
        self.facts = facts
        self.decisions = decisions


_OF_NO_AGENT = (
    Enqueued,
    Described,
    LedOn,
    Unparked,
    CallbackKept,
    CallbackPutOff,
    CallbackDropped,
    Abandoned,
    TurnedAway,
)
"""Facts of an interaction alone."""
EXPLAINED_AT_MOST = 200
"""So many agents are named when somebody asks why an interaction still waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Why an interaction still waits: what it asks now and when that changes, its place (smaller is served first), and why each agent who is
    signed in has not been offered it, those who match first (`Matching.still_waits`). `leads_on`: when it will have waited too long in this
    queue, and what becomes of it then."""

    interaction: InteractionId
    asked: Requirement
    steps: int
    preferred: AgentId | None
    place: Place
    changes_at: Seconds | None
    not_offered: tuple[tuple[AgentId, str], ...]
    leads_on: tuple[Seconds, Overflow] | None = None


@mypyc_attr(allow_interpreted_subclasses=True)  # with a plain scan
class Router:
    """Rules, the centre, and the index over it. Deterministic: same calls, same turns."""

    matching: ClassVar[
        Callable[[Mapping[QueueId, QueueRule], Mapping[AgentId, AgentRule], Seconds], Matching]
    ] = Matching
    """What finds the pairs; tests and benchmarks put a plain scan here."""

    def __init__(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        self._set_rules(queues, agents)
        self._facts: list[Fact] = []
        self._decisions: list[Decision] = []
        self._begin(())

    def restore(self, facts: Iterable[Fact], kept: Snapshot | None = None) -> None:
        """Rebuild the centre from the ledger's facts, oldest first, or from what was kept and the facts since then; the next `decide` goes on from there."""
        self._begin(facts, kept)

    def snapshot(self, figures: FiguresSnapshot) -> Snapshot:
        """As it is now, with the figures of the same moment."""
        return Snapshot(self.centre.snapshot(), self._seen.snapshot(), figures)

    def decide(self, events: Sequence[Event], now: Seconds) -> Turn:
        """Take the events in, in order, fire every deadline up to `now`, then offer what can be offered.

        Events come before deadlines: an answer that arrives with the deadline counts.
        """
        if self._restored:
            self._arm_restored(now)
        self._now = now
        self._expire(now)  # first: what follows asks who can serve it
        for event in events:
            self._take(self._judge(event))
        self._fire(now)
        self._shift(now)
        return self._conclude(now)

    def next_deadline(self) -> Seconds | None:
        """When `decide` must be called at the latest, or None."""
        times = (self._timers.next(), self._shifts.next(), self._skill_ends)
        return min((at for at in times if at is not None), default=None)

    def explain(self, interaction: InteractionId, now: Seconds) -> Waiting | None:
        """Why it still waits; None when it does not."""
        work = self.centre.work(interaction)
        station = self._matching.standing(interaction)
        if work is None or station is None:
            return None
        return Waiting(
            interaction=interaction,
            asked=station.asked,
            steps=station.at.steps,
            preferred=station.at.preferred,
            place=place(work, station.rule.priority_points),
            changes_at=next_change(work, station.rule, now),
            not_offered=tuple(islice(self._matching.still_waits(station), EXPLAINED_AT_MOST)),
            leads_on=overflow.next_waited(work, station.rule, now),
        )

    def estimate(self, interaction: InteractionId) -> Estimate | None:
        """How long it will still wait (`routing.core.estimate`); None when it does not wait or nobody is at work who could serve it."""
        work = self.centre.work(interaction)
        station = self._matching.standing(interaction)
        if work is None or station is None:
            return None
        mine = place(work, station.rule.priority_points)
        return estimate(self._matching.crowd(station, mine, self.centre.agents), self._seen)

    def usual_work(self, queue: QueueId) -> tuple[float, float | None]:
        """Of late, in seconds: what an interaction of this queue takes of an agent, and the mean patience of who waits (None: nobody gave up)."""
        gives_up = self._seen.gives_up(queue)
        return self._seen.handling_s(queue), 1 / gives_up if gives_up else None

    def no_room(self, agent: AgentId, interaction: InteractionId) -> str:
        """Why this agent cannot be offered this one now, as a reason code (`Matching.still_waits`); empty when they can."""
        work = self.centre.work(interaction)
        return Status.SIGNED_OUT.value if work is None else self._matching.no_room(agent, work)

    def configure(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule], now: Seconds) -> Turn:
        """Work under new rules from now on. Live offers and held work stay; an agent without a rule is signed out."""
        self._now = now
        self._arm_restored(now)
        self._set_rules(queues, agents)
        for agent in list(self.centre.agents):
            if agent not in self._agents:
                gone = StatusChosen(agent=agent, status=Status.SIGNED_OUT, reason="removed", at=now)
                self._take(status_chosen(self.centre, gone))
        for agent in self._agents:
            self.centre.know(agent)
        self._index()
        return self._conclude(now)

    def no_room_to_dial(self, agent: AgentId, queue: QueueId) -> str:
        """Why this agent cannot call somebody on behalf of this queue now, as a reason code; empty when they can. On a break they can."""
        state, rule = self.centre.agents.get(agent), self._agents.get(agent)
        if state is None or rule is None or state.status is Status.SIGNED_OUT:
            return Status.SIGNED_OUT.value
        openings = self._rooms.of(state._replace(status=Status.READY), rule)
        return openings.reasons[self._rooms.number(Medium.VOICE, queue)]

    def _judge(self, event: Event) -> Verdict:
        if isinstance(event, DialAsked):
            return judge_dial(
                self.centre, self._queues, event, self.no_room_to_dial(event.agent, event.queue)
            )
        return judge(self.centre, self._queues, event)

    def _set_rules(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        self._queues = {rule.id: rule for rule in queues}
        self._agents = {rule.id: rule for rule in agents}
        self._rooms = Rooms(self._queues.values())
        self._leads = any(overflow.has_rules(rule) for rule in self._queues.values())

    def _begin(self, facts: Iterable[Fact], kept: Snapshot | None = None) -> None:
        self.centre = Centre(self._agents)
        self._timers = Moments()
        self._seen = Seen()
        if kept is not None:
            self.centre.restore(kept.centre)
            self._seen.restore(kept.seen)
        for fact in facts:
            self.centre.apply(fact)
            self._seen.apply(fact)
        self._restored = [work for work in self.centre.interactions.values() if due(work) is not None]
        self._now = 0.0
        self._went_home = False
        self._index()

    def _index(self) -> None:
        self._placed_anew = True
        self._matching = type(self).matching(self._queues, self._agents, self._now)
        self._skill_ends = next_end(self._agents.values(), self._now)
        self._shifts = Moments()
        for agent in self.centre.agents.values():  # first: who is signed in says who can be waited for
            self._matching.see_agent(agent)
        for work in self.centre.interactions.values():
            self._see(work)

    def _see(self, work: Work) -> None:
        """Have it wait for what its age and its queue say, and come back when that changes."""
        self._matching.see_work(work, self._now)
        rule = self._queues.get(work.queue) if work.phase is Phase.WAITING else None
        if rule is None:
            self._shifts.set(work.id, None)
        else:
            self._shifts.set(work.id, next_change(work, rule, self._now))

    def _expire(self, now: Seconds) -> None:
        """A skill that ends is as rare as a new configuration, and costs as much. Live offers and held work stay."""
        if self._skill_ends is not None and self._skill_ends <= now:
            self._index()

    def _shift(self, now: Seconds) -> None:
        while (interaction := self._shifts.pop(now)) is not None:
            self._see(self.centre.interactions[interaction])
            self._lead_on(interaction)

    def _arm_restored(self, now: Seconds) -> None:
        """Wrap-ups end when they were to end; offers wait until the edges had the time to tell what became of them."""
        for work in self._restored:
            at = due(work)
            assert at is not None  # noqa: S101 - or it would not be among them
            offered = work.phase is Phase.OFFERED
            self._timers.set(work.id, max(at, now + RESTORED_GRACE_S) if offered else at)
        self._restored = []

    def _fire(self, now: Seconds) -> None:
        while (interaction := self._timers.pop(now)) is not None:
            work = self.centre.interactions[interaction]
            at = due(work)
            assert at is not None  # noqa: S101 - it came up
            if work.phase is Phase.WRAP_UP:
                self._take(wrap_up_expired(work, at))
            elif work.phase is Phase.PARKED:
                self._take(parking_expired(work, at))
            else:
                self._take(offer_expired(self.centre, self._queues, work, at))

    def _conclude(self, now: Seconds) -> Turn:
        if self._went_home or self._placed_anew:
            self._look_at_doors()
        matches = self._matching.stirred()
        while (pair := matches.next_pair()) is not None:
            self._offer(pair, now)
        turn = Turn(facts=tuple(self._facts), decisions=tuple(self._decisions))
        self._facts, self._decisions = [], []
        return turn

    def _offer(self, pair: Pair, now: Seconds) -> None:
        work = self.centre.interactions[pair.interaction]
        fact = Offered(
            offer=OfferId(f"{work.id}/{work.attempts + 1}"),
            interaction=work.id,
            queue=work.queue,
            agent=pair.agent,
            deadline=now + pair.station.rule.ring_s,
            passed_over=self._matching.passed_over(pair, self.centre.agents[pair.agent]),
            at=now,
            steps=pair.station.at.steps,
            preferred=pair.station.at.preferred is not None,
        )
        self._apply(fact)
        self._facts.append(fact)
        self._decisions.append(_decision(fact, work, pair.station.rule))

    def _take(self, verdict: Verdict) -> None:
        for fact in verdict.facts:
            self._apply(fact)
        self._facts += verdict.facts
        self._decisions += verdict.decisions
        if self._leads:
            self._follow(verdict.facts)

    def _follow(self, facts: Iterable[Fact]) -> None:
        """See whether whoever came, or came back, is led on."""
        for fact in facts:
            match fact:
                case Enqueued():
                    self._lead_on(fact.interaction, came=True)
                case LedOn():  # whoever moves something by hand means it
                    self._lead_on(fact.interaction, came=fact.why is not Why.ASKED)
                case OfferEnded() | Requeued() | Unparked():
                    self._lead_on(fact.interaction)
                case StatusChanged(status=Status.SIGNED_OUT):
                    self._went_home = True
                case _:
                    pass

    def _look_at_doors(self) -> None:
        """Somebody went home: who waits for nobody? Or everybody was found a place anew: what came due meanwhile, or is closed for an emergency?"""
        concerned = overflow.has_rules if self._placed_anew else overflow.may_begin
        self._went_home = self._placed_anew = False
        for rule in self._queues.values():
            if concerned(rule):
                for work in self.centre.waiting(rule.id):
                    self._lead_on(work.id)

    def _lead_on(self, interaction: InteractionId, *, came: bool = False) -> None:
        """To where the first rule that holds says. `came`: just now, to this queue."""
        work = self.centre.work(interaction)
        rule = None if work is None else self._queues.get(work.queue)
        if work is None or rule is None or work.phase is not Phase.WAITING or not overflow.has_rules(rule):
            return
        if (later := put_off(work, rule, self._now)) is not None:
            self._take(later)
            return
        for each in overflow.rules_for(work, rule):
            if (each.queue is None or each.queue in self._queues) and self._holds(
                each, work, rule, came=came
            ):
                self._take(_led(work, each, self._now))
                return

    def _holds(self, one: Overflow, work: Work, rule: QueueRule, *, came: bool) -> bool:
        match one.why:
            case Why.CLOSED:
                return (came or rule.closed) and not overflow.is_open(rule, self._now)
            case Why.NOBODY:
                return not self._matching.anyone(work, rule, self._now)
            case Why.WAITED:
                return work.queued_at + one.limit <= self._now
            case Why.LENGTH:
                return came and self.centre.unanswered(work.queue) > one.limit
            case Why.EXPECTED:
                expected = self.estimate(work.id) if came else None
                return expected is not None and expected.wait_s >= one.limit
            case Why.ASKED:
                return False
            case _:
                assert_never(one.why)

    def _apply(self, fact: Fact) -> None:
        self._seen.apply(fact)
        self.centre.apply(fact)
        if isinstance(fact, (Offered, Connected, Finished, WrappedUp)):  # what happens most comes first
            self._see_interaction(fact.interaction)
            self._see_agent(fact.agent)
        elif isinstance(fact, OfferEnded) and fact.outcome is Outcome.ACCEPTED:
            pass  # `Connected` follows: nobody is free and nothing waits between the two
        elif isinstance(fact, (StatusChanged, ConsoleSeen, DeviceSeen)):
            self._see_agent(fact.agent)
        else:
            self._see_interaction(fact.interaction)
            if not isinstance(fact, _OF_NO_AGENT):
                self._see_agent(fact.agent)
            if isinstance(fact, (Conferring, ConferenceOver)) and fact.colleague is not None:
                self._see_agent(fact.colleague)

    def _see_agent(self, agent: AgentId) -> None:
        for interaction in self._matching.see_agent(self.centre.agents[agent]):
            self._see(self.centre.interactions[interaction])

    def _see_interaction(self, interaction: InteractionId) -> None:
        work = self.centre.work(interaction)
        if work is not None:
            self._see(work)
            self._timers.set(interaction, due(work))
        else:
            self._matching.forget_work(interaction)
            self._shifts.set(interaction, None)
            self._timers.set(interaction, None)


def _led(work: Work, rule: Overflow, at: Seconds) -> Verdict:
    if rule.queue is not None:
        led = LedOn(interaction=work.id, queue=rule.queue, origin=work.queue, why=rule.why, at=at)
        return Verdict((led,))
    leaves = rule.voicemail and work.medium is Medium.VOICE
    told = TurnedAway(interaction=work.id, queue=work.queue, why=rule.why, at=at, voicemail=leaves)
    decision = TurnAway(
        interaction=work.id, queue=work.queue, medium=work.medium, why=rule.why, voicemail=leaves
    )
    return Verdict((told,), (decision,))


def _decision(fact: Offered, work: Work, rule: QueueRule) -> Offer:
    return Offer(
        offer=fact.offer,
        interaction=fact.interaction,
        agent=fact.agent,
        medium=work.medium,
        deadline=fact.deadline,
        ring_s=rule.ring_s,
    )
