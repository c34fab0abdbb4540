"""The pool of free agents."""

import random

from routing.core.choice import Pool
from routing.core.model import AgentId
from routing.core.presence import AgentState

LETTERS = frozenset({1})
NOTHING: frozenset[int] = frozenset()


def test_turns_behind_agents_who_stay_free_are_not_kept() -> None:
    """Some whom no letter ever reaches do not make the pool remember every turn of all others."""
    pool = Pool()
    for number in range(10):
        pool.put(AgentState(id=AgentId(f"free{number}"), idle_since=float(number)), LETTERS)
    for moment in range(11, 2000):
        pool.put(AgentState(id=AgentId("other"), idle_since=float(moment)), LETTERS)
    assert pool.first(1) == (0, 0.0, "free0")
    turns = list(pool.free(1))
    assert len(turns) == 11
    assert (0, 1999.0, "other") in turns
    assert 10 < pool.remembered() < 150


def test_many_are_asked_in_the_same_order_as_few() -> None:
    """While agents become free, change and take work on again, the first is always who has been idle longest."""
    chance, pool, free = random.Random(1), Pool(), dict[AgentId, float]()
    most = 0
    for moment in range(600):
        agent = AgentId(f"a{chance.randrange(20)}")
        if agent in free and chance.random() < 0.5 + 0.4 * (moment > 300):
            del free[agent]
            pool.put(AgentState(id=agent), NOTHING)
        else:
            free[agent] = chance.random()
            pool.put(AgentState(id=agent, idle_since=free[agent]), LETTERS)
        most = max(most, len(free))
        turns = [(0, since, one) for one, since in free.items()]
        assert pool.first(1) == min(turns, default=None)
        assert sorted(pool.free(1)) == sorted(turns)
        assert pool.rooms() == (LETTERS if free else NOTHING)
    assert most > 10
