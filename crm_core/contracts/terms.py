"""A contract's term (pure): where in its life it is at an instant, which day changes that, and in which period it counts."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from crm_core.contracts.dates import day_begins, day_of, months_after


class State(StrEnum):
    """DRAFT and CANCELLED are what somebody decided, the others follow from the dates."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    RENEWAL_DUE = "renewal_due"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


DECIDED = (State.DRAFT, State.CANCELLED)
IN_FORCE = (State.ACTIVE, State.RENEWAL_DUE)


class Period(StrEnum):
    """What a limit is counted over: the whole term, or years and months from its first day on."""

    TERM = "term"
    YEAR = "year"
    MONTH = "month"


_MONTHS = {Period.YEAR: 12, Period.MONTH: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """From the beginning of the first day to the end of the last, there."""

    starts_on: date
    ends_on: date
    notice_days: int
    time_zone: str

    @property
    def begins_at(self) -> float:
        return day_begins(self.starts_on, self.time_zone)

    @property
    def over_at(self) -> float:
        return day_begins(self.ends_on + timedelta(days=1), self.time_zone)

    @property
    def notice_at(self) -> float:
        """When it is time to speak about the renewal; never before it begins."""
        last = self.ends_on - timedelta(days=self.notice_days)
        return max(day_begins(last, self.time_zone), self.begins_at)

    def state_at(self, at: float) -> State:
        """Where a contract that is signed and not cancelled is."""
        if at < self.begins_at:
            return State.UPCOMING
        if at >= self.over_at:
            return State.EXPIRED
        return State.RENEWAL_DUE if at >= self.notice_at else State.ACTIVE

    def next_change(self, at: float) -> float | None:
        """The next instant at which time alone changes the state."""
        return min(
            (each for each in (self.begins_at, self.notice_at, self.over_at) if each > at), default=None
        )

    def renewed(self, months: int | None) -> "Term":
        """The term that follows: of so many months, or as long as this one."""
        first = self.ends_on + timedelta(days=1)
        return Term(
            starts_on=first,
            ends_on=months_after(first, months or self.months) - timedelta(days=1),
            notice_days=self.notice_days,
            time_zone=self.time_zone,
        )

    @property
    def months(self) -> int:
        """How many whole months it has, one at least."""
        after = self.ends_on + timedelta(days=1)
        whole = (after.year - self.starts_on.year) * 12 + after.month - self.starts_on.month
        return max(1, whole - (months_after(self.starts_on, max(whole, 0)) > after))

    def counted_from(self, period: Period, at: float) -> tuple[float, float]:
        """The period in which an instant lies: its beginning and its end. Before the term it is the first one, after it
        the last."""
        if period is Period.TERM:
            return self.begins_at, self.over_at
        step = _MONTHS[period]
        day = min(max(day_of(at, self.time_zone), self.starts_on), self.ends_on)
        place = ((day.year - self.starts_on.year) * 12 + day.month - self.starts_on.month) // step
        if months_after(self.starts_on, place * step) > day:
            place -= 1
        first, after = (months_after(self.starts_on, (place + each) * step) for each in (0, 1))
        return day_begins(first, self.time_zone), min(day_begins(after, self.time_zone), self.over_at)
