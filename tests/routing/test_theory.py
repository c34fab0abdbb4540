"""The router in virtual time against queueing theory.

Two steps: the router serves the same callers as a few lines without it do, wait by wait; and what those lines give has the mean that theory says, over
millions of callers. Seeds are fixed, the first of each run is left out, intervals are of 16 independent runs.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice, permutations
from math import factorial
from statistics import fmean

import pytest

from routing.core.forecast import Load, forecast
from routing.core.model import Choice
from routing.simulation.several import Mean, mean
from tests.routing.lived import Caller, Rank, callers, fcfs_waits_s, routed_waits_s, waits_s

TALKS_S = 300.0
RUNS = 16
SIZES = (5, 20, 100)
LOADS = (0.7, 0.8, 0.9, 0.95)
_ALL_TOGETHER = 1.6
"""Twelve 95 % intervals of 16 runs widened by this hold all together in 95 % of cases (Bonferroni: t is 3.4 instead of 2.1)."""


def drawn(rates: Mapping[str, float], count: int, seed: str, patience_s: float | None = None) -> list[Caller]:
    if patience_s is None:
        return list(islice(callers(rates, TALKS_S, seed), count))
    return list(islice(callers(rates, TALKS_S, seed, patience_s), count))


def known(found: Mean | None) -> tuple[float, float]:
    """The mean and half of its 95 % interval."""
    assert found is not None
    assert found.half_width is not None
    return found.value, found.half_width


# -- one skill -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("agents", SIZES)
def test_waits_are_those_of_first_come_first_served(agents: int, load: float) -> None:
    """Each single wait equals the exact recursion's."""
    coming = drawn({"x": load * agents / TALKS_S}, 1_500, f"routed/{agents}/{load}")
    waits = routed_waits_s(coming, [{"x": 1}] * agents)
    assert waits == pytest.approx(fcfs_waits_s(coming, agents), abs=1e-3)


@pytest.mark.parametrize("load", [0.8, 1.2])
@pytest.mark.parametrize("agents", SIZES)
def test_whoever_gives_up_is_who_would_have_waited_longer(agents: int, load: float) -> None:
    """The same callers give up as in the recursion, and all others wait as long."""
    coming = drawn({"x": load * agents / TALKS_S}, 1_500, f"impatient/{agents}/{load}", 120.0)
    routed, exact = routed_waits_s(coming, [{"x": 1}] * agents), fcfs_waits_s(coming, agents)
    assert [each is None for each in routed] == [each is None for each in exact]
    answered = [(mine, other) for mine, other in zip(routed, exact, strict=True) if other is not None]
    assert [mine for mine, _ in answered] == pytest.approx([other for _, other in answered], abs=1e-3)


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("agents", SIZES)
def test_first_come_first_served_waits_as_erlang_c_says(agents: int, load: float) -> None:
    """The mean wait is theory's, within an interval that is at most a quarter of it (where anybody waits worth mentioning)."""
    count, left_out = {
        0.7: (40_000, 4_000),
        0.8: (40_000, 4_000),
        0.9: (120_000, 10_000),
        0.95: (220_000, 20_000),
    }[load]
    rate = {"x": load * agents / TALKS_S}
    runs = []
    for run in range(RUNS):
        coming = islice(callers(rate, TALKS_S, f"{agents}/{load}/{run}"), count)
        runs.append(fmean(each for each in fcfs_waits_s(coming, agents)[left_out:] if each is not None))
    value, half = known(mean(runs))
    theory = forecast(Load(per_hour=rate["x"] * 3600, handling_s=TALKS_S), agents, 20.0).asa_s
    assert abs(value - theory) <= _ALL_TOGETHER * half, (value, half, theory)
    assert half <= 0.25 * theory or theory < 0.01


@pytest.mark.parametrize("patience_s", [60.0, 300.0])
@pytest.mark.parametrize("load", [0.8, 1.0, 1.2])
@pytest.mark.parametrize("agents", SIZES)
def test_callers_give_up_as_erlang_a_says(agents: int, load: float, patience_s: float) -> None:
    """The share that gives up is theory's, in light load and beyond what the agents can do."""
    rate = {"x": load * agents / TALKS_S}
    runs = []
    for run in range(RUNS):
        coming = islice(callers(rate, TALKS_S, f"{agents}/{load}/{run}", patience_s), 12_000)
        waits = fcfs_waits_s(coming, agents)[2_000:]
        runs.append(waits.count(None) / len(waits))
    value, half = known(mean(runs))
    load_ = Load(per_hour=rate["x"] * 3600, handling_s=TALKS_S, patience_s=patience_s)
    theory = forecast(load_, agents, 20.0).abandoned
    assert abs(value - theory) <= _ALL_TOGETHER * half, (value, half, theory)
    assert half <= 0.1 * theory or theory < 0.01


