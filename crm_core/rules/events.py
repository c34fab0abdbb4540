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
from crm_core.tables import rule_event

DEEPEST = 5
"""Runs that may follow from one another; then it ends, and the last run says so."""
_DEPTH: ContextVar[int] = ContextVar("rule_depth", default=0)
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
    changes = {
        name: [_plain((change.before or {}).get(name)), _plain(value)]
        for name, value in change.after.items()
        if (change.before or {}).get(name) != value and name not in ("updated_at", "custom")
    }
    happened(conn, entity.name, change.id, trigger, change.acting.now, {"changes": changes})


def _plain(value: Any) -> float | None:
    """Numbers alone: of other fields rules ask only whether they changed, and words are kept in one place."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        return None
    return float(value)


def _waited_for(conn: Connection, entity: str, trigger: Trigger) -> bool:
    """Rules for the passing of time are looked at as well: what was written may lie in the past."""
    wanted = [trigger.value]
    if trigger in (Trigger.CREATED, Trigger.CHANGED):
        wanted.append(Trigger.TIME_PASSED.value)
    row = table_of(known.entity("rule")).c
    query = select(row.id).where(
        row.entity == entity, row.trigger.in_(wanted), row.active, row.deleted_at.is_(None)
    )
    return conn.execute(query.limit(1)).first() is not None
