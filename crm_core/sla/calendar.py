"""Business time: a week of opening hours in a time zone, with the days on which it is otherwise.

One rule decides every instant: it counts when the clock on the wall there stands within the day's hours. So an hour that
a change to summer time skips counts nothing, and one that comes twice counts twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 1440
_DAY_S = 86_400
_HORIZON_DAYS = 7320
"""Whoever is closed for twenty years never opens again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Open from `start_minute` until before `end_minute`, in minutes of the local day (0 to 1440)."""

    start_minute: int
    end_minute: int


Day = tuple[Hours, ...]
"""A day's opening hours in order, not overlapping; empty: closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A date with hours of its own: none on a holiday, some on a make-up workday."""

    day: date
    name: str
    hours: Day = ()


class DayKind(StrEnum):
    """Why a day has the hours it has."""

    WORKDAY = "workday"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Business time without a gap, from `start` until before `end` (seconds since 1970)."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """One local day of a count: what of it counted, and what sort of day it is. `name`: of a special day."""

    day: date
    kind: DayKind
    name: str
    spans: tuple[Span, ...]

    @property
    def business_s(self) -> float:
        """How much of it counted."""
        return sum(span.end - span.start for span in self.spans)


class NeverOpen(ValueError):
    """The calendar has no business time left to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`zone`: an IANA name. `week`: seven days, Monday first."""

    name: str
    zone: str
    week: tuple[Day, ...]
    special: Mapping[date, SpecialDay] = field(default_factory=dict)

    def hours(self, day: date) -> Day:
        """The opening hours of a date."""
        special = self.special.get(day)
        return self.week[day.weekday()] if special is None else special.hours

    def kind(self, day: date) -> DayKind:
        """What sort of day a date is."""
        special = self.special.get(day)
        if special is not None:
            return DayKind.SPECIAL if special.hours else DayKind.HOLIDAY
        return DayKind.WORKDAY if self.week[day.weekday()] else DayKind.CLOSED

    def between(self, start: float, end: float) -> float:
        """Business seconds from `start` until `end`; 0 when that is no time at all."""
        total = 0.0
        for day in self._days(start):
            if day.starts_at >= end:
                break
            total += sum(
                max(0.0, min(span.end, end) - max(span.start, start)) for span in self._spans(day.day)
            )
        return total

    def after(self, start: float, business_s: float) -> float:
        """The earliest instant by which `business_s` have passed since `start`; `start` itself for none.

        Raises `NeverOpen` when there is not so much business time within twenty years.
        """
        if business_s <= 0:
            return start
        left_s = business_s
        for day in self._days(start):
            for span in self._spans(day.day):
                begin = max(span.start, start)
                if begin < span.end:
                    if span.end - begin >= left_s:
                        return begin + left_s
                    left_s -= span.end - begin
        raise NeverOpen(f"{self.name!r} is not open for {business_s} s within twenty years of {start}")

    def explain(self, start: float, end: float) -> Iterator[CountedDay]:
        """Each local day from `start` until `end`, with what of it counts."""
        for day in self._days(start):
            if day.starts_at >= end:
                return
            if day.ends_at <= start:
                continue
            clipped = (
                Span(start=max(span.start, start), end=min(span.end, end)) for span in self._spans(day.day)
            )
            special = self.special.get(day.day)
            yield CountedDay(
                day=day.day,
                kind=self.kind(day.day),
                name=special.name if special else "",
                spans=tuple(span for span in clipped if span.start < span.end),
            )

    def _days(self, start: float) -> Iterator["_LocalDay"]:
        first = datetime.fromtimestamp(start, ZoneInfo(self.zone)).date()
        for number in range(_HORIZON_DAYS):
            found = _local_day(self.zone, first + timedelta(days=number))
            if found.stretches:  # a date that a zone skipped (Samoa, 30 December 2011) has none
                yield found

    def _spans(self, day: date) -> tuple[Span, ...]:
        midnight = _as_utc(day)
        found = [
            Span(
                start=max(stretch.start, midnight + hours.start_minute * 60 - stretch.offset_s),
                end=min(stretch.end, midnight + hours.end_minute * 60 - stretch.offset_s),
            )
            for stretch in _local_day(self.zone, day).stretches
            for hours in self.hours(day)
        ]
        return tuple(sorted((span for span in found if span.start < span.end), key=_start))


def _start(span: Span) -> float:
    return span.start


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Part of a local day during which the zone's offset from UTC stays the same."""

    start: float
    end: float
    offset_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _LocalDay:
    day: date
    stretches: tuple[_Stretch, ...]

    @property
    def starts_at(self) -> float:
        return self.stretches[0].start

    @property
    def ends_at(self) -> float:
        return self.stretches[-1].end


@lru_cache(maxsize=100_000)
def _local_day(zone: str, day: date) -> _LocalDay:
    """The instants at which a zone's date is `day`: 86,400 s of them, but for two days a year in some zones."""
    midnight = _as_utc(day)
    stretches = []
    for lower, upper, offset_s in _offsets(zone, midnight - 18 * 3600, midnight + _DAY_S + 18 * 3600):
        start, end = max(lower, midnight - offset_s), min(upper, midnight + _DAY_S - offset_s)
        if start < end:
            stretches.append(_Stretch(start=start, end=end, offset_s=offset_s))
    return _LocalDay(day=day, stretches=tuple(stretches))


def _offsets(zone: str, lower: float, upper: float) -> Iterator[tuple[float, float, float]]:
    """The offsets that hold between two instants, each with its limits. Six hours hold one change at most."""
    since, at, offset_s = lower, lower, _offset(zone, lower)
    while at < upper:
        later = min(at + 6 * 3600, upper)
        if _offset(zone, later) != offset_s:
            change = _change(zone, at, later)
            yield since, change, offset_s
            since, offset_s = change, _offset(zone, later)
        at = later
    yield since, upper, offset_s


def _change(zone: str, before: float, after: float) -> float:
    """The second at which the offset becomes that of `after`."""
    old, low, high = _offset(zone, before), int(before), int(after)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == old else (low, middle)
    return float(high)


def _offset(zone: str, at: float) -> float:
    offset = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()


def _as_utc(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