# -- several skills ----------------------------------------------------------------------------------------------------

RANKS: Mapping[Choice, Rank] = {
    Choice.LONGEST_IDLE: lambda _, __: 0,
    Choice.FEWEST_SKILLS: lambda has, _: len(has),
    Choice.BEST_LEVEL: lambda has, asked: -has[asked],
}

Chain = tuple[Mapping[str, float], list[Mapping[str, int]]]
CHAINS: Mapping[str, Chain] = {
    # shares of the callers by skill, then the agents; the name draws who serves what
    "N": ({"x": 5, "y": 4}, [{"x": 5}] * 5 + [{"x": 5, "y": 5}] * 5),
    "N, most can do both": ({"x": 35, "y": 55}, [{"x": 5}] * 4 + [{"x": 3, "y": 8}] * 6),
    "W": ({"x": 1, "y": 1}, [{"x": 8}] * 3 + [{"x": 5, "y": 5}] * 4 + [{"y": 8}] * 3),
    "open": (
        {"a": 1, "b": 1, "c": 1},
        [{"a": 8}] * 2 + [{"a": 5, "b": 5}] * 3 + [{"b": 5, "c": 5}] * 3 + [{"c": 8}] * 2,
    ),
    "ring": (
        {"a": 1, "b": 1, "c": 1},
        [{"a": 8, "b": 4}] * 3 + [{"b": 8, "c": 4}] * 3 + [{"c": 8, "a": 4}] * 3,
    ),
    "three skills, four agents": (
        {"a": 40, "b": 30, "c": 35},
        [{"a": 1}, {"a": 1, "b": 1}, {"b": 1, "c": 1}, {"c": 1}],
    ),
}
SPECIALISTS = ("N", "N, most can do both", "W", "open")
"""Chains in which some agents have one skill and others two."""


def rates_of(chain: str, load: float) -> tuple[Mapping[str, float], list[Mapping[str, int]]]:
    shares, staff = CHAINS[chain]
    whole = load * len(staff) / TALKS_S
    return {skill: share / sum(shares.values()) * whole for skill, share in shares.items()}, staff


@pytest.mark.parametrize("choice", RANKS)
@pytest.mark.parametrize("chain", CHAINS)
def test_who_waits_longest_and_can_be_served_goes_to_whom_the_choice_names(
    chain: str, choice: Choice
) -> None:
    """Each single wait equals that of the few lines which say the same without an index (for the longest idle: FCFS-ALIS)."""
    rates, staff = rates_of(chain, 0.9)
    coming = drawn(rates, 1_200, f"routed/{chain}")
    waits = routed_waits_s(coming, staff, choice)
    assert waits == pytest.approx(waits_s(coming, staff, RANKS[choice]), abs=1e-3)


NO_POINTS: Mapping[str, int] = {}
SCARCE: Mapping[str, Mapping[str, int]] = {
    # chains in which one skill has fewer agents for what is asked of it, with half a talk's seconds as points for it
    "N": {"y": 150},
    "N, most can do both": {"y": 150},
}


@pytest.mark.parametrize("chain", SCARCE)
def test_points_put_a_skill_forward_by_so_many_seconds(chain: str) -> None:
    """Each single wait equals that of the few lines with the same points."""
    rates, staff = rates_of(chain, 0.9)
    coming = drawn(rates, 1_200, f"points/{chain}")
    waits = routed_waits_s(coming, staff, Choice.FEWEST_SKILLS, SCARCE[chain])
    assert waits == pytest.approx(
        waits_s(coming, staff, RANKS[Choice.FEWEST_SKILLS], SCARCE[chain]), abs=1e-3
    )


