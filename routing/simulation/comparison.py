"""What another configuration would have changed, by queue: as it was, as the rules of today give it, as others do.

Two replays are compared with each other, so that what a replay cannot know is the same on both sides; how near the first comes to what was is said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routing.core.facts import Enqueued, Fact, StatusChanged
from routing.core.model import AgentId, Seconds, Status
from routing.core.skills import mismatch, profile, requirement
from routing.simulation.other_rules import Named
from routing.simulation.outcome import GroupWork, Outcome, Tally, Waits
from routing.simulation.recorded import Record
from routing.simulation.replay import Replayed, replay

_FIGURES = (
    "offered",
    "answered",
    "service_level",
    "asa_s",
    "abandoned",
    "turned_away",
    "waiting",
    "occupancy",
)
_SHARES = frozenset({"service_level", "abandoned", "occupancy"})
_TITLES = {"service_level": "SL", "asa_s": "ASA s", "abandoned": "abandoned", "occupancy": "occupancy"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lived:
    """Facts and under which rules they came."""

    rules: Named
    facts: Iterable[Fact]


def compare(record: Record, today: Named, other: Named) -> dict[str, Any]:
    """As data. Shares are 0 to 1, null where there is nothing to divide."""
    now, then = (replay(record, rules.queues.values(), rules.agents.values()) for rules in (today, other))
    figures = {
        "recorded": _figures(record, _Lived(rules=today, facts=record.facts)),
        "today": _figures(record, _Lived(rules=today, facts=now.facts)),
        "other": _figures(record, _Lived(rules=other, facts=then.facts)),
    }
    names = {str(rule.id): name for name, rule in today.queues.items()}
    return {
        "from": record.begin,
        "to": record.end,
        "interactions": sum(isinstance(fact, Enqueued) for fact in record.facts),
        "offers": len(record.offers()),
        "offers_as_recorded": _alike(record, now),
        "queues": [
            {"queue": names.get(queue, queue), "medium": medium}
            | {which: each[queue, medium] for which, each in figures.items()}
            for queue, medium in sorted(
                figures["recorded"], key=lambda one: (names.get(one[0], one[0]), one[1])
            )
        ],
        "assumed": {
            which: {
                "waits_beyond_known_patience": len(each.beyond),
                "work_of_unknown_length": len(each.unknown_work),
            }
            for which, each in (("today", now), ("other", then))
        },
        "changed_agents_who_were_not_there": _absent(record, today, other),
    }


def _alike(record: Record, now: Replayed) -> float | None:
    """The share of the offers, recorded or replayed, that are in both with the same agent."""
    recorded = {fact.offer: fact.agent for fact in record.offers()}
    replayed = now.offers()
    every = recorded.keys() | replayed.keys()
    return sum(recorded.get(one) == replayed.get(one) for one in every) / len(every) if every else None


def _absent(record: Record, today: Named, other: Named) -> list[str]:
    """Agents of whom something is other, and who were signed in at no time: it can change nothing."""
    there = {
        fact.agent
        for fact in (*record.before, *record.facts)
        if isinstance(fact, StatusChanged) and fact.status is not Status.SIGNED_OUT
    }
    return sorted(
        login for login, rule in other.agents.items() if rule != today.agents[login] and rule.id not in there
    )


def _figures(record: Record, lived: _Lived) -> dict[tuple[str, str], dict[str, float | None]]:
    came = [fact for fact in (*record.before, *record.facts) if isinstance(fact, Enqueued)]
    kinds = {(str(fact.queue), fact.medium.value) for fact in came}
    within_s = dict.fromkeys((queue for queue, _ in kinds), 0.0) | {
        str(rule.id): rule.answer_within_s for rule in lived.rules.queues.values()
    }
    agents = {rule.id for rule in lived.rules.agents.values()} | {
        agent
        for fact in (*record.before, *record.facts, *lived.facts)
        if (agent := getattr(fact, "agent", None)) is not None
    }
    tally = Tally(
        within_s, {one: str(one) for one in agents}, kinds, counted_from=record.begin, begin=record.begin
    )
    for fact in (*record.before, *lived.facts):
        tally.see(fact)
    outcome = tally.outcome(record.end)
    return {
        kind: _row(waits, _occupancy(kind[0], lived.rules, outcome, record.begin))
        for kind, waits in outcome.queues.items()
    }


def _row(waits: Waits, occupancy: float | None) -> dict[str, float | None]:
    return {
        "offered": waits.offered,
        "answered": waits.answered,
        "service_level": waits.service_level,
        "asa_s": waits.asa_s,
        "abandoned": waits.abandonment,
        "turned_away": waits.turned_away,
        "waiting": waits.offered - waits.answered - waits.abandoned - waits.turned_away,
        "occupancy": occupancy,
    }


def _occupancy(queue: str, rules: Named, outcome: Outcome, now: Seconds) -> float | None:
    """Of the agents who may serve the queue before anything is given up: their time with any work by their time ready or at work."""
    rule = next((each for each in rules.queues.values() if each.id == queue), None)
    if rule is None:
        return None
    asked = requirement(rule, (), 0)
    able: list[AgentId] = [
        each.id for each in rules.agents.values() if not mismatch(profile(each, now), asked)
    ]
    works: list[GroupWork] = [outcome.groups[one] for one in able]
    staffed = sum(each.staffed_s for each in works)
    return sum(each.busy_s for each in works) / staffed if staffed else None


# -- for the terminal ----------------------------------------------------------------------------------------------------


def lines(found: Mapping[str, Any]) -> list[str]:
    """A line for each queue and figure: as it was, replayed under the rules of today and under the others, and what these change."""
    width = 2 + max((len(f"{each['queue']} {each['medium']}") for each in found["queues"]), default=10)
    alike = found["offers_as_recorded"]
    told = [
        f"{found['interactions']:,} interactions, {found['offers']:,} offers;"
        + (
            ""
            if alike is None
            else f" replayed as configured, {100 * alike:.1f} % of the offers are as they were"
        ),
        "",
        f"{'queue':<{width}}{'':<12}{'as it was':>14}{'as configured':>16}{'otherwise':>14}{'change':>14}",
    ]
    for each in found["queues"]:
        name = f"{each['queue']} {each['medium']}"
        for figure, title in _TITLES.items():
            told.append(f"{name:<{width}}{title:<12}" + _cells(figure, each))
            name = ""
    return [*told, *_caveats(found)]


def _cells(figure: str, each: Mapping[str, Any]) -> str:
    recorded, today, other = (each[which][figure] for which in ("recorded", "today", "other"))
    change = None if today is None or other is None else other - today
    return (
        f"{_said(figure, recorded):>14}{_said(figure, today):>16}{_said(figure, other):>14}"
        f"{_said(figure, change, sign='+'):>14}"
    )


def _said(figure: str, value: float | None, sign: str = "") -> str:
    if value is None:
        return "-"
    return f"{100 * value:{sign}.1f} %" if figure in _SHARES else f"{value:{sign}.1f}"


def _caveats(found: Mapping[str, Any]) -> list[str]:
    assumed, absent = found["assumed"]["other"], found["changed_agents_who_were_not_there"]
    told = []
    if assumed["waits_beyond_known_patience"]:
        told.append(
            f"{assumed['waits_beyond_known_patience']:,} wait longer than they did in truth: taken to be patient, some would have given up"
        )
    if assumed["work_of_unknown_length"]:
        told.append(
            f"{assumed['work_of_unknown_length']:,} gave up in truth and are answered: taken to need as long as others of the queue"
        )
    if absent:
        told.append(f"not signed in at any time, so that nothing of them counts: {', '.join(absent)}")
    return ["", *told] if told else told
