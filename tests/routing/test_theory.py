"""The router in virtual time against queueing theory."""

import random
from heapq import heappop, heappush, heapreplace
from itertools import accumulate
from math import factorial

import pytest

from routing.core.decisions import Offer
from routing.core.events import Accepted, Arrived, Event, WorkEnded
from routing.core.figures import Figures
from routing.core.model import By, InteractionId, Medium, QueueId
from routing.core.router import Router
from tests.routing.scene import START, agent, present, queue

AGENTS, LOAD, SERVICE_S = 5, 0.8, 300.0


def erlang_c_wait_s(agents: int, load: float, service_s: float) -> float:
    """Mean wait of M/M/c: C(c, a) * service / (c - a), with a = load * c erlangs."""
    offered = load * agents
    top = offered**agents / factorial(agents) / (1 - load)
    waits = top / (sum(offered**k / factorial(k) for k in range(agents)) + top)
    return waits * service_s / (agents - offered)


def fcfs_waits_s(arrivals: list[float], services: list[float], agents: int) -> list[float]:
    """First come, first served, exactly (Kiefer and Wolfowitz): each goes to whoever is free first."""
    free_at = [0.0] * agents
    waits = []
    for arrived, service in zip(arrivals, services, strict=True):
        begins = max(arrived, free_at[0])
        waits.append(begins - arrived)
        heapreplace(free_at, begins + service)
    return waits


def routed_waits_s(arrivals: list[float], services: list[float], agents: int) -> list[float]:
    """The same callers through the router; offers are accepted at once, nobody wraps up."""
    names = [f"a{number}" for number in range(agents)]
    router = Router([queue(wrap_up_s=0.0)], [agent(name) for name in names])
    figures = Figures(START)
    for name in names:
        router.decide(present(name, START), START)
    agenda: list[tuple[float, int, Event]] = []
    for number, at in enumerate(arrivals):
        one, when = InteractionId(str(number)), START + at
        heappush(
            agenda,
            (
                when,
                number,
                Arrived(interaction=one, medium=Medium.VOICE, queue=QueueId("q"), enqueued_at=when, at=when),
            ),
        )
    while agenda:
        now, number, event = heappop(agenda)
        turn = router.decide([event], now)
        for offer in turn.decisions:
            assert isinstance(offer, Offer)
            answer = router.decide([Accepted(offer=offer.offer, at=now)], now)
            ends = now + services[int(offer.interaction)]
            heappush(
                agenda, (ends, number, WorkEnded(interaction=offer.interaction, by=By.CUSTOMER, at=ends))
            )
            for fact in (*turn.facts, *answer.facts):
                figures.apply(fact)
        if not turn.decisions:
            for fact in turn.facts:
                figures.apply(fact)
    return list(figures.waits(QueueId("q"), Medium.VOICE))


def day(calls: int, seed: int) -> tuple[list[float], list[float]]:
    """Poisson arrivals and exponential service at load 0.8."""
    chance = random.Random(seed)
    between_s = SERVICE_S / (LOAD * AGENTS)
    arrivals = list(accumulate(chance.expovariate(1 / between_s) for _ in range(calls)))
    return arrivals, [chance.expovariate(1 / SERVICE_S) for _ in range(calls)]


def test_waits_are_those_of_first_come_first_served() -> None:
    """6,000 callers and five agents: each single wait equals the exact recursion's."""
    arrivals, services = day(6_000, seed=1)
    waits = routed_waits_s(arrivals, services, AGENTS)
    assert waits == pytest.approx(fcfs_waits_s(arrivals, services, AGENTS), abs=1e-3)


def test_first_come_first_served_waits_as_erlang_says() -> None:
    """The recursion that the router equals has Erlang C's mean wait (400,000 callers, within 5 %)."""
    waits = fcfs_waits_s(*day(400_000, seed=1), AGENTS)
    assert sum(waits) / len(waits) == pytest.approx(erlang_c_wait_s(AGENTS, LOAD, SERVICE_S), rel=0.05)
