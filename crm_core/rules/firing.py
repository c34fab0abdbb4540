"""Rules at work: what happened, and what time has passed, becomes runs of procedures, each once, in the unit that takes the event out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, delete, func, select, update

from crm_core.access.reader import SYSTEM
from crm_core.access.scopes import live
from crm_core.casework import telling
from crm_core.casework.post import Post
from crm_core.records import filters, known
from crm_core.records.declared import Entity, FieldKind
from crm_core.records.shape import named_columns, shape_of, value_of
from crm_core.records.tables import table_of
from crm_core.rules import model, procedures
from crm_core.rules.model import Count, Detail, Once, Trigger
from crm_core.rules.procedures import Run, Started
from crm_core.tables import inserting, rule_event, rule_watch

BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it works."""

    id: str
    entity: Entity
    trigger: Trigger
    detail: Detail
    condition: Any
    count: Count | None
    once: Once
    procedure_id: str


@dataclass(slots=True, kw_only=True)
class Worked:
    """What one look has done: `taken` events and moments. `more`: there is more to do at once."""

    runs: list[Run] = field(default_factory=list)
    taken: int = 0
    more: bool = False


def work(conn: Connection, now: float, post: Post | None) -> Worked:
    """One batch: events first, in their order, then what has come to pass by time."""
    worked = Worked()
    row = rule_event.c
    events = conn.execute(select(rule_event).order_by(row.seq).limit(BATCH)).all()
    for each in events:
        taken = conn.execute(delete(rule_event).where(row.seq == each.seq)).rowcount
        if taken:  # else another server has it
            worked.taken += 1
            worked.runs += _event(conn, each, now, post)
    worked.more = len(events) == BATCH
    if not worked.more:
        for rule in _rules(conn, trigger=Trigger.TIME_PASSED):
            more = _time(conn, rule, now, post, worked)
            worked.more = worked.more or more
    return worked


def next_at(conn: Connection, now: float) -> float | None:
    """When there is something to look at: now, when events wait; else when the next moment of a rule comes."""
    if conn.execute(select(rule_event.c.seq).limit(1)).first() is not None:
        return now
    moments = [_next_of(conn, rule) for rule in _rules(conn, trigger=Trigger.TIME_PASSED)]
    return min((each for each in moments if each is not None), default=None)


def _event(conn: Connection, event: Row[Any], now: float, post: Post | None) -> Iterator[Run]:
    trigger = Trigger(event.trigger)
    if trigger is Trigger.TOLD_WATCHERS:
        telling.write(conn, event, post, now)
        return
    waiting = _rules(conn, entity=event.entity, trigger=trigger)
    # all are judged before the first one changes anything: what they do is another event's matter
    fitting = [
        rule
        for rule in waiting
        if rule.detail.fits(trigger, event.data or {}) and _holds(conn, rule, event.record_id)
    ]
    for rule in fitting:
        yield from _start(conn, rule, event.record_id, f"event/{event.seq}", trigger, event.depth, now, post)
    if trigger in (Trigger.CREATED, Trigger.CHANGED):
        # what was written may lie in the past already
        for rule in _rules(conn, entity=event.entity, trigger=Trigger.TIME_PASSED):
            yield from _past(conn, rule, event.record_id, event.depth, now, post)


def _past(  # noqa: PLR0917 - which rule, on what
    conn: Connection, rule: Rule, record_id: str, depth: int, now: float, post: Post | None
) -> Iterator[Run]:
    column = _column(rule)
    table = table_of(rule.entity)
    value = conn.execute(select(column).where(table.c.id == record_id)).scalar_one_or_none()
    if value is None or _moment(value) + rule.detail.after_s > now:
        return
    if _holds(conn, rule, record_id):
        yield from _start(conn, rule, record_id, f"at/{value}", Trigger.TIME_PASSED, depth, now, post)


def _time(conn: Connection, rule: Rule, now: float, post: Post | None, worked: Worked) -> bool:
    """The records whose moment came since the last look; whether there are more than one batch of them."""
    since = _seen_until(conn, rule, now)
    until = now - rule.detail.after_s
    column, table = _column(rule), table_of(rule.entity)
    query = (
        select(table.c.id, column.label("moment"))
        .where(live(rule.entity), column > _stored(rule, since), column <= _stored(rule, until))
        .order_by(column, table.c.id)
        .limit(BATCH)
    )
    found = conn.execute(query).all()
    # those at the very moment at which a batch ends belong to the same look
    if len(found) == BATCH:
        found = conn.execute(query.where(column <= found[-1].moment).limit(None)).all()
    worked.taken += len(found)
    for each in found:
        if _holds(conn, rule, each.id):
            worked.runs += _start(conn, rule, each.id, f"at/{each.moment}", Trigger.TIME_PASSED, 0, now, post)
    more = len(found) >= BATCH
    seen = _moment(found[-1].moment) if more else until
    conn.execute(
        update(rule_watch).where(rule_watch.c.rule_id == rule.id).values(seen_until=max(seen, since))
    )
    return more


