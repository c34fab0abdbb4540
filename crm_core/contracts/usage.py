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
    """Contacts, and seconds that agents spoke or wrote, in one period."""

    calls: int
    seconds: float
    since: float
    until: float


_CALL = interaction.c
_STAY = segment.c
_NOW = bindparam("now", type_=Double)


def _counts() -> ColumnElement[bool]:
    return or_(_CALL.outcome == "handled", _CALL.state != "closed")


def _query(*more: ColumnElement[bool]) -> Select[Any]:
    with_agent = and_(_STAY.interaction_id == _CALL.id, _STAY.kind == "agent", _STAY.answered_at.is_not(None))
    spent = func.coalesce(_STAY.ended_at, _NOW) - _STAY.answered_at
    return (
        select(
            func.count(_CALL.id.distinct()).label("calls"),
            func.coalesce(func.sum(case((spent > 0, spent), else_=0.0)), 0.0).label("seconds"),
        )
        .select_from(interaction.outerjoin(segment, with_agent))
        .where(
            _CALL.service_contract_id == bindparam("of_contract"),
            _CALL.enqueued_at >= bindparam("since"),
            _CALL.enqueued_at < bindparam("until"),
            _CALL.id != bindparam("without"),
            _counts(),
            *more,
        )
    )


_OF_ALL = _query()
_OF_CALLS = _query(_CALL.medium == "voice", or_(_CALL.direction.is_(None), _CALL.direction == "in"))


def usage(conn: Connection, of: Contract, at: float, *, without: str = "") -> Usage:
    """In the period in which `at` lies; `without` leaves one interaction out."""
    values = {
        name: getattr(of, name) for name in ("starts_on", "ends_on", "renewal_notice_days", "time_zone")
    }
    since, until = term_of(values).counted_from(of.period, at)
    query = _OF_CALLS if of.counted == "inbound_calls" else _OF_ALL
    row = conn.execute(
        query, {"of_contract": of.id, "since": since, "until": until, "without": without, "now": at}
    ).one()
    return Usage(calls=row.calls, seconds=max(0.0, row.seconds), since=since, until=until)
