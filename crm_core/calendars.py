"""Calendars as supervisors keep them. A replacement retires the old version, which stays for what was counted by it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import ColumnElement, Connection, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.flows import kept as flows
from crm_core.sla.calendar import DAY_MINUTES, Calendar, Day, Hours, SpecialDay
from crm_core.tables import queue, sla_calendar, sla_calendar_day, sla_calendar_hours, sla_policy
from crm_core.tables.base import metadata

MOST_SPECIAL_DAYS = 400
LEAST_MINUTES_A_WEEK = 60
"""With `policies.LONGEST_TARGET_S`: every due time lies within the calendar's horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCalendar:
    """`id` stays the same through replacements; `version` names this one."""

    id: str
    version: str
    calendar: Calendar


def list_calendars(conn: Connection) -> list[KeptCalendar]:
    """The current ones, by name."""
    return _read(conn, sla_calendar.c.retired_at.is_(None))


def calendar(conn: Connection, calendar_id: str) -> KeptCalendar:
    """The current version; `Refused` for an unknown one."""
    current = sla_calendar.c.retired_at.is_(None)
    for found in _read(conn, current & (sla_calendar.c.series == calendar_id)):
        return found
    raise Refused("sla_calendar.unknown", Kind.MISSING, id=calendar_id)


def of_version(conn: Connection, version: str) -> KeptCalendar:
    """A certain version, current or not."""
    [found] = _read(conn, sla_calendar.c.id == version)
    return found


def add_calendar(conn: Connection, given: Calendar, now: float) -> KeptCalendar:
    """Keep a new one; `Refused` for what makes no sense (see `_check`) and for a name that is taken."""
    return _keep(conn, new_id(), given, now)


def replace_calendar(conn: Connection, calendar_id: str, given: Calendar, now: float) -> KeptCalendar:
    """Keep another version from now on. The caller lets policies follow: `policies.replace_calendar`."""
    old = calendar(conn, calendar_id)
    _retire(conn, old.version, now)
    return _keep(conn, calendar_id, given, now)


def delete_calendar(conn: Connection, calendar_id: str, now: float) -> None:
    """Retire it; `Refused` while a policy counts by it, or a queue, an entry flow or a dial plan opens by it."""
    old = calendar(conn, calendar_id)
    using = select(sla_policy.c.name).where(
        sla_policy.c.calendar_id == old.version, sla_policy.c.retired_at.is_(None)
    )
    user = conn.execute(using.order_by(sla_policy.c.name)).scalars().first()
    if user is not None:
        raise Refused("sla_calendar.in_use", policy=user)
    opening = select(queue.c.name).where(queue.c.calendar_id == calendar_id, queue.c.deleted_at.is_(None))
    opened = conn.execute(opening.order_by(queue.c.name)).scalars().first()
    if opened is not None:
        raise Refused("sla_calendar.opens_queue", queue=opened)
    asking = flows.with_calendar(conn, calendar_id)
    if asking is not None:
        raise Refused("sla_calendar.opens_flow", flow=asking)
    plan = metadata.tables["dial_plan"].c
    dialling = select(plan.name).where(plan.calendar_id == calendar_id, plan.deleted_at.is_(None))
    dialled = conn.execute(dialling.order_by(plan.name)).scalars().first()
    if dialled is not None:
        raise Refused("sla_calendar.opens_plan", plan=dialled)
    _retire(conn, old.version, now)


def _keep(conn: Connection, series: str, given: Calendar, now: float) -> KeptCalendar:
    _check(given)
    _check_name(conn, given.name)
    version = new_id()
    conn.execute(
        insert(sla_calendar).values(
            id=version, series=series, name=given.name, zone=given.zone, created_at=now
        )
    )
    week = {str(number): day for number, day in enumerate(given.week, start=1)}
    special = {day.isoformat(): each.hours for day, each in given.special.items()}
    _insert(conn, sla_calendar_hours, _hours_rows(version, week | special))
    days = [
        {"calendar_id": version, "day": day.isoformat(), "name": each.name}
        for day, each in given.special.items()
    ]
    _insert(conn, sla_calendar_day, days)
    return KeptCalendar(id=series, version=version, calendar=given)


