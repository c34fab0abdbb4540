"""The clocks once more, by walking through time minute by minute: slow, plain, and written without looking at the fold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from crm_core.sla.calendar import Calendar, Hours, SpecialDay
from crm_core.sla.clock import CaseEvent, ClockKind, Happened, Targets, Terms

ZONES = (
    "Asia/Taipei",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Havana",  # summer time begins at midnight
    "Africa/Casablanca",  # stops summer time for Ramadan
    "Asia/Kathmandu",
)
STARTS = (datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 10, 14, tzinfo=UTC))
TABLE_DAYS = 75
POOL = 48


@cache
def calendar(number: int) -> Calendar:
    """One of the pool."""
    random = Random(number)
    while True:
        week = tuple(_day(random) for _ in range(7))
        if sum(hours.end_minute - hours.start_minute for day in week for hours in day) >= 600:
            break
    special = {}
    for _ in range(random.randint(0, 12)):
        day = (random.choice(STARTS) + timedelta(days=random.randint(0, 60))).date()
        hours = () if random.random() < 0.6 else (Hours(start_minute=540, end_minute=1020),)
        special[day] = SpecialDay(day=day, name="x", hours=hours)
    return Calendar(name=f"c{number}", zone=ZONES[number % len(ZONES)], week=week, special=special)


def _day(random: Random) -> tuple[Hours, ...]:
    kinds = [
        [],
        [(540, 1020)],
        [(540, 720), (780, 1080)],
        [(0, 1440)],
        [(0, 30), (60, 180), (1320, 1440)],
        [(95, 150), (151, 152)],
    ]
    return tuple(
        Hours(start_minute=start, end_minute=end)
        for start, end in random.choices(kinds, weights=[3, 5, 5, 1, 2, 1])[0]
    )


@cache
def table(number: int, start: datetime) -> bytes:
    """For each minute from `start` on whether it is business time: what a clock on the wall says, which is looked at each quarter of an hour,
    for no zone is set between, nor begins a day there."""
    zone, found, first = ZoneInfo(calendar(number).zone), bytearray(), int(start.timestamp())
    for quarter in range(TABLE_DAYS * 96):
        local = datetime.fromtimestamp(first + quarter * 900, zone)
        special = calendar(number).special.get(local.date())
        hours = special.hours if special else calendar(number).week[local.weekday()]
        now = local.hour * 60 + local.minute
        found += _open_minutes(hours)[now : now + 15]
    return bytes(found)


@cache
def _open_minutes(hours: tuple[Hours, ...]) -> bytes:
    """For each minute of a day with these hours."""
    return bytes(any(each.start_minute <= now < each.end_minute for each in hours) for now in range(1440))


@dataclass
class History:
    """Where its time begins, what happened, and the moment at which it is looked at."""

    start: datetime
    events: list[CaseEvent]
    now: float


def history(random: Random) -> History:
    """Anything may happen in any order, also what makes no sense."""
    start = random.choice(STARTS)
    at = start.timestamp() + random.randint(0, 40 * 86_400)
    events = [CaseEvent(kind=Happened.OPENED, at=at, terms=_terms(random))]
    kinds = [kind for kind in Happened if kind is not Happened.OPENED]
    for _ in range(random.randint(0, 9)):
        at += random.choice((0, 1, random.randint(1, 7200), random.randint(1, 90_000)))
        kind = random.choice(kinds)
        terms = _terms(random) if kind is Happened.TERMS_CHANGED else None
        events.append(CaseEvent(kind=kind, at=at, terms=terms))
    return History(start, events, at + random.choice((0, random.randint(0, 90_000))))


def _terms(random: Random) -> Terms | None:
    if random.random() < 0.1:
        return None

    def target() -> float | None:
        return None if random.random() < 0.15 else float(random.choice((60, 3600, random.randint(1, 40_000))))

    number = random.randrange(POOL)
    targets = Targets(first_response_s=target(), next_response_s=target(), resolution_s=target())
    return Terms(id=str(number), name="p", calendar=calendar(number), targets=targets)


@dataclass
class Walked:
    """One clock as the walk sees it. `reached`: the instant at which its target is used up, while it may yet stop."""

    kind: ClockKind
    elapsed: float = 0.0
    met_at: float | None = None
    breached_at: float | None = None
    reached: float | None = None
    due: float | None = None
    target: float | None = None
    open_minutes: bytes | None = None

    def under(self, terms: Terms | None, start: datetime) -> "Walked":
        """From now on."""
        self.target = getattr(terms.targets, f"{self.kind}_s") if terms else None
        self.open_minutes = table(int(terms.id), start) if terms else None
        return self


@dataclass
class Walk:
    """The walker's state; `open`: neither pending nor solved."""

    start: datetime
    first: float
    open: bool = False
    terms: Terms | None = None
    clocks: list[Walked] = field(default_factory=list)

    def until(self, events: Sequence[CaseEvent], now: float) -> list[Walked]:
        marks, waiting = sorted({event.at for event in events} | {now}), list(events)
        for low, high in zip(marks, [*marks[1:], None], strict=True):
            while waiting and waiting[0].at == low:
                self._apply(waiting.pop(0))
            if high is not None and self.open:
                self._walk(low, high)
        self._to_the_end(now)
        return [clock for clock in self.clocks if clock.target is not None]

    def _walk(self, low: float, high: float) -> None:
        running = [clock for clock in self.clocks if clock.met_at is None]
        minute = self._minute(low)
        while low < high:
            edge = min(self.first + (minute + 1) * 60, high)
            for clock in running:
                _run(clock, low, edge, minute)
            low, minute = edge, minute + 1

    def _minute(self, at: float) -> int:
        return int(at - self.first) // 60

    def _to_the_end(self, now: float) -> None:
        """Go on after now until each running clock is used up."""
        for clock in self.clocks:
            clock.due = clock.breached_at
            target = clock.target
            if clock.due is None and clock.met_at is None and self.open and target is not None:
                clock.due = self._future(clock, now, target)

    def _future(self, clock: Walked, now: float, target: float) -> float | None:
        if clock.reached is not None:
            return clock.reached
        if clock.elapsed >= target:
            return now
        open_minutes, at, elapsed = clock.open_minutes, now, clock.elapsed
        assert open_minutes is not None
        while self._minute(at) < len(open_minutes):
            later = (at // 60 + 1) * 60
            if open_minutes[self._minute(at)]:
                if elapsed + later - at >= target:
                    return at + target - elapsed
                elapsed += later - at
            at = later
        return None  # later than the table reaches

    def _apply(self, event: CaseEvent) -> None:  # noqa: PLR0912 - plain on purpose: it is the yardstick
        match event.kind:
            case Happened.OPENED:
                self.open, self.terms = True, event.terms
                self.clocks = [self._new(ClockKind.FIRST_RESPONSE), self._new(ClockKind.RESOLUTION)]
            case Happened.CUSTOMER_WROTE:
                if not list(self._owed()):
                    self.clocks.append(self._new(ClockKind.NEXT_RESPONSE))
            case Happened.AGENT_ANSWERED:
                for clock in self._owed():
                    clock.met_at = event.at
            case Happened.PAUSED:
                self._stand_still(event.at)
            case Happened.RESUMED:
                self.open = True
            case Happened.SOLVED:
                self._stand_still(event.at)
                for clock in self.clocks:
                    clock.met_at = event.at if clock.met_at is None else clock.met_at
            case Happened.REOPENED:
                self.open = True
                for clock in self.clocks:
                    if clock.kind is ClockKind.RESOLUTION and clock.met_at is not None:
                        clock.under(self.terms, self.start).met_at = clock.reached = None
            case Happened.TERMS_CHANGED:
                self.terms = event.terms
                for clock in self.clocks:
                    if clock.met_at is None:
                        clock.under(event.terms, self.start).reached = None

    def _new(self, kind: ClockKind) -> Walked:
        return Walked(kind).under(self.terms, self.start)

    def _stand_still(self, at: float) -> None:
        self.open = False
        for clock in self.clocks:
            clock.reached = None

    def _owed(self) -> Iterable[Walked]:
        return [
            clock for clock in self.clocks if clock.kind is not ClockKind.RESOLUTION and clock.met_at is None
        ]


def _run(clock: Walked, low: float, high: float, minute: int) -> None:
    target = clock.target
    if target is not None and clock.reached is None and clock.elapsed >= target:
        clock.reached = low
    if clock.open_minutes is not None and clock.open_minutes[minute]:
        if target is not None and clock.reached is None and clock.elapsed + high - low >= target:
            clock.reached = low + target - clock.elapsed
        clock.elapsed += high - low
    if clock.reached is not None and high > clock.reached and clock.breached_at is None:
        clock.breached_at = clock.reached
