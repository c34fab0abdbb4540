"""What customers are promised: calendars and policies, kept by supervisors."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from agent_console import promises
from agent_console.access import AsSupervisor, InContext
from agent_console.api.bodies import Body
from agent_console.context import Context
from agent_console.promises import (
    CalendarDocument,
    CalendarsAnswer,
    HolidaysAnswer,
    PoliciesAnswer,
    PolicyDocument,
    ProposedDay,
)
from crm_core import calendars, policies
from crm_core.public_holidays import proposed
from crm_core.sla.calendar import DAY_MINUTES, Calendar, Hours, SpecialDay
from crm_core.sla.clock import Targets
from crm_core.sla.policy import Match

router = APIRouter(prefix="/sla", tags=["promises"])

WallTime = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
_ALL_DAY = (Hours(start_minute=0, end_minute=DAY_MINUTES),)


class OpenHours(Body):
    """From, and until before."""

    start: WallTime
    end: WallTime


DayHours = Annotated[list[OpenHours], Field(max_length=12)]


class OtherDay(Body):
    """A date that is otherwise than its weekday: a holiday without hours, a make-up workday with some."""

    day: date
    name: Words = ""
    hours: DayHours = Field(default_factory=list)


class GivenCalendar(Body):
    """A whole calendar; `week` begins with Monday."""

    name: Name
    time_zone: Annotated[str, Field(max_length=100)]
    week: Annotated[list[DayHours], Field(min_length=7, max_length=7)]
    special: list[OtherDay] = Field(default_factory=list, max_length=1000)

    def calendar(self) -> Calendar:
        """As it is counted by."""
        special = (SpecialDay(day=each.day, name=each.name, hours=_day(each.hours)) for each in self.special)
        return Calendar(
            name=self.name,
            zone=self.time_zone,
            week=tuple(_day(each) for each in self.week),
            special=promises.by_date(special),
        )


class GivenTargets(Body):
    """Business seconds; left out: not promised."""

    first_response_s: Annotated[int, Field(ge=60)] | None = None
    next_response_s: Annotated[int, Field(ge=60)] | None = None
    resolution_s: Annotated[int, Field(ge=60)] | None = None


class GivenPolicy(Body):
    """Which cases, counted by which calendar, are promised what."""

    name: Name
    queue: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tier: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    contract: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    case_type: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    severity: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    calendar_id: Annotated[str, Field(max_length=100)]
    targets: GivenTargets

    def match(self) -> Match:
        """Which cases."""
        return Match(
            queue=self.queue,
            tier=self.tier,
            contract=self.contract,
            case_type=self.case_type,
            severity=self.severity,
        )

    def promised(self) -> Targets:
        """What."""
        return Targets(**self.targets.model_dump())


@router.get("/calendars")
async def list_calendars(user: AsSupervisor, within: InContext) -> CalendarsAnswer:
    """All, by name."""
    found = await within.store.read(calendars.list_calendars)
    return CalendarsAnswer(items=[promises.calendar(each) for each in found])


@router.post("/calendars", status_code=201)
async def add_calendar(given: GivenCalendar, user: AsSupervisor, within: InContext) -> CalendarDocument:
    """A new one."""
    wanted, now = given.calendar(), within.clock.now()
    kept = await within.store.write(lambda c: calendars.add_calendar(c, wanted, now))
    return promises.calendar(kept)


@router.put("/calendars/{calendar}")
async def replace_calendar(
    calendar: str, given: GivenCalendar, user: AsSupervisor, within: InContext
) -> CalendarDocument:
    """Count by it from now on, also in cases that are open; what was counted before stays."""
    wanted, now = given.calendar(), within.clock.now()
    kept = await within.store.write(lambda c: policies.replace_calendar(c, calendar, wanted, now))
    within.bus.publish("config", calendar)  # queues open by it
    _changed(within)
    return promises.calendar(kept)


@router.delete("/calendars/{calendar}", status_code=204)
async def delete_calendar(calendar: str, user: AsSupervisor, within: InContext) -> None:
    """Gone for new policies; 409 `sla_calendar.in_use` while a policy counts by it, `sla_calendar.opens_queue` while a queue and
    `sla_calendar.opens_flow` while an entry flow opens by it."""
    now = within.clock.now()
    await within.store.write(lambda c: calendars.delete_calendar(c, calendar, now))


@router.get("/holidays")
async def propose_holidays(
    user: AsSupervisor,
    country: Annotated[str, Query(min_length=2, max_length=2)],
    year: Annotated[int, Query(ge=2000, le=2100)],
    language: Literal["en", "zh-TW", "zh-CN"] = "en",
) -> HolidaysAnswer:
    """Public holidays and worked weekend days of a country's year, to begin a calendar with."""
    return HolidaysAnswer(
        items=[
            ProposedDay(day=each.day.isoformat(), name=each.name, worked=bool(each.hours))
            for each in proposed(country, [year], language, _ALL_DAY)
        ]
    )


@router.get("/policies")
async def list_policies(user: AsSupervisor, within: InContext) -> PoliciesAnswer:
    """All, by name."""
    found = await within.store.read(policies.list_policies)
    return PoliciesAnswer(items=[promises.policy(each) for each in found])


@router.post("/policies", status_code=201)
async def add_policy(given: GivenPolicy, user: AsSupervisor, within: InContext) -> PolicyDocument:
    """A new one; 409 `sla_policy.tie` when some case would have two answers."""
    now = within.clock.now()
    made = await within.store.write(
        lambda c: policies.add_policy(
            c,
            name=given.name,
            match=given.match(),
            calendar_id=given.calendar_id,
            targets=given.promised(),
            now=now,
        )
    )
    _changed(within)
    return promises.policy(made)


@router.put("/policies/{policy}")
async def replace_policy(
    policy: str, given: GivenPolicy, user: AsSupervisor, within: InContext
) -> PolicyDocument:
    """Promise this from now on, also in cases that are open; what was met or missed before stays so."""
    now = within.clock.now()
    made = await within.store.write(
        lambda c: policies.replace_policy(
            c,
            policy,
            name=given.name,
            match=given.match(),
            calendar_id=given.calendar_id,
            targets=given.promised(),
            now=now,
        )
    )
    _changed(within)
    return promises.policy(made)


@router.delete("/policies/{policy}", status_code=204)
async def delete_policy(policy: str, user: AsSupervisor, within: InContext) -> None:
    """Its open cases get what else fits; 409 `sla_policy.tie` when it kept two others apart."""
    now = within.clock.now()
    await within.store.write(lambda c: policies.delete_policy(c, policy, now))
    _changed(within)


def _day(given: list[OpenHours]) -> tuple[Hours, ...]:
    return tuple(promises.hours(each.start, each.end) for each in given)


def _changed(within: Context) -> None:
    within.bus.publish("case", "")