def _insert(conn: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        conn.execute(insert(table), rows)


def _hours_rows(version: str, days: Mapping[str, Day]) -> list[dict[str, str | int]]:
    return [
        {
            "calendar_id": version,
            "day": name,
            "start_minute": hours.start_minute,
            "end_minute": hours.end_minute,
        }
        for name, day in days.items()
        for hours in day
    ]


def _retire(conn: Connection, version: str, now: float) -> None:
    conn.execute(update(sla_calendar).where(sla_calendar.c.id == version).values(retired_at=now))


def _check(given: Calendar) -> None:
    if not given.name.strip():
        raise Refused("sla_calendar.name_missing", Kind.INVALID, pointer="/name")
    if given.zone not in available_timezones():
        raise Refused("sla_calendar.zone_unknown", Kind.INVALID, pointer="/zone", given=given.zone)
    if len(given.special) > MOST_SPECIAL_DAYS:
        raise Refused("sla_calendar.too_many_days", Kind.INVALID, pointer="/special", most=MOST_SPECIAL_DAYS)
    for number, day in enumerate(given.week):
        _check_day(day, f"/week/{number}")
    for special in given.special.values():
        _check_day(special.hours, "/special")
    minutes = sum(hours.end_minute - hours.start_minute for day in given.week for hours in day)
    if minutes < LEAST_MINUTES_A_WEEK:
        raise Refused("sla_calendar.never_open", Kind.INVALID, pointer="/week", least=LEAST_MINUTES_A_WEEK)


def _check_day(day: Day, pointer: str) -> None:
    before = 0
    for hours in day:
        if not before <= hours.start_minute < hours.end_minute <= DAY_MINUTES:
            raise Refused("sla_calendar.hours_order", Kind.INVALID, pointer=pointer)
        before = hours.end_minute


def _check_name(conn: Connection, name: str) -> None:
    row = sla_calendar.c
    if conn.execute(select(row.id).where(row.name == name, row.retired_at.is_(None))).first() is not None:
        raise Refused("sla_calendar.name_taken", pointer="/name", name=name)


def _read(conn: Connection, condition: ColumnElement[bool]) -> list[KeptCalendar]:
    row = sla_calendar.c
    found = conn.execute(
        select(row.id, row.series, row.name, row.zone).where(condition).order_by(row.name)
    ).all()
    versions = [each.id for each in found]
    hours, names = _hours(conn, versions), _names(conn, versions)
    return [
        KeptCalendar(
            id=each.series,
            version=each.id,
            calendar=_calendar(each.name, each.zone, hours[each.id], names[each.id]),
        )
        for each in found
    ]


def _calendar(name: str, zone: str, hours: Mapping[str, Day], names: Mapping[str, str]) -> Calendar:
    week = tuple(hours.get(str(number), ()) for number in range(1, 8))
    special = {
        date.fromisoformat(day): SpecialDay(day=date.fromisoformat(day), name=words, hours=hours.get(day, ()))
        for day, words in names.items()
    }
    return Calendar(name=name, zone=zone, week=week, special=special)


def _hours(conn: Connection, versions: Sequence[str]) -> dict[str, dict[str, Day]]:
    row = sla_calendar_hours.c
    query = (
        select(sla_calendar_hours).where(row.calendar_id.in_(versions)).order_by(row.day, row.start_minute)
    )
    found: dict[str, dict[str, Day]] = {version: {} for version in versions}
    for each in conn.execute(query):
        days = found[each.calendar_id]
        opening = Hours(start_minute=each.start_minute, end_minute=each.end_minute)
        days[each.day] = (*days.get(each.day, ()), opening)
    return found


def _names(conn: Connection, versions: Iterable[str]) -> dict[str, dict[str, str]]:
    row = sla_calendar_day.c
    query = select(sla_calendar_day).where(row.calendar_id.in_(list(versions))).order_by(row.day)
    found: dict[str, dict[str, str]] = {version: {} for version in versions}
    for each in conn.execute(query):
        found[each.calendar_id][each.day] = each.name
    return found
