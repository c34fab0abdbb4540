"""Several runs of one scenario with other customers each time, and how sure their mean is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from routing.simulation.outcome import Outcome
from routing.simulation.run import simulate
from routing.simulation.scenario import Scenario

# Student's t for 95 % on both sides, by the number of runs less one; beyond, the normal distribution is near enough
_T = (
    12.706,
    4.303,
    3.182,
    2.776,
    2.571,
    2.447,
    2.365,
    2.306,
    2.262,
    2.228,
    2.201,
    2.179,
    2.160,
    2.145,
    2.131,
)
_NORMAL = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of the runs that have the figure, and half the width of its 95 % confidence interval (None for one run)."""

    value: float
    half_width: float | None


def several(
    scenario: Scenario, runs: int, told: Callable[[int], None] = lambda _: None, *, estimates: bool = False
) -> list[Outcome]:
    """Run it with the scenario's seed and those that follow."""
    outcomes = []
    for number in range(runs):
        outcomes.append(simulate(scenario, scenario.seed + number, estimates=estimates))
        told(number + 1)
    return outcomes


def mean(figures: Iterable[float | None]) -> Mean | None:
    """None when no run has the figure."""
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    return Mean(value=fmean(known), half_width=_half_width(known))


def _half_width(known: Sequence[float]) -> float | None:
    runs = len(known)
    if runs < 2:
        return None
    factor = _T[runs - 2] if runs - 2 < len(_T) else _NORMAL
    return factor * stdev(known) / sqrt(runs)
