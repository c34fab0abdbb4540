"""What rules are to look at, written in the unit of the thing itself: nothing is missed, whatever happens to the server afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, cast, exists, insert, literal, or_, select

from crm_core.access.model import Action
from crm_core.prepared import Prepared
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
    """Have rules look at it soon, where any waits for it; one statement in either case."""
    if depth() >= DEEPEST:
        return
    told = {"record_id": record_id, "at": at, "depth": depth(), "data": dict(data or {})}
    _telling(trigger).run(conn, told | {"entity": entity, "of_entity": entity})


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


@cache
def _telling(trigger: Trigger) -> Prepared:
    """Rules for the passing of time are looked at as well: what was written may lie in the past."""
    wanted = [trigger.value]
    if trigger in (Trigger.CREATED, Trigger.CHANGED, Trigger.CUSTOMER_WROTE):
        wanted.append(Trigger.TIME_PASSED.value)
    rule = table_of(known.entity("rule")).c
    waited_for = select(rule.id).where(
        rule.entity == bindparam("of_entity"),
        or_(*(rule.trigger == each for each in wanted)),
        rule.active,
        rule.deleted_at.is_(None),
    )
    row = rule_event.c
    values = {
        name: bindparam(name, type_=row[name].type) for name in ("entity", "record_id", "at", "depth", "data")
    }
    # cast: PostgreSQL takes the kind of a value in a SELECT from nothing else
    given = [cast(value, row[name].type) if name != "data" else value for name, value in values.items()]
    told = select(*given, literal(trigger.value)).where(exists(waited_for))
    return Prepared(insert(rule_event).from_select([*values, "trigger"], told, include_defaults=False))
