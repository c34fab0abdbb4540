"""A case's clocks, and the look that tells each milestone once: a quarter left, and missed."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from crm_core import case_events, policies
from crm_core.rules import events as rules
from crm_core.rules.model import Trigger
from crm_core.sla.clock import Clock, ClockKind, ClockState, clocks, rounds
from crm_core.tables import case_event, inserting, interaction, support_case

WARNED = "warned"
BREACHED = "breached"
_TRIGGERS = {WARNED: Trigger.SLA_WARNED, BREACHED: Trigger.SLA_BREACHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """Something to tell: `what` is warned or breached; `at` is when it came to that; `due` what was promised.
    `interactions` are the open ones about this case."""

    case_id: str
    number: str
    clock: ClockKind
    round: int
    what: str
    at: float
    due: float
    interactions: tuple[str, ...]


def clocks_of(conn: Connection, case_id: str, now: float) -> tuple[Clock, ...]:
    """The clocks at `now`, in one query; none for a case to which nothing is promised."""
    return clocks(case_events.history(conn, case_id).events, now)


def due(conn: Connection, now: float, limit: int) -> list[str]:
    """The cases to be looked at by now, the longest due first."""
    row = support_case.c
    query = select(row.id).where(row.sla_look_at <= now).order_by(row.sla_look_at, row.id).limit(limit)
    return list(conn.execute(query).scalars())


def next_look(conn: Connection) -> float | None:
    """When the next case is to be looked at; None when nothing comes by the passing of time."""
    row = support_case.c
    query = select(row.sla_look_at).where(row.sla_look_at.is_not(None)).order_by(row.sla_look_at).limit(1)
    return conn.execute(query).scalar_one_or_none()


def look(conn: Connection, case_id: str, now: float) -> list[Milestone]:
    """Record what has come to pass by now, and when to look again. The terms are reviewed first: policies and calendars
    may have changed. Looking twice records nothing twice."""
    row = support_case.c
    found = conn.execute(select(row.number, row.status, row.merged_into_id).where(row.id == case_id)).one()
    if found.merged_into_id is not None:
        # its promises went on in another case
        conn.execute(update(support_case).where(row.id == case_id).values(sla_look_at=None))
        return []
    if found.status in policies.RUNNING:
        case_events.record_terms(conn, case_id, now)
    history = case_events.history(conn, case_id)
    told = rounds(history.events, now)
    reached = [
        one
        for one in (each for clock in told for each in _reached(clock, now))
        if one.name not in history.milestones and _record(conn, case_id, one)
    ]
    conn.execute(update(support_case).where(row.id == case_id).values(sla_look_at=_next(told, now)))
    for one in reached:
        data = {"clock": one.clock.kind.value, "round": one.clock.round, "due": one.due}
        rules.happened(conn, "case", case_id, _TRIGGERS[one.what], now, data)
    about = _open_interactions(conn, case_id) if reached else ()
    return [
        Milestone(
            case_id=case_id,
            number=found.number,
            clock=one.clock.kind,
            round=one.clock.round,
            what=one.what,
            at=one.at,
            due=one.due,
            interactions=about,
        )
        for one in reached
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    clock: Clock
    what: str
    at: float
    due: float

    @property
    def name(self) -> str:
        """What makes it happen once in a case."""
        return f"{self.clock.kind}/{self.clock.round}/{self.what}"


def _reached(clock: Clock, now: float) -> Iterator[_Reached]:
    """The milestones that a clock has come to: a breach needs no warning any more."""
    if clock.breached_at is not None:
        yield _Reached(clock=clock, what=BREACHED, at=clock.breached_at, due=clock.breached_at)
    elif clock.warn_at is not None and clock.due is not None and clock.warn_at <= now:
        yield _Reached(clock=clock, what=WARNED, at=clock.warn_at, due=clock.due)


def _next(told: tuple[Clock, ...], now: float) -> float | None:
    moments = [
        moment
        for clock in told
        if clock.state is ClockState.RUNNING and clock.warn_at is not None and clock.due is not None
        for moment in (clock.warn_at if clock.warn_at > now else clock.due,)
    ]
    return min(moments, default=None)


def _record(conn: Connection, case_id: str, reached: _Reached) -> bool:
    """Whether it is new: another server may have told it in the same instant."""
    done = conn.execute(
        inserting(conn, case_event)
        .values(case_id=case_id, kind=reached.what, at=reached.at, milestone=reached.name)
        .on_conflict_do_nothing()
    )
    return done.rowcount == 1


def _open_interactions(conn: Connection, case_id: str) -> tuple[str, ...]:
    row = interaction.c
    query = select(row.id).where(row.case_id == case_id, row.state != "closed").order_by(row.id)
    return tuple(conn.execute(query).scalars())
