"""What rules are to look at, written in the unit of the thing itself: nothing is missed, whatever happens to the server afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from crm_core.access.model import Action
from crm_core.records import known
from crm_core.records.change import Change
from crm_core.records.declared import Entity
from crm_core.records.tables import table_of
from crm_core.rules.model import Trigger
from crm_core.tables import inserting, rule_event, rule_made

DEEPEST = 5
"""Runs that may follow from one another; then it ends."""
_DEPTH: ContextVar[int] = ContextVar("rule_depth", default=0)
_UNTOLD = ("updated_at", "row_version", "sla_look_at", "custom")
_WITHOUT_RULES = ("rule", "procedure", "saved_view", "custom_field")


@contextmanager
def within(depth: int) -> Iterator[None]:
    """What happens inside follows from so many runs."""
    token = _DEPTH.set(depth)
    try:
        yield
    finally:
        _DEPTH.reset(token)


def depth() -> int:
    return _DEPTH.get()


def made(conn: Connection, entity: str, record_id: str) -> None:
    """A run has made this record: what its moments start later follows from that run, too."""
    if depth() > 0:
        row = inserting(conn, rule_made).values(entity=entity, record_id=record_id, depth=depth())
        conn.execute(row.on_conflict_do_nothing())


def depth_of(conn: Connection, entity: str, record_id: str) -> int:
    """How many runs it took to make this record; 0: people made it."""
    row = rule_made.c
    query = select(row.depth).where(row.entity == entity, row.record_id == record_id)
    return int(conn.execute(query).scalar_one_or_none() or 0)


def happened(  # noqa: PLR0917 - the parts of an event
    conn: Connection,
    entity: str,
    record_id: str,
    trigger: Trigger,
    at: float,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Have rules look at it soon; costs one query when none waits for it."""
    if depth() >= DEEPEST or not _waited_for(conn, entity, trigger):
        return
    conn.execute(
        insert(rule_event).values(
            entity=entity,
            record_id=record_id,
            trigger=trigger,
            at=at,
            depth=depth(),
            data=dict(data or {}),
        )
    )


def written(conn: Connection, entity: Entity, change: Change) -> None:
    """A record was made or changed, by whatever way."""
    if entity.name in _WITHOUT_RULES or change.action is Action.DELETE:
        return
    trigger = Trigger.CREATED if change.before is None else Trigger.CHANGED
    changes = differences(change.before or {}, change.after)
    happened(conn, entity.name, change.id, trigger, change.acting.now, {"changes": changes})


def changed(  # noqa: PLR0917 - which record, when, from what to what
    conn: Connection,
    entity: str,
    record_id: str,
    at: float,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """A record was changed by a way of its own; what is as it was is not told."""
    changes = differences(before, after)
    if changes:
        happened(conn, entity, record_id, Trigger.CHANGED, at, {"changes": changes})


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """The fields that have another value now, as rules ask for them."""
    return {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in after.items()
        if before.get(name) != value and name not in _UNTOLD
    }


def _plain(value: Any) -> float | None:
    """Numbers alone: of other fields rules ask only whether they changed, and words are kept in one place."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        return None
    return float(value)


def _waited_for(conn: Connection, entity: str, trigger: Trigger) -> bool:
    """Rules for the passing of time are looked at as well: what was written may lie in the past."""
    wanted = [trigger.value]
    if trigger in (Trigger.CREATED, Trigger.CHANGED, Trigger.CUSTOMER_WROTE):
        wanted.append(Trigger.TIME_PASSED.value)
    row = table_of(known.entity("rule")).c
    query = select(row.id).where(
        row.entity == entity, row.trigger.in_(wanted), row.active, row.deleted_at.is_(None)
    )
    return conn.execute(query.limit(1)).first() is not None
