"""Why a clock shows what it shows: its runs, day by day, as data that a screen can tell in any language."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crm_core.sla.calendar import CountedDay, DayKind, Span
from crm_core.sla.clock import Clock, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """It began to run, or went on, under these terms with so much business time left."""

    at: float
    terms: str
    zone: str
    left_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A local day: what of it counted, and what was left after it."""

    day: date
    kind: DayKind
    name: str
    spans: tuple[Span, ...]
    business_s: float
    left_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """It stood still from here on; `why` is what happened."""

    at: float
    why: str
    left_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The count has reached the target here (or will)."""

    at: float


Step = Started | Counted | Stopped | Due


def explain(clock: Clock) -> tuple[Step, ...]:
    """The steps from the start to the due time, or to where the clock stands still."""
    steps: list[Step] = []
    elapsed_s = 0.0
    for run in clock.runs:
        if run.terms is None:
            continue  # nothing was promised then, so nothing was counted
        promised_s = run.terms.targets.of(clock.kind)
        target_s = clock.target_s if promised_s is None else promised_s
        zone = run.terms.calendar.zone
        steps.append(Started(at=run.start, terms=run.terms.name, zone=zone, left_s=target_s - elapsed_s))
        for day in _days(clock, run):
            elapsed_s += day.business_s
            steps.append(_counted(day, target_s - elapsed_s))
        if run.end is not None and run.ended_by is not None:
            steps.append(Stopped(at=run.end, why=run.ended_by, left_s=target_s - elapsed_s))
    if clock.due is not None:
        steps.append(Due(at=clock.due))
    return tuple(steps)


def _days(clock: Clock, run: Run) -> Iterator[CountedDay]:
    end = run.end if run.end is not None else clock.due
    if run.terms is not None and end is not None and end > run.start:
        yield from run.terms.calendar.explain(run.start, end)


def _counted(day: CountedDay, left_s: float) -> Counted:
    return Counted(
        day=day.day,
        kind=day.kind,
        name=day.name,
        spans=day.spans,
        business_s=day.business_s,
        left_s=left_s,
    )
