"""Drawn customers: when each comes, how long they talk, and how long they wait before they give up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random

from routing.core.model import Seconds
from routing.simulation.scenario import HOUR_S, Spread, Stream

Draw = Callable[[], Seconds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One to come, `at` seconds from the beginning; `patience_s` None: waits for ever."""

    at: Seconds
    handling_s: Seconds
    wrap_up_s: Seconds
    patience_s: Seconds | None


def drawing(spread: Spread, random: Random) -> Draw:
    """A source of durations."""
    mean = spread.mean_s
    match spread.kind:
        case "constant":
            return lambda: mean
        case "exponential":
            return lambda: random.expovariate(1.0 / mean)
        case "lognormal":  # its logarithm is normal, with these
            variance = log(1.0 + spread.cv**2)
            middle, width = log(mean) - variance / 2.0, sqrt(variance)
            return lambda: exp(random.gauss(middle, width))


def customers(stream: Stream, hours: float, seed: str) -> Iterator[Customer]:
    """All of a stream, in order. What comes, what they need and how patient they are is drawn apart from each other, so that a change of one leaves
    the others as they were. A rate that changes by the hour is had by thinning (P. Lewis and G. Shedler, 1979)."""
    when = Random(f"{seed}/when")  # noqa: S311 - a simulation
    highest = stream.highest_rate
    a_second = highest / HOUR_S
    handling = drawing(stream.handling, Random(f"{seed}/handling"))  # noqa: S311
    wrap_up = _optional(stream.wrap_up, f"{seed}/wrap_up")
    patience = _optional(stream.patience, f"{seed}/patience")
    at = 0.0
    while a_second > 0:
        at += when.expovariate(a_second)
        if at >= hours * HOUR_S:
            return
        if when.random() * highest < stream.rate(at / HOUR_S):
            patient = None if patience is None else patience()
            yield Customer(
                at=at,
                handling_s=handling(),
                wrap_up_s=0.0 if wrap_up is None else wrap_up(),
                patience_s=patient,
            )


def _optional(spread: Spread | None, seed: str) -> Draw | None:
    return None if spread is None else drawing(spread, Random(seed))  # noqa: S311
