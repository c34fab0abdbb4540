"""The pool of free agents."""

from routing.core.choice import Pool
from routing.core.model import AgentId
from routing.core.presence import AgentState

LETTERS = frozenset({1})


def test_turns_behind_an_agent_who_stays_free_are_not_kept() -> None:
    """Somebody whom no letter ever reaches does not make the pool remember every turn of all others."""
    pool = Pool()
    pool.put(AgentState(id=AgentId("first"), idle_since=0.0), LETTERS)
    for moment in range(1, 2000):
        pool.put(AgentState(id=AgentId("other"), idle_since=float(moment)), LETTERS)
    assert pool.first(1) == (0, 0.0, "first")
    assert list(pool.free(1)) == [(0, 0.0, "first"), (0, 1999.0, "other")]
    assert pool.remembered() < 100
