"""The planner: how many agents it takes, and what fewer or more would give."""

import asyncio
from math import inf, isfinite
from typing import Annotated

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from agent_console.access import AsSupervisor, InContext
from config.errors import Kind, Refused
from routing.core.forecast import Forecast, Load, forecast, staffing

router = APIRouter(prefix="/forecast", tags=["board"])
MOST_ERLANGS = 5_000.0
FEWER, MORE = 4, 6
"""How many rows are told on either side of the least number."""


class ForecastRow(TypedDict):
    """What so many agents give: the shares of customers who find all busy, who are answered within the threshold and who give up (0 to 1), the mean
    wait in seconds of all (None: the queue grows without end), and the share of the agents' time that is work."""

    agents: int
    waits: float
    service_level: float
    abandoned: float
    asa_s: float | None
    occupancy: float


class ForecastAnswer(TypedDict):
    """`erlangs`: agents that the work would keep busy if it came evenly; `least`: agents that keep every target; `rows` around it."""

    erlangs: float
    least: int
    rows: list[ForecastRow]


class UsualWork(TypedDict):
    """What a queue's work was like of late: seconds of an agent's time for each, wrap-up included, and the mean patience of who waits (None: nobody
    gave up)."""

    queue_id: str
    name: str
    handling_s: float
    patience_s: float | None


class UsualAnswer(TypedDict):
    items: list[UsualWork]


@router.get("/queues")
async def read_usual_work(user: AsSupervisor, within: InContext) -> UsualAnswer:
    """What to begin a plan with: handling times and patience of each queue as they were seen of late."""
    queues = sorted(within.hub.world.directory.queues.values(), key=lambda queue: queue.name)
    items = []
    for queue in queues:
        handling_s, patience_s = within.floor.usual_work(queue.id)
        items.append(
            UsualWork(queue_id=queue.id, name=queue.name, handling_s=handling_s, patience_s=patience_s)
        )
    return UsualAnswer(items=items)


@router.get("")
async def plan(  # noqa: PLR0917 - a query has its parameters
    user: AsSupervisor,
    per_hour: Annotated[float, Query(ge=0, le=1_000_000, allow_inf_nan=False)],
    handling_s: Annotated[float, Query(ge=1, le=86_400, allow_inf_nan=False)],
    within_s: Annotated[float, Query(ge=0, le=86_400, allow_inf_nan=False)] = 20.0,
    service_level: Annotated[float, Query(ge=0, le=0.999, allow_inf_nan=False)] = 0.8,
    occupancy: Annotated[float, Query(ge=0.1, le=1, allow_inf_nan=False)] = 0.9,
    patience_s: Annotated[float | None, Query(ge=1, le=86_400, allow_inf_nan=False)] = None,
) -> ForecastAnswer:
    """The least number of agents that answers the share `service_level` within `within_s` and is at work no more than `occupancy` of the time, and what
    fewer and more give. Erlang C, or Erlang A where customers give up after `patience_s` on average (`routing.core.forecast`). 422 `forecast.too_much`:
    more than 5,000 erlangs."""
    load = Load(
        per_hour=per_hour, handling_s=handling_s, patience_s=inf if patience_s is None else patience_s
    )
    if load.erlangs > MOST_ERLANGS:
        raise Refused("forecast.too_much", Kind.INVALID, pointer="/query/per_hour", most=int(MOST_ERLANGS))
    return await asyncio.to_thread(_answer, load, within_s, service_level, occupancy)


def _answer(load: Load, within_s: float, service_level: float, occupancy: float) -> ForecastAnswer:
    least = staffing(load, within_s=within_s, service_level=service_level, occupancy=occupancy)
    numbers = range(max(0, least.agents - FEWER), least.agents + MORE + 1)
    return ForecastAnswer(
        erlangs=load.erlangs,
        least=least.agents,
        rows=[_row(forecast(load, agents, within_s)) for agents in numbers],
    )


def _row(found: Forecast) -> ForecastRow:
    return ForecastRow(
        agents=found.agents,
        waits=found.waits,
        service_level=found.service_level,
        abandoned=found.abandoned,
        asa_s=found.asa_s if isfinite(found.asa_s) else None,
        occupancy=found.occupancy,
    )
