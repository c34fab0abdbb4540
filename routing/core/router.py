"""The router: events in, facts and decisions out. It owns the centre and decides nothing but who is offered what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.core.decisions import Decision, Offer
from routing.core.events import Event, StatusChosen
from routing.core.facts import (
    Abandoned,
    ConsoleSeen,
    DeviceSeen,
    Enqueued,
    Fact,
    Offered,
    StatusChanged,
    WorkFact,
)
from routing.core.judge import Verdict, judge, offer_expired, status_chosen, wrap_up_expired
from routing.core.matching import Matching, Pair
from routing.core.model import AgentRule, OfferId, QueueRule, Seconds, Status
from routing.core.presence import Phase, Work
from routing.core.state import Centre
from routing.core.timers import RESTORED_GRACE_S, Timers, due


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one call of the router brought: facts to record, then decisions to act on."""

    facts: tuple[Fact, ...]
    decisions: tuple[Decision, ...]


class Router:
    """Rules, the centre, and the index over it. Deterministic: same calls, same turns."""

    def __init__(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        self._set_rules(queues, agents)
        self._facts: list[Fact] = []
        self._decisions: list[Decision] = []
        self._begin(())

    def restore(self, facts: Iterable[Fact]) -> None:
        """Rebuild the centre from the ledger's facts, oldest first; the next `decide` goes on from there."""
        self._begin(facts)

    def decide(self, events: Sequence[Event], now: Seconds) -> Turn:
        """Take the events in, in order, fire every deadline up to `now`, then offer what can be offered.

        Events come before deadlines: an answer that arrives with the deadline counts.
        """
        self._arm_restored(now)
        for event in events:
            self._take(judge(self.centre, self._queues, event))
        self._fire(now)
        return self._conclude(now)

    def next_deadline(self) -> Seconds | None:
        """When `decide` must be called at the latest, or None."""
        return self._timers.next(self.centre.interactions)

    def configure(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule], now: Seconds) -> Turn:
        """Work under new rules from now on. Live offers and held work stay; an agent without a rule is signed out."""
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

    def _set_rules(self, queues: Iterable[QueueRule], agents: Iterable[AgentRule]) -> None:
        self._queues = {rule.id: rule for rule in queues}
        self._agents = {rule.id: rule for rule in agents}

    def _begin(self, facts: Iterable[Fact]) -> None:
        self.centre = Centre(self._agents)
        self._timers = Timers()
        for fact in facts:
            self.centre.apply(fact)
        self._restored = [work for work in self.centre.interactions.values() if due(work) is not None]
        self._index()

    def _index(self) -> None:
        self._matching = Matching(self._queues, self._agents)
        for work in self.centre.interactions.values():
            self._matching.see_work(work)
        for agent in self.centre.agents.values():
            self._matching.see_agent(agent)

    def _arm_restored(self, now: Seconds) -> None:
        """Wrap-ups end when they were to end; offers wait until the edges had the time to tell what became of them."""
        for work in self._restored:
            offered = work.phase is Phase.OFFERED
            self._timers.see(work, not_before=now + RESTORED_GRACE_S if offered else 0.0)
        self._restored = []

    def _fire(self, now: Seconds) -> None:
        while (work := self._timers.pop(self.centre.interactions, now)) is not None:
            at = due(work)
            assert at is not None  # noqa: S101 - it came up
            wrapping = work.phase is Phase.WRAP_UP
            self._take(wrap_up_expired(work, at) if wrapping else offer_expired(self.centre, work, at))

    def _conclude(self, now: Seconds) -> Turn:
        matches = self._matching.stirred()
        while (pair := matches.next_pair()) is not None:
            self._offer(pair, now)
        turn = Turn(facts=tuple(self._facts), decisions=tuple(self._decisions))
        self._facts, self._decisions = [], []
        return turn

    def _offer(self, pair: Pair, now: Seconds) -> None:
        work = self.centre.interactions[pair.interaction]
        agents = self.centre.agents
        fact = Offered(
            offer=OfferId(f"{work.id}/{work.attempts + 1}"),
            interaction=work.id,
            queue=work.queue,
            agent=pair.agent,
            deadline=now + pair.station.rule.ring_s,
            passed_over=self._matching.passed_over(pair, agents[pair.agent], agents),
            at=now,
        )
        self._take(Verdict((fact,), (_decision(fact, work, pair.station.rule),)))

    def _take(self, verdict: Verdict) -> None:
        for fact in verdict.facts:
            self._apply(fact)
        self._facts += verdict.facts
        self._decisions += verdict.decisions

    def _apply(self, fact: Fact) -> None:
        if not isinstance(fact, StatusChanged | ConsoleSeen | DeviceSeen):
            self._apply_to_work(fact)
            return
        self.centre.apply(fact)
        self._matching.see_agent(self.centre.agents[fact.agent])

    def _apply_to_work(self, fact: WorkFact) -> None:
        before = self.centre.interactions.get(fact.interaction)
        self.centre.apply(fact)
        work = self.centre.interactions.get(fact.interaction)
        if work is not None:
            self._matching.see_work(work)
            self._timers.see(work)
        elif before is not None:
            self._matching.forget_work(before)
        if not isinstance(fact, Enqueued | Abandoned):
            self._matching.see_agent(self.centre.agents[fact.agent])


def _decision(fact: Offered, work: Work, rule: QueueRule) -> Offer:
    return Offer(
        offer=fact.offer,
        interaction=fact.interaction,
        agent=fact.agent,
        medium=work.medium,
        deadline=fact.deadline,
        ring_s=rule.ring_s,
    )
