"""Calendars, policies and explained clocks as JSON: what supervisors edit, and why a due time is what it is."""

from collections.abc import Iterable
from datetime import date

from typing_extensions import TypedDict

from agent_console import rows
from agent_console.documents import ClockDocument
from config.errors import Kind, Refused
from crm_core.calendars import KeptCalendar
from crm_core.policies import Policy
from crm_core.sla.calendar import Day, Hours, SpecialDay
from crm_core.sla.clock import Clock
from crm_core.sla.explanation import Counted, Due, Started, Step, Stopped, explain

_MOST_STEPS = 500


class HoursDocument(TypedDict):
    """On the wall's clock: `09:00` to `12:00`; `24:00` is the end of the day."""

    start: str
    end: str


class SpecialDayDocument(TypedDict):
    """A date with hours of its own; none: closed."""

    day: str
    name: str
    hours: list[HoursDocument]


class CalendarDocument(TypedDict):
    """`week` has seven days, Monday first."""

    id: str
    name: str
    time_zone: str
    week: list[list[HoursDocument]]
    special: list[SpecialDayDocument]


class CalendarsAnswer(TypedDict):
    items: list[CalendarDocument]


class ProposedDay(TypedDict):
    """A public holiday, or a weekend day that is worked."""

    day: str
    name: str
    worked: bool


class HolidaysAnswer(TypedDict):
    items: list[ProposedDay]


class TargetsDocument(TypedDict):
    """Business seconds; null: not promised."""

    first_response_s: float | None
    next_response_s: float | None
    resolution_s: float | None


class PolicyDocument(TypedDict):
    """`queue`, `tier`, `contract` (a service level), `case_type` and `severity`: which cases; null: any."""

    id: str
    name: str
    queue: str | None
    tier: str | None
    contract: str | None
    case_type: str | None
    severity: str | None
    calendar_id: str
    targets: TargetsDocument


class PoliciesAnswer(TypedDict):
    items: list[PolicyDocument]


class SpanDocument(TypedDict):
    start: float
    end: float


class StepName(TypedDict):
    step: str


class StepDocument(StepName, total=False):
    """One step of an explanation; `step` says which other fields there are.

    started: `at`, `terms` (the policy's name), `zone`, `left_s`. day: `day`, `kind` (workday, closed, holiday, special),
    `name`, `spans` (what counted), `business_s`, `left_s` (after it). stopped: `at`, `why`, `left_s`. due: `at`.
    """

    at: float
    terms: str
    zone: str
    why: str
    day: str
    kind: str
    name: str
    spans: list[SpanDocument]
    business_s: float
    left_s: float


class ExplainedClock(ClockDocument):
    """`explanation` is null unless it was asked for."""

    explanation: list[StepDocument] | None


class ClocksAnswer(TypedDict):
    clocks: list[ExplainedClock]


def clock(row: Clock, *, explained: bool) -> ExplainedClock:
    """A clock, with its steps if wanted; of endless ones the last."""
    steps = [_step(each) for each in explain(row)[-_MOST_STEPS:]] if explained else None
    return ExplainedClock(**rows.clock(row), explanation=steps)


def calendar(kept: KeptCalendar) -> CalendarDocument:
    """As supervisors see it."""
    return CalendarDocument(
        id=kept.id,
        name=kept.calendar.name,
        time_zone=kept.calendar.zone,
        week=[_hours(day) for day in kept.calendar.week],
        special=[_special(each) for _, each in sorted(kept.calendar.special.items())],
    )


def policy(row: Policy) -> PolicyDocument:
    """As supervisors see it."""
    return PolicyDocument(
        id=row.id,
        name=row.name,
        queue=row.match.queue,
        tier=row.match.tier,
        contract=row.match.contract,
        case_type=row.match.case_type,
        severity=row.match.severity,
        calendar_id=row.calendar_id,
        targets=TargetsDocument(
            first_response_s=row.targets.first_response_s,
            next_response_s=row.targets.next_response_s,
            resolution_s=row.targets.resolution_s,
        ),
    )


def hours(start: str, end: str) -> Hours:
    """From the clock on the wall to minutes of the day."""
    return Hours(start_minute=_minute(start), end_minute=_minute(end))


def by_date(given: Iterable[SpecialDay]) -> dict[date, SpecialDay]:
    """Each date once, or refused."""
    found: dict[date, SpecialDay] = {}
    for each in given:
        if each.day in found:
            raise Refused(
                "sla_calendar.day_twice", Kind.INVALID, pointer="/special", day=each.day.isoformat()
            )
        found[each.day] = each
    return found


def _minute(clock_time: str) -> int:
    hour, minute = clock_time.split(":")
    return int(hour) * 60 + int(minute)


def _hours(day: Day) -> list[HoursDocument]:
    return [HoursDocument(start=_wall(each.start_minute), end=_wall(each.end_minute)) for each in day]


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _special(row: SpecialDay) -> SpecialDayDocument:
    return SpecialDayDocument(day=row.day.isoformat(), name=row.name, hours=_hours(row.hours))


def _step(step: Step) -> StepDocument:
    match step:
        case Started():
            return StepDocument(
                step="started", at=step.at, terms=step.terms, zone=step.zone, left_s=step.left_s
            )
        case Counted():
            return StepDocument(
                step="day",
                day=step.day.isoformat(),
                kind=step.kind,
                name=step.name,
                spans=[SpanDocument(start=each.start, end=each.end) for each in step.spans],
                business_s=step.business_s,
                left_s=step.left_s,
            )
        case Stopped():
            return StepDocument(step="stopped", at=step.at, why=step.why, left_s=step.left_s)
        case Due():
            return StepDocument(step="due", at=step.at)
