"""Callers drawn by hand, and what they live through: by the router, and told the simple way without it.

The simple way is short enough to be believed and fast enough for millions of callers; that the router serves the same callers alike is tested, caller by
caller. So what holds of the one by theory holds of the other.
"""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush, heapreplace
from math import inf
from types import MappingProxyType
from typing import NamedTuple

from routing.core.decisions import Offer
from routing.core.events import Accepted, Arrived, CustomerLeft, Event, WorkEnded
from routing.core.facts import Abandoned, Connected
from routing.core.model import By, Choice, InteractionId, Medium, QueueId
from routing.core.router import Router
from tests.routing.scene import START, agent, present, queue

Rank = Callable[[Mapping[str, int], str], int]
"""Of an agent with these levels for that skill: a smaller one is asked first, of equal ones the longest idle."""


class Caller(NamedTuple):
    """Seconds; `asks` is the one skill that they need."""

    at: float
    talks_s: float
    patience_s: float = inf
    asks: str = "x"


def callers(
    rates: Mapping[str, float], talks_s: float, seed: str, patience_s: float = inf
) -> Iterator[Caller]:
    """Poisson arrivals (a second, by skill), exponential talk and patience, for ever."""
    chance = random.Random(seed)
    at, whole = 0.0, sum(rates.values())
    asked, weights = list(rates), list(rates.values())
    while True:
        at += chance.expovariate(whole)
        asks = asked[0] if len(asked) == 1 else chance.choices(asked, weights)[0]
        patient = inf if patience_s == inf else chance.expovariate(1 / patience_s)
        yield Caller(at, chance.expovariate(1 / talks_s), patient, asks)


def fcfs_waits_s(coming: Iterable[Caller], agents: int) -> list[float | None]:
    """One skill, first come, first served (J. Kiefer and J. Wolfowitz, 1955): each goes to whoever is free first, unless they give up before; None
    for who did."""
    free_at = [0.0] * agents
    waits: list[float | None] = []
    for one in coming:
        begins = max(one.at, free_at[0])
        if begins - one.at > one.patience_s:
            waits.append(None)
        else:
            waits.append(begins - one.at)
            heapreplace(free_at, begins + one.talks_s)
    return waits


def waits_s(
    coming: Sequence[Caller],
    staff: Sequence[Mapping[str, int]],
    rank: Rank = lambda _, __: 0,
    points: Mapping[str, int] = MappingProxyType({}),
) -> list[float | None]:
    """The wait of each, None for who gave up. A freed agent takes whoever waits longest of those whom they can serve, a skill's points counted as
    seconds of waiting; a caller is taken by the free agent of the smallest rank, of equal ones the longest idle (FCFS-ALIS where all ranks are
    equal and there are no points)."""
    ranks = [{skill: rank(skills, skill) for skill in skills} for skills in staff]
    least = {skill: min(each[skill] for each in ranks if skill in each) for each in ranks for skill in each}
    idle = dict.fromkeys(range(len(staff)))  # in the order in which they became idle
    lines: dict[str, deque[int]] = {skill: deque() for skill in least}
    busy: list[tuple[float, int]] = []
    waits: list[float | None] = [None] * len(coming)

    def take(who: int, number: int, now: float) -> None:
        waits[number] = now - coming[number].at
        heappush(busy, (now + coming[number].talks_s, who))

    def free(now: float, who: int) -> None:
        first: deque[int] | None = None
        its_place = 0.0
        for skill in staff[who]:
            line = lines[skill]
            while line and coming[line[0]].at + coming[line[0]].patience_s <= now:
                line.popleft()
            if line:
                mine = coming[line[0]].at - points.get(skill, 0)
                if first is None or mine < its_place:
                    first, its_place = line, mine
        if first is None:
            idle[who] = None
        else:
            take(who, first.popleft(), now)

    def choose(skill: str) -> int | None:
        chosen, its_rank = None, 0
        for who in idle:
            mine = ranks[who].get(skill)
            if mine is not None and (chosen is None or mine < its_rank):
                chosen, its_rank = who, mine
                if mine == least[skill]:
                    break
        return chosen

    for number, one in enumerate(coming):
        while busy and busy[0][0] <= one.at:
            free(*heappop(busy))
        chosen = choose(one.asks)
        if chosen is None:
            lines[one.asks].append(number)
        else:
            del idle[chosen]
            take(chosen, number, one.at)
    while busy:
        free(*heappop(busy))
    return waits


def routed_waits_s(
    coming: Sequence[Caller],
    staff: Sequence[Mapping[str, int]],
    choice: Choice = Choice.LONGEST_IDLE,
    points: Mapping[str, int] = MappingProxyType({}),
) -> list[float | None]:
    """The same callers through the router, a queue for each skill with its points; offers are accepted at once, nobody wraps up."""
    names = [f"a{number:03}" for number in range(len(staff))]
    skills = {skill for one in staff for skill in one}
    router = Router(
        [
            queue(
                skill,
                needs=[(skill, 1)],
                choice=choice,
                wrap_up_s=0.0,
                priority_points=points.get(skill, 0),
            )
            for skill in sorted(skills)
        ],
        [agent(name, skills=has.items()) for name, has in zip(names, staff, strict=True)],
    )
    for name in names:
        router.decide(present(name, START), START)
    agenda: list[tuple[float, int, Event]] = []
    for number, one in enumerate(coming):
        heappush(agenda, (START + one.at, number, _arrival(number, one)))
        if one.patience_s < inf:
            left = CustomerLeft(interaction=InteractionId(str(number)), at=START + one.at + one.patience_s)
            heappush(agenda, (left.at, number, left))
    waits: list[float | None] = [None] * len(coming)
    while agenda:
        now, number, event = heappop(agenda)
        if isinstance(event, CustomerLeft) and waits[number] is not None:
            continue  # patience is for waiting
        turn = router.decide([event], now)
        for offer in turn.decisions:
            assert isinstance(offer, Offer)
            (*_, connected) = router.decide([Accepted(offer=offer.offer, at=now)], now).facts
            assert isinstance(connected, Connected)
            taken = int(offer.interaction)
            waits[taken] = now - START - coming[taken].at
            ends = now + coming[taken].talks_s
            heappush(agenda, (ends, taken, WorkEnded(interaction=offer.interaction, by=By.CUSTOMER, at=ends)))
        assert isinstance(event, CustomerLeft) == any(isinstance(fact, Abandoned) for fact in turn.facts)
    return waits


def _arrival(number: int, one: Caller) -> Arrived:
    when = START + one.at
    return Arrived(
        interaction=InteractionId(str(number)),
        medium=Medium.VOICE,
        queue=QueueId(one.asks),
        enqueued_at=when,
        at=when,
    )
