"""How many agents it takes: Erlang's formulas, exact, for one queue with one kind of agent. Pure; used by the planner and the board.

Erlang C (A. K. Erlang, 1917): callers arrive at random, talk exponentially long, and wait for ever. Erlang A (C. Palm, 1957; O. Garnett,
A. Mandelbaum and M. Reiman, 2002): the same, but each gives up after an exponential patience of their own.

Both are one model here, M/M/c+M with `patience_s` finite or not. With c agents busy and k callers before one, the next step forward comes
at rate r(k) = c/handling + k/patience, so the wait V of whoever meets k waiting is a sum of exponentials with rates r(0) .. r(k), and
exp(-V/patience) is Beta(c * patience/handling, k + 1) distributed; with a patience that is independent of it, answered within T is
r(0)/r(k+1) * P(Beta(c * patience/handling + 1, k + 1) >= exp(-T/patience)).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, exp, expm1, inf, isfinite, log

from routing.core.model import Seconds

_SMALL = 1e-12
"""What the states left out may weigh in all."""
MOST_AGENTS = 100_000
_UNDERFLOW, _LARGE = -740.0, 1e200


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What comes: `per_hour` interactions an hour, each `handling_s` of an agent's time (talk and wrap-up); `patience_s` is the mean time
    after which a customer who waits gives up, infinite for work that waits for ever."""

    per_hour: float
    handling_s: Seconds
    patience_s: Seconds = inf

    def __post_init__(self) -> None:
        if not (self.per_hour >= 0 and isfinite(self.per_hour)):
            raise ValueError("per_hour: a number of interactions, 0 or more")
        if not (self.handling_s > 0 and isfinite(self.handling_s)):
            raise ValueError("handling_s: seconds, more than 0")
        if not self.patience_s > 0:
            raise ValueError("patience_s: seconds, more than 0")

    @property
    def erlangs(self) -> float:
        """Agents that the work would keep busy if it came evenly."""
        return self.per_hour * self.handling_s / 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What that number of agents gives.

    `waits`: share of customers who find all agents busy. `asa_s`: mean wait in seconds of all customers, those who gave up
    included; infinite where the queue grows without end. `service_level`: share of all customers answered within the threshold.
    `abandoned`: share that gave up. `occupancy`: share of the agents' time that is work. `queue_length`: customers waiting, on average.
    """

    agents: int
    waits: float
    asa_s: Seconds
    service_level: float
    abandoned: float
    occupancy: float
    queue_length: float


def forecast(load: Load, agents: int, within_s: Seconds) -> Forecast:
    """What `agents` give; `within_s` is the threshold of the service level. Exact but for rounding."""
    if agents < 0:
        raise ValueError("agents: 0 or more")
    if load.per_hour == 0:
        return Forecast(
            agents=agents,
            waits=0.0,
            asa_s=0.0,
            service_level=1.0,
            abandoned=0.0,
            occupancy=0.0,
            queue_length=0.0,
        )
    if not isfinite(load.patience_s):
        return _erlang_c(load, agents, within_s)
    return _erlang_a(load, agents, within_s)


def staffing(
    load: Load,
    *,
    within_s: Seconds,
    service_level: float = 0.0,
    occupancy: float = 1.0,
    abandoned: float = 1.0,
    asa_s: Seconds = inf,
) -> Forecast:
    """The least number of agents that keeps every target: at least this service level, at most this occupancy, share of abandoned and mean
    wait. `ValueError` for targets that no number of agents keeps."""
    if not (0.0 <= service_level < 1.0 and 0.0 < occupancy <= 1.0 and 0.0 < abandoned <= 1.0 and asa_s > 0):
        raise ValueError("targets: 0 <= service_level < 1, 0 < occupancy <= 1, 0 < abandoned <= 1, asa_s > 0")

    def keeps(agents: int) -> bool:
        found = forecast(load, agents, within_s)
        return (
            found.service_level >= service_level
            and found.occupancy <= occupancy
            and found.abandoned <= abandoned
            and isfinite(found.asa_s)
            and found.asa_s <= asa_s
        )

    low, high = -1, max(1, ceil(load.erlangs))
    while not keeps(high):
        low, high = high, high * 2
        if high > MOST_AGENTS:
            raise ValueError(f"targets: more than {MOST_AGENTS} agents")
    while high - low > 1:  # every target is kept the better the more there are
        middle = (low + high) // 2
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return forecast(load, high, within_s)


def blocking(erlangs: float, agents: int) -> float:
    """Erlang B: the share that finds all busy when nobody may wait (1 for no agents)."""
    return 1.0 / _inverse_blocking(erlangs, agents)


def _inverse_blocking(erlangs: float, agents: int) -> float:
    inverse = 1.0
    for busy in range(1, agents + 1):
        inverse = 1.0 + inverse * busy / erlangs
    return inverse


def _erlang_c(load: Load, agents: int, within_s: Seconds) -> Forecast:
    free = agents - load.erlangs
    if free <= 0:
        return Forecast(
            agents=agents,
            waits=1.0,
            asa_s=inf,
            service_level=0.0,
            abandoned=0.0,
            occupancy=1.0,
            queue_length=inf,
        )
    blocked = blocking(load.erlangs, agents)
    busy = load.erlangs / agents
    waits = blocked / (1.0 - busy * (1.0 - blocked))
    asa_s = waits * load.handling_s / free
    return Forecast(
        agents=agents,
        waits=waits,
        asa_s=asa_s,
        service_level=1.0 - waits * exp(-free * within_s / load.handling_s),
        abandoned=0.0,
        occupancy=busy,
        queue_length=asa_s * load.per_hour / 3600.0,
    )


def _erlang_a(load: Load, agents: int, within_s: Seconds) -> Forecast:
    """States relative to that in which all agents are busy and nobody waits; the sum over who waits ends where the rest weighs nothing."""
    arrivals = load.per_hour / 3600.0
    serving, leaving = agents / load.handling_s, 1.0 / load.patience_s
    fewer = _inverse_blocking(load.erlangs, agents) - 1.0
    late = _late(within_s * leaving, serving / leaving + 1.0)
    state, weight, length, in_time = 1.0, 0.0, 0.0, 0.0
    waiting = 0
    while True:
        weight += state
        length += waiting * state
        in_time += state * serving / (serving + (waiting + 1) * leaving) * (1.0 - next(late))
        waiting += 1
        step = arrivals / (serving + waiting * leaving)
        state *= step
        if weight > _LARGE:  # an overloaded queue: what counts is the share of each
            state, weight, length, in_time, fewer = (
                each / _LARGE for each in (state, weight, length, in_time, fewer)
            )
        if step < 1.0 and state * (1.0 + waiting) / (1.0 - step) < _SMALL * weight:
            break
    whole = fewer + weight
    if not isfinite(whole):  # so many agents that all busy is out of the question
        return Forecast(
            agents=agents,
            waits=0.0,
            asa_s=0.0,
            service_level=1.0,
            abandoned=0.0,
            occupancy=load.erlangs / agents,
            queue_length=0.0,
        )
    length /= whole
    abandoned = min(1.0, length * leaving / arrivals)
    return Forecast(
        agents=agents,
        waits=weight / whole,
        asa_s=length / arrivals,
        service_level=(fewer + in_time) / whole,
        abandoned=abandoned,
        occupancy=load.erlangs * (1.0 - abandoned) / agents if agents else 0.0,
        queue_length=length,
    )


def _late(patiences: float, shape: float) -> Iterator[float]:
    """For 0, 1, 2 ... callers before one: the chance of P(Beta(shape, before + 1) < exp(-patiences)), the threshold in patiences. It is the
    regularised incomplete beta function, a sum of one more term each time; in logarithms, as terms begin beyond what a float holds."""
    if patiences <= 0:
        while True:
            yield 1.0
    term, growing = -patiences * shape, log(-expm1(-patiences))
    late, before = 0.0, 0
    while True:
        late += exp(term) if term > _UNDERFLOW else 0.0
        yield min(1.0, late)
        before += 1
        term += growing + log((shape + before - 1.0) / before)
