"""What was used of a contract: folded from its interactions in one indexed query, never kept in a counter that could drift.

What an agent handled counts, and what is on its way to one; who gave up waiting, and whom the contract itself turned away, do not.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, Select, and_, bindparam, case, func, or_, select

from crm_core.contracts.coverage import Contract
from crm_core.entities.service_contract import term_of
from crm_core.tables import interaction, segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Contacts, and seconds that agents spoke or wrote, in one period, as far as something limits them: what has no limit is not counted (0)."""

    calls: int
    seconds: float
    since: float
    until: float


_CALL = interaction.c
_STAY = segment.c
_AT = bindparam("at", type_=Double)
_CALLS = and_(_CALL.medium == "voice", or_(_CALL.direction.is_(None), _CALL.direction == "in"))
_OF_CONTRACT = and_(
    _CALL.service_contract_id == bindparam("of_contract"),
    _CALL.enqueued_at >= bindparam("since"),
    _CALL.enqueued_at < bindparam("before"),
    _CALL.id != bindparam("without"),
    or_(_CALL.outcome == "handled", _CALL.state != "closed"),
)


def _counting(*more: ColumnElement[bool]) -> Select[Any]:
    return select(func.count().label("calls")).select_from(interaction).where(_OF_CONTRACT, *more)


def _timing(*more: ColumnElement[bool]) -> Select[Any]:
    with_agent = and_(_STAY.interaction_id == _CALL.id, _STAY.kind == "agent", _STAY.answered_at.is_not(None))
    ended = case((_STAY.ended_at < _AT, _STAY.ended_at), else_=_AT)
    spent = ended - _STAY.answered_at
    return (
        select(
            func.count(_CALL.id.distinct()).label("calls"),
            func.coalesce(func.sum(case((spent > 0, spent), else_=0.0)), 0.0).label("seconds"),
        )
        .select_from(interaction.outerjoin(segment, with_agent))
        .where(_OF_CONTRACT, *more)
    )


_COUNTED = {"inbound_calls": _counting(_CALLS)}
_TIMED = {"inbound_calls": _timing(_CALLS)}
_COUNTED_ALL, _TIMED_ALL = _counting(), _timing()


def usage(conn: Connection, of: Contract, at: float, *, without: str = "") -> Usage:
    """In the period in which `at` lies, up to then; `without` leaves one interaction out."""
    values = {
        name: getattr(of, name) for name in ("starts_on", "ends_on", "renewal_notice_days", "time_zone")
    }
    since, until = term_of(values).counted_from(of.period, at)
    calls, seconds = 0, 0.0
    asked = {"of_contract": of.id, "since": since, "before": min(until, at), "without": without}
    if of.max_minutes is not None:  # only then the stays with agents are read
        row = conn.execute(_TIMED.get(of.counted, _TIMED_ALL), asked | {"at": at}).one()
        calls, seconds = row.calls, max(0.0, row.seconds)
    elif of.max_calls is not None:
        calls = conn.execute(_COUNTED.get(of.counted, _COUNTED_ALL), asked).scalar_one()
    return Usage(calls=calls, seconds=seconds, since=since, until=until)
