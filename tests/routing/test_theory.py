"""The router in virtual time against queueing theory."""

import random
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush, heapreplace
from itertools import accumulate, permutations
from math import factorial
from statistics import fmean

import pytest

from routing.core.decisions import Offer
from routing.core.events import Accepted, Arrived, Event, WorkEnded
from routing.core.figures import Figures
from routing.core.model import By, InteractionId, Medium, QueueId
from routing.core.router import Router
from routing.simulation.scenario import Scenario
from routing.simulation.several import mean, several
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


def fcfs_alis_wait_s(rates: Mapping[str, float], serves: Mapping[str, set[str]], service_s: float) -> float:
    """Mean wait where the oldest customer goes first and the longest idle server is assigned, each server with skills of their own: the product form
    of Adan and Weiss, *A skill based parallel service system under FCFS-ALIS* (Stochastic Systems 4, 2014), theorem 1, and Little's law.

    A state is an order of the servers: the first are busy, with customers waiting between them whom only those before can serve; the others
    are idle, the longest idle last.
    """

    def rate(kinds: Iterable[str]) -> float:
        return sum(rates[kind] for kind in kinds)

    whole, length = 0.0, 0.0
    for order in permutations(serves):
        for busy in range(len(order) + 1):
            weight, waiting = 1.0, 0.0
            for first in range(1, busy + 1):
                others = set[str]().union(*(serves[server] for server in order[first:]))
                only = set[str]().union(*(serves[server] for server in order[:first])) - others
                freed = first / service_s
                load = rate(only) / freed
                weight /= freed * (1 - load)
                waiting += load / (1 - load)
            for place in range(busy, len(order)):
                weight /= rate(set[str]().union(*(serves[server] for server in order[place:])))
            whole += weight
            length += weight * waiting
    return length / whole / rate(rates)


def test_the_product_form_is_erlang_c_for_one_skill() -> None:
    rates = {"x": LOAD * AGENTS / SERVICE_S}
    found = fcfs_alis_wait_s(rates, {f"a{number}": {"x"} for number in range(AGENTS)}, SERVICE_S)
    assert found == pytest.approx(erlang_c_wait_s(AGENTS, LOAD, SERVICE_S))


def test_three_skills_and_four_agents_wait_as_the_product_form_says() -> None:
    """A chain of overlapping skills under the router's usual choice: the mean wait of ten runs, within its 95 % interval."""
    per_hour = {"a": 40, "b": 30, "c": 35}
    serves = {"one": {"a"}, "two": {"a", "b"}, "three": {"b", "c"}, "four": {"c"}}
    scenario = Scenario.model_validate(
        {
            "hours": 60,
            "warm_up_h": 2,
            "queue": [{"id": skill, "needs": {skill: 1}} for skill in per_hour],
            "stream": [
                {"queue": skill, "per_hour": rate, "handling": {"mean_s": 100}}
                for skill, rate in per_hour.items()
            ],
            "group": [
                {
                    "name": name,
                    "agents": 1,
                    "skills": dict.fromkeys(skills, 1),
                    "answer": {"mean_s": 0.001, "kind": "constant"},
                }
                for name, skills in serves.items()
            ],
        }
    )
    waits = [
        fmean(wait for each in outcome.queues.values() for wait in each.waits)
        for outcome in several(scenario, 10)
    ]
    found = mean(waits)
    assert found is not None
    assert found.half_width is not None
    theory = fcfs_alis_wait_s({skill: rate / 3600 for skill, rate in per_hour.items()}, serves, 100.0)
    assert abs(found.value - theory) <= found.half_width, (found, theory)
    assert found.half_width < 0.1 * theory
