"""A summary of one or several runs, as data."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from routing.simulation.outcome import Outcome, Waits
from routing.simulation.scenario import Scenario
from routing.simulation.several import Mean, mean

_QUEUE: dict[str, Callable[[Waits], float | None]] = {
    "offered": lambda each: each.offered,
    "answered": lambda each: each.answered,
    "abandoned": lambda each: each.abandonment,
    "turned_away": lambda each: each.turned_away,
    "service_level": lambda each: each.service_level,
    "asa_s": lambda each: each.asa_s,
    "wait_p95_s": lambda each: each.percentile(0.95),
    "wait_longest_s": lambda each: each.percentile(1.0),
}


def summary(scenario: Scenario, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """As data: each figure as `{value, half_width}` (95 %), or null. `waiting`: customers who waited still when everything stopped."""
    keys = list(outcomes[0].queues)
    return {
        "name": scenario.name,
        "hours": scenario.hours,
        "runs": len(outcomes),
        "interactions": sum(each.interactions for each in outcomes),
        "queues": [
            {"queue": queue, "medium": medium}
            | {
                name: _data(mean(of(run.queues[queue, medium]) for run in outcomes))
                for name, of in _QUEUE.items()
            }
            | {"waiting": _data(mean(_waiting(run.queues[queue, medium]) for run in outcomes))}
            | {"by_hour": _by_hour(scenario, outcomes, (queue, medium))}
            for queue, medium in keys
        ],
        "groups": [
            {
                "group": group.name,
                "agents": group.agents,
                "handled": _data(mean(run.groups[group.name].handled for run in outcomes)),
                "occupancy": _data(mean(run.groups[group.name].occupancy for run in outcomes)),
            }
            for group in scenario.group
        ],
        "estimates": _estimates(outcomes),
    }


def _estimates(outcomes: Sequence[Outcome]) -> dict[str, Any] | None:
    """How far off those who had to wait had been told, in seconds; null where nobody was told anything."""
    told = [each.estimates for each in outcomes if each.estimates is not None]
    if not told:
        return None
    return {
        "told": _data(mean(each.told for each in told)),
        "mean_error_s": _data(mean(each.mean_error_s for each in told)),
        "usual_mean_error_s": _data(mean(each.usual_mean_error_s for each in told)),
        "chance_s": _data(mean(each.chance_s for each in told)),
    }


def _by_hour(
    scenario: Scenario, outcomes: Sequence[Outcome], key: tuple[str, str]
) -> list[dict[str, float | None]]:
    hours = range(int(scenario.warm_up_h), int(-(-scenario.hours // 1)))
    rows: list[dict[str, float | None]] = []
    for hour in hours:
        of_hour = [run.hours.get(key, {}).get(hour, Waits()) for run in outcomes]
        row: dict[str, float | None] = {"hour": float(hour)}
        for name in ("offered", "service_level", "abandoned", "asa_s"):
            found = mean(_QUEUE[name](each) for each in of_hour)
            row[name] = None if found is None else found.value
        rows.append(row)
    return rows


def _waiting(each: Waits) -> float:
    return each.offered - each.answered - each.abandoned - each.turned_away


def _data(found: Mean | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)
