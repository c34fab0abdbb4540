"""Erlang's formulas, against what they are made of and against callers who live through it."""

import random
from collections import deque
from heapq import heappop, heappush
from math import exp, factorial, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.core.forecast import Forecast, Load, blocking, forecast, staffing

LOADS = st.builds(
    Load,
    per_hour=st.floats(0.1, 3_000),
    handling_s=st.floats(1, 1_800),
    patience_s=st.one_of(st.floats(5, 3_600), st.just(inf)),
)


def test_blocking_is_the_textbook_sum() -> None:
    """Erlang B equals its definition, a^c/c! over the sum of the terms before it."""
    for erlangs in (0.5, 3.0, 12.0):
        for agents in range(12):
            terms = [erlangs**n / factorial(n) for n in range(agents + 1)]
            assert blocking(erlangs, agents) == pytest.approx(terms[-1] / sum(terms))


@pytest.mark.parametrize(("agents", "load"), [(5, 0.8), (20, 0.9), (100, 0.95), (1, 0.5)])
def test_waiting_for_ever_is_erlang_c(agents: int, load: float) -> None:
    """Share that waits, mean wait and service level equal the formulas written out with factorials."""
    erlangs, handling_s, within_s = agents * load, 300.0, 20.0
    top = erlangs**agents / factorial(agents) / (1 - load)
    waits = top / (sum(erlangs**n / factorial(n) for n in range(agents)) + top)
    found = forecast(Load(per_hour=erlangs * 12, handling_s=handling_s), agents, within_s)
    assert found.waits == pytest.approx(waits)
    assert found.asa_s == pytest.approx(waits * handling_s / (agents - erlangs))
    assert found.service_level == pytest.approx(1 - waits * exp(-(agents - erlangs) * within_s / handling_s))
    assert found.occupancy == pytest.approx(load)
    assert found.abandoned == 0.0


def lived(load: Load, agents: int, within_s: float, callers: int, seed: int) -> Forecast:
    """What so many callers meet: first come, first served, each with a patience of their own."""
    chance = random.Random(seed)
    now, busy, waiting = 0.0, list[float](), deque[tuple[float, float]]()
    waited = answered_in_time = gave_up = had_to_wait = 0.0

    def answer(at: float, wait: float) -> None:
        nonlocal waited, answered_in_time
        waited += wait
        answered_in_time += wait <= within_s
        heappush(busy, at + chance.expovariate(1 / load.handling_s))

    for _ in range(callers):
        now += chance.expovariate(load.per_hour / 3600)
        while busy and busy[0] <= now:
            free_at = heappop(busy)
            while waiting:
                came, patience = waiting.popleft()
                if came + patience > free_at:
                    answer(free_at, free_at - came)
                    break
                gave_up += 1
                waited += patience
        if len(busy) < agents:
            answer(now, 0.0)
        else:
            had_to_wait += 1
            waiting.append((now, chance.expovariate(1 / load.patience_s)))
    return Forecast(
        agents=agents,
        waits=had_to_wait / callers,
        asa_s=waited / callers,
        service_level=answered_in_time / callers,
        abandoned=gave_up / callers,
        occupancy=0.0,
        queue_length=waited / now,
    )


@pytest.mark.parametrize(
    ("agents", "per_hour", "patience_s"),
    [(5, 60.0, 60.0), (18, 240.0, 120.0), (40, 460.0, 300.0), (3, 90.0, 20.0)],
)
def test_giving_up_is_what_callers_do(agents: int, per_hour: float, patience_s: float) -> None:
    """Erlang A says what 300,000 callers with an exponential patience live through, in light and in heavy load."""
    load = Load(per_hour=per_hour, handling_s=300.0, patience_s=patience_s)
    said, seen = forecast(load, agents, 20.0), lived(load, agents, 20.0, 300_000, seed=7)
    for name in ("waits", "service_level", "abandoned"):
        assert getattr(said, name) == pytest.approx(getattr(seen, name), abs=0.02)
    assert said.asa_s == pytest.approx(seen.asa_s, rel=0.04)
    assert said.queue_length == pytest.approx(seen.queue_length, rel=0.04)


def test_endless_patience_is_the_limit_of_long_patience() -> None:
    """The more patient callers are, the nearer Erlang A comes to Erlang C."""
    endless = forecast(Load(per_hour=48, handling_s=300), 5, 20)
    patient = forecast(Load(per_hour=48, handling_s=300, patience_s=3e6), 5, 20)
    assert patient.asa_s == pytest.approx(endless.asa_s, rel=0.01)
    assert patient.service_level == pytest.approx(endless.service_level, rel=0.01)


@given(load=LOADS, agents=st.integers(0, 400), within_s=st.floats(0, 600))
def test_figures_stay_what_they_are(load: Load, agents: int, within_s: float) -> None:
    """Shares stay between 0 and 1, whoever abandoned is not answered, and one more agent never makes anything worse."""
    found, better = (forecast(load, number, within_s) for number in (agents, agents + 1))
    tiny = 1e-9
    for each in (found, better):
        for share in (each.waits, each.service_level, each.abandoned, each.occupancy):
            assert -tiny <= share <= 1 + tiny
        assert each.service_level + each.abandoned <= 1 + tiny
    assert better.service_level >= found.service_level - tiny
    assert better.abandoned <= found.abandoned + tiny
    assert better.asa_s <= found.asa_s + 1e-6 * found.asa_s


@given(
    load=LOADS,
    service_level=st.floats(0.1, 0.99),
    occupancy=st.floats(0.3, 1.0),
    abandoned=st.floats(0.01, 1.0),
)
def test_staffing_is_enough_and_not_one_more(
    load: Load, service_level: float, occupancy: float, abandoned: float
) -> None:
    """The number keeps every target, and one agent less breaks one."""
    targets = {"service_level": service_level, "occupancy": occupancy, "abandoned": abandoned}
    found = staffing(load, within_s=20.0, **targets)

    def kept(each: Forecast) -> bool:
        return (
            each.service_level >= service_level
            and each.occupancy <= occupancy
            and each.abandoned <= abandoned
            and each.asa_s < inf
        )

    assert kept(found)
    assert found.agents == 0 or not kept(forecast(load, found.agents - 1, 20.0))


def test_nothing_to_do_needs_nobody() -> None:
    """No work, no agents, and no division by nothing."""
    idle = staffing(Load(per_hour=0, handling_s=300), within_s=20.0, service_level=0.8)
    assert (idle.agents, idle.service_level, idle.occupancy) == (0, 1.0, 0.0)


@pytest.mark.parametrize(
    "given",
    [{"per_hour": -1.0}, {"per_hour": inf}, {"handling_s": 0.0}, {"handling_s": inf}, {"patience_s": 0.0}],
)
def test_a_load_that_is_none_is_refused(given: dict[str, float]) -> None:
    """Numbers that mean nothing are refused with the name of what is wrong."""
    with pytest.raises(ValueError, match=next(iter(given))):
        Load(**({"per_hour": 60.0, "handling_s": 300.0} | given))


def test_targets_that_nobody_keeps_are_refused() -> None:
    """A service level of one, or none at all busy, cannot be staffed."""
    load = Load(per_hour=60, handling_s=300)
    for targets in ({"service_level": 1.0}, {"occupancy": 0.0}, {"abandoned": 0.0}, {"asa_s": 0.0}):
        with pytest.raises(ValueError, match="targets"):
            staffing(load, within_s=20.0, **targets)
    with pytest.raises(ValueError, match="targets: more than"):
        staffing(load, within_s=20.0, occupancy=1e-6)