def compared(
    chain: str, load: float, choice: Choice, points: Mapping[str, int] = NO_POINTS, runs: int = RUNS
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Against FCFS-ALIS over the same callers: mean wait, and 95th percentile of the skill where it is the worst; ratios with their intervals."""
    rates, staff = rates_of(chain, load)
    means, worst = [], []
    for run in range(runs):
        coming = drawn(rates, 18_000, f"{chain}/{load}/{run}")
        ours = _figures(coming, waits_s(coming, staff, RANKS[choice], points))
        theirs = _fcfs_alis(chain, load, run)
        means.append(ours[0] / theirs[0])
        worst.append(ours[1] / theirs[1])
    return known(mean(means)), known(mean(worst))


@cache
def _fcfs_alis(chain: str, load: float, run: int) -> tuple[float, float]:
    rates, staff = rates_of(chain, load)
    coming = drawn(rates, 18_000, f"{chain}/{load}/{run}")
    return _figures(coming, waits_s(coming, staff, RANKS[Choice.LONGEST_IDLE]))


def _figures(coming: list[Caller], waits: list[float | None]) -> tuple[float, float]:
    counted = [(one.asks, wait) for one, wait in zip(coming, waits, strict=True) if wait is not None][2_000:]
    by_skill: dict[str, list[float]] = {}
    for skill, wait in counted:
        by_skill.setdefault(skill, []).append(wait)
    return fmean(wait for _, wait in counted), max(
        sorted(each)[int(0.95 * len(each))] for each in by_skill.values()
    )


@pytest.mark.parametrize("load", [0.6, 0.75, 0.85])
@pytest.mark.parametrize("chain", SPECIALISTS)
def test_specialists_first_waits_no_longer_than_fcfs_alis(chain: str, load: float) -> None:
    """The whole interval of the mean wait lies below 1.00 of FCFS-ALIS. The 95th percentile of the worst skill is never measurably more; it is
    measurably less where agents are free often enough to be chosen among (on the open chain it is the same at any load)."""
    (ratio, half), (worst, worst_half) = compared(chain, load, Choice.FEWEST_SKILLS)
    assert ratio + half < 1.0, (ratio, half)
    assert worst - worst_half <= 1.0, (worst, worst_half)
    if load == 0.6 and chain != "open":
        assert worst + worst_half < 1.0, (worst, worst_half)


@pytest.mark.parametrize("load", [0.6, 0.75, 0.85])
@pytest.mark.parametrize("chain", SCARCE)
def test_specialists_first_and_points_for_the_scarce_skill_beat_fcfs_alis(chain: str, load: float) -> None:
    """The whole intervals of the mean wait and of the worst skill's 95th percentile lie below 1.00 of FCFS-ALIS, at any load."""
    (ratio, half), (worst, worst_half) = compared(chain, load, Choice.FEWEST_SKILLS, SCARCE[chain], runs=8)
    assert ratio + half < 0.97, (ratio, half)
    assert worst + worst_half < 1.0, (worst, worst_half)


def test_where_all_have_as_many_skills_specialists_first_is_fcfs_alis() -> None:
    """On a ring nobody is a specialist: the same waits to the last."""
    rates, staff = rates_of("ring", 0.85)
    coming = drawn(rates, 4_000, "ring")
    ours = waits_s(coming, staff, RANKS[Choice.FEWEST_SKILLS])
    assert ours == waits_s(coming, staff, RANKS[Choice.LONGEST_IDLE])


def erlang_c_wait_s(agents: int, load: float, service_s: float) -> float:
    """Mean wait of M/M/c: C(c, a) * service / (c - a), with a = load * c erlangs."""
    offered = load * agents
    top = offered**agents / factorial(agents) / (1 - load)
    waits = top / (sum(offered**k / factorial(k) for k in range(agents)) + top)
    return waits * service_s / (agents - offered)


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
    """Five agents alike, 80 % busy."""
    rates = {"x": 0.8 * 5 / TALKS_S}
    found = fcfs_alis_wait_s(rates, {f"a{number}": {"x"} for number in range(5)}, TALKS_S)
    assert found == pytest.approx(erlang_c_wait_s(5, 0.8, TALKS_S))


def test_three_skills_and_four_agents_wait_as_the_product_form_says() -> None:
    """A chain of overlapping skills served by the longest idle: the mean wait of sixteen runs, within its 95 % interval."""
    rates, staff = rates_of("three skills, four agents", 0.73)
    runs = []
    for run in range(RUNS):
        coming = drawn(rates, 40_000, f"product form/{run}")
        runs.append(fmean(each for each in waits_s(coming, staff)[2_000:] if each is not None))
    value, half = known(mean(runs))
    theory = fcfs_alis_wait_s(rates, {str(number): set(one) for number, one in enumerate(staff)}, TALKS_S)
    assert abs(value - theory) <= half, (value, half, theory)
    assert half < 0.03 * theory