def _seen_until(conn: Connection, rule: Rule, now: float) -> float:
    """A rule that is new looks at what comes from now on: old records are not all of a sudden overdue."""
    row = rule_watch.c
    query = select(row.seen_until).where(row.rule_id == rule.id)
    found = conn.execute(query).scalar_one_or_none()
    if found is not None:
        return float(found)
    conn.execute(
        inserting(conn, rule_watch)
        .values(rule_id=rule.id, seen_until=now - rule.detail.after_s)
        .on_conflict_do_nothing()
    )
    return now - rule.detail.after_s


def _next_of(conn: Connection, rule: Rule) -> float | None:
    column = _column(rule)
    row = rule_watch.c
    seen = conn.execute(select(row.seen_until).where(row.rule_id == rule.id)).scalar_one_or_none()
    if seen is None:
        return 0.0  # it has not been looked at yet
    found = conn.execute(
        select(func.min(column)).where(live(rule.entity), column > _stored(rule, float(seen)))
    ).scalar_one_or_none()
    return None if found is None else _moment(found) + rule.detail.after_s


def _start(  # noqa: PLR0917 - which rule, on what, why
    conn: Connection,
    rule: Rule,
    record_id: str,
    occasion: str,
    trigger: Trigger,
    depth: int,
    now: float,
    post: Post | None,
) -> Iterator[Run]:
    key = _key(conn, rule, record_id, occasion, now)
    started = Started(key=key, trigger=trigger, rule_id=rule.id, depth=depth)
    done = procedures.run(conn, rule.procedure_id, rule.entity.name, record_id, started, now, post)
    if done is not None:
        yield done


def _key(conn: Connection, rule: Rule, record_id: str, occasion: str, now: float) -> str:
    match rule.once:
        case Once.RECORD:
            return f"{rule.id}/{record_id}"
        case Once.EVERY:
            return f"{rule.id}/{record_id}/{occasion}"
        case Once.GROUP:
            alike = _alike(conn, rule, record_id)
            within_s = rule.count.within_s if rule.count else None
            period = int(now // within_s) if within_s else 0
            return f"{rule.id}/{'/'.join(str(each) for each in alike)}/{period}"


def _holds(conn: Connection, rule: Rule, record_id: str) -> bool:
    """The condition, and the threshold of how many."""
    table = table_of(rule.entity)
    asked = _condition(conn, rule)
    alone = select(table.c.id).where(table.c.id == record_id, live(rule.entity), asked)
    if conn.execute(alone).first() is None:
        return False
    return rule.count is None or _counted(conn, rule, rule.count, record_id, asked) >= rule.count.least


def _condition(conn: Connection, rule: Rule) -> ColumnElement[bool]:
    return filters.condition(shape_of(conn, rule.entity), SYSTEM, rule.condition)


def _counted(conn: Connection, rule: Rule, count: Count, record_id: str, asked: ColumnElement[bool]) -> int:
    """How many there are like it, itself among them, made within the time before it. What is like nothing counts alone."""
    table = table_of(rule.entity)
    shape = shape_of(conn, rule.entity)
    row = conn.execute(select(table).where(table.c.id == record_id)).one()
    alike: list[ColumnElement[bool]] = []
    for name in count.same:
        of = shape.field(name)
        value = None if of is None else value_of(row, of)
        if of is None or value is None:
            return 1
        alike.append(shape.column(of) == value)
    if count.within_s is not None:
        alike.append(table.c.created_at >= row.created_at - count.within_s)
    query = select(func.count()).select_from(table).where(live(rule.entity), asked, *alike)
    return conn.execute(query).scalar_one()


def _alike(conn: Connection, rule: Rule, record_id: str) -> list[Any]:
    table = table_of(rule.entity)
    shape = shape_of(conn, rule.entity)
    row = conn.execute(select(table).where(table.c.id == record_id)).one()
    fields = [shape.field(name) for name in (rule.count.same if rule.count else ())]
    return [value_of(row, each) for each in fields if each is not None]


def _rules(conn: Connection, *, trigger: Trigger, entity: str | None = None) -> list[Rule]:
    row = table_of(known.entity("rule")).c
    query = select(table_of(known.entity("rule"))).where(
        row.trigger == trigger.value, row.active, row.deleted_at.is_(None)
    )
    if entity is not None:
        query = query.where(row.entity == entity)
    return [_read(named_columns(each)) for each in conn.execute(query.order_by(row.position, row.id))]


def _read(row: Mapping[str, Any]) -> Rule:
    trigger = Trigger(row["trigger"])
    return Rule(
        id=row["id"],
        entity=known.entity(row["entity"]),
        trigger=trigger,
        detail=model.detail(trigger, row["detail"]),
        condition=row["condition"],
        count=model.count(row["count"]),
        once=Once(row["once"]),
        procedure_id=row["procedure_id"],
    )


def _column(rule: Rule) -> Column[Any]:
    return table_of(rule.entity).c[rule.detail.field]


def _is_date(rule: Rule) -> bool:
    of = next((each for each in rule.entity.fields if each.name == rule.detail.field), None)
    return of is not None and of.kind is FieldKind.DATE


def _stored(rule: Rule, moment: float) -> Any:
    """A moment as the rule's field keeps it; a day begins at midnight UTC."""
    if not _is_date(rule):
        return moment
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _moment(value: Any) -> float:
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()
    return float(value)
