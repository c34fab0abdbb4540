"""The run: an agenda of what happens when, and the router, which is asked in the order of time.

Customers and agents here do what real ones do: agents answer after a while or let it ring, take breaks, finish a conversation after their
shift's end; customers talk, or give up. The router sees events and nothing else, so what it decides here it would decide at work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, merge
from random import Random

from routing.core.decisions import Offer
from routing.core.events import (
    Accepted,
    Arrived,
    ConsoleChanged,
    CustomerLeft,
    DeviceChanged,
    Event,
    Rang,
    StatusChosen,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import Connected, Fact, Finished, StatusChanged
from routing.core.model import AgentId, By, Device, InteractionId, QueueId, Seconds, Status
from routing.core.router import Router, Turn
from routing.simulation.draws import Customer, Draw, customers, drawing
from routing.simulation.outcome import Outcome, Tally
from routing.simulation.scenario import HOUR_S, Group, Scenario, Stream

RINGS_AFTER_S = 0.5
"""From the offer to the ringing."""
_GONE = ("no_answer", "phone_failed")


@dataclass(slots=True)
class _Agent:
    """How one agent behaves."""

    group: Group
    answers: Draw
    chance: Random


@dataclass(slots=True)
class _Agenda:
    """What is to happen, in order; what was put in first comes first of two at once."""

    _heap: list[tuple[Seconds, int, Event]] = field(default_factory=list)
    _number: int = 0

    def put(self, at: Seconds, event: Event) -> None:
        self._number += 1
        heappush(self._heap, (at, self._number, event))

    def next_at(self) -> Seconds | None:
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[Seconds, Event]:
        at, _, event = heappop(self._heap)
        return at, event


def simulate(scenario: Scenario, seed: int | None = None, *, estimates: bool = False) -> Outcome:
    """Live through the scenario once; the same seed gives the same outcome. At the end of its hours everything stops: who waits still is
    counted as waiting. `estimates`: tell everybody who has to wait how long, and see how right that was."""
    return _Run(scenario, scenario.seed if seed is None else seed, estimates=estimates).outcome()


class _Run:
    def __init__(self, scenario: Scenario, seed: int, *, estimates: bool) -> None:
        self._scenario = scenario
        self._estimates = estimates
        self._end = scenario.hours * HOUR_S
        rules = [rule for group in scenario.group for rule in group.rules()]
        queues = [queue.rule() for queue in scenario.queue]
        self._router = Router(queues, rules)
        self._tally = Tally.of(scenario)
        self._agenda = _Agenda()
        self._needs: dict[InteractionId, Customer] = {}
        self._agents: dict[AgentId, _Agent] = {}
        for group in scenario.group:
            for rule in group.rules():
                self._employ(rule.id, group, seed)
        self._coming = _arrivals(scenario, seed)

    def outcome(self) -> Outcome:
        arrival = next(self._coming, None)
        while True:
            planned = self._agenda.next_at()
            due = self._router.next_deadline()
            now = min(
                arrival[0] if arrival else self._end,
                self._end if planned is None else planned,
                self._end if due is None else due,
            )
            if now >= self._end:
                return self._tally.outcome(self._end)
            if arrival is not None and now == arrival[0]:
                self._arrive(*arrival)
                arrival = next(self._coming, None)
            elif planned is not None and now == planned:
                _, event = self._agenda.pop()
                self._tell(now, [event])
            else:
                self._tell(now, [])

    # -- who comes and who works --------------------------------------------------------------------------------------

    def _employ(self, agent: AgentId, group: Group, seed: int) -> None:
        chance = Random(f"{seed}/{agent}")  # noqa: S311 - a simulation
        self._agents[agent] = _Agent(group=group, answers=drawing(group.answer, chance), chance=chance)
        begins = group.from_h * HOUR_S
        for event in (
            ConsoleChanged(agent=agent, present=True, at=begins),
            DeviceChanged(agent=agent, device=Device.REACHABLE, at=begins),
            StatusChosen(agent=agent, status=Status.READY, at=begins),
        ):
            self._agenda.put(begins, event)
        for from_h, to_h in group.breaks:
            self._choose(agent, Status.PAUSED, from_h * HOUR_S, "break")
            self._choose(agent, Status.READY, to_h * HOUR_S)
        if group.to_h is not None:
            self._choose(agent, Status.SIGNED_OUT, group.to_h * HOUR_S)

    def _choose(self, agent: AgentId, status: Status, at: Seconds, reason: str = "") -> None:
        self._agenda.put(at, StatusChosen(agent=agent, status=status, reason=reason, at=at))

    def _arrive(self, at: Seconds, interaction: InteractionId, stream: Stream, customer: Customer) -> None:
        self._needs[interaction] = customer
        if customer.patience_s is not None:
            gives_up = at + customer.patience_s
            self._agenda.put(gives_up, CustomerLeft(interaction=interaction, at=gives_up))
        arrived = Arrived(
            interaction=interaction,
            medium=stream.medium,
            queue=QueueId(stream.queue),
            enqueued_at=at,
            at=at,
            priority_points=stream.priority_points,
            needs=stream.own(),
        )
        self._tell(at, [arrived])
        if self._estimates:
            told = self._router.estimate(interaction)
            if told is not None:
                self._tally.estimated(interaction, told)

    # -- what follows -------------------------------------------------------------------------------------------------

    def _tell(self, now: Seconds, events: Sequence[Event]) -> None:
        if any(self._is_past(event) for event in events):
            return
        turn = self._router.decide(events, now)
        for fact in turn.facts:
            self._tally.see(fact)
            self._follow(fact)
        self._answer(turn, now)

    def _is_past(self, event: Event) -> bool:
        """Patience is for waiting; and an end is that of the present conversation, not of one that went back to its queue."""
        if not isinstance(event, CustomerLeft | WorkEnded):
            return False
        work = self._router.centre.interactions.get(event.interaction)
        if work is None:
            return True
        if isinstance(event, CustomerLeft):
            return work.connected_at is not None
        return (
            work.connected_at is None
            or event.at < work.connected_at + self._needs[event.interaction].handling_s
        )

    def _follow(self, fact: Fact) -> None:
        match fact:
            case Connected():
                ends = fact.at + self._needs[fact.interaction].handling_s
                self._agenda.put(ends, WorkEnded(interaction=fact.interaction, by=By.CUSTOMER, at=ends))
            case Finished(wrap_up_until=until) if until is not None:
                ends = min(until, fact.at + self._needs[fact.interaction].wrap_up_s)
                ended = WrapUpEnded(
                    interaction=fact.interaction, agent=fact.agent, disposition="done", at=ends
                )
                self._agenda.put(ends, ended)
            case StatusChanged(status=Status.PAUSED, reason=reason) if reason in _GONE:
                back = fact.at + self._agents[fact.agent].group.back_after_s
                if not self._is_away(self._agents[fact.agent].group, back):
                    self._choose(fact.agent, Status.READY, back)
            case _:
                pass

    def _is_away(self, group: Group, at: Seconds) -> bool:
        """On a break, which ends by itself, or off."""
        hour = at / HOUR_S
        over = group.to_h is not None and hour >= group.to_h
        return over or any(begin <= hour < end for begin, end in group.breaks)

    def _answer(self, turn: Turn, now: Seconds) -> None:
        for decision in turn.decisions:
            if isinstance(decision, Offer):
                agent = self._agents[decision.agent]
                rings = now + RINGS_AFTER_S
                takes_s = agent.answers()
                if agent.chance.random() < agent.group.no_answer or takes_s >= decision.ring_s:
                    self._agenda.put(rings, Rang(offer=decision.offer, at=rings))
                else:
                    answered = now + takes_s
                    self._agenda.put(answered, Accepted(offer=decision.offer, at=answered))


def _arrivals(scenario: Scenario, seed: int) -> Iterator[tuple[Seconds, InteractionId, Stream, Customer]]:
    def one(place: int, stream: Stream) -> Iterator[tuple[Seconds, InteractionId, Stream, Customer]]:
        for number, customer in enumerate(customers(stream, scenario.hours, f"{seed}/{place}")):
            yield customer.at, InteractionId(f"{place}.{number}"), stream, customer

    sources = (one(place, stream) for place, stream in enumerate(scenario.stream))
    return merge(*sources, key=lambda each: each[:2])
