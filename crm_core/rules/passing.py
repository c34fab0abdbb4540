"""The passing of time: which records' moments came since a rule last looked, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select, update

from crm_core.access.scopes import live
from crm_core.records.declared import FieldKind
from crm_core.records.tables import table_of
from crm_core.rules.waiting import Rule
from crm_core.tables import inserting, rule_watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Until which moment a rule has looked; with `id`, at that moment only as far as this record."""

    until: float
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records with their moments. `more`: the next page follows at once."""

    found: tuple[tuple[str, Any], ...]
    more: bool


def page(conn: Connection, rule: Rule, now: float, limit: int) -> Page:
    """The records whose moment came since the last look, at most so many; they are seen from now on."""
    seen = _seen(conn, rule) or _begin(conn, rule, now)
    until = now - rule.detail.after_s
    column, table = _column(rule), table_of(rule.entity)
    query = (
        select(table.c.id, column.label("moment"))
        .where(live(rule.entity), _after(rule, seen), column <= _stored(rule, until))
        .order_by(column, table.c.id)
        .limit(limit)
    )
    found = tuple((each.id, each.moment) for each in conn.execute(query))
    more = len(found) == limit
    if more:
        last_id, last = found[-1]
        seen = Seen(until=_moment(last), id=last_id)
    elif until >= seen.until:
        seen = Seen(until=until, id=None)
    change = update(rule_watch).where(rule_watch.c.rule_id == rule.id)
    conn.execute(change.values(seen_until=seen.until, seen_id=seen.id))
    return Page(found=found, more=more)


def next_of(conn: Connection, rule: Rule) -> float | None:
    """When the rule's next moment comes; None: none is known."""
    seen = _seen(conn, rule)
    if seen is None:
        return 0.0  # it has not been looked at yet
    query = select(func.min(_column(rule))).where(live(rule.entity), _after(rule, seen))
    found = conn.execute(query).scalar_one_or_none()
    return None if found is None else _moment(found) + rule.detail.after_s


def passed(conn: Connection, rule: Rule, record_id: str, now: float) -> Any | None:
    """The record's own moment if it has come, as it is stored; what was just written may lie in the past."""
    table = table_of(rule.entity)
    value = conn.execute(select(_column(rule)).where(table.c.id == record_id)).scalar_one_or_none()
    return None if value is None or _moment(value) + rule.detail.after_s > now else value


def _seen(conn: Connection, rule: Rule) -> Seen | None:
    row = rule_watch.c
    found = conn.execute(select(row.seen_until, row.seen_id).where(row.rule_id == rule.id)).one_or_none()
    return None if found is None else Seen(until=float(found.seen_until), id=found.seen_id)


def _begin(conn: Connection, rule: Rule, now: float) -> Seen:
    """A rule that is new looks at what comes from now on: old records are not all of a sudden overdue."""
    until = now - rule.detail.after_s
    made = inserting(conn, rule_watch).values(rule_id=rule.id, seen_until=until)
    conn.execute(made.on_conflict_do_nothing())
    return Seen(until=until, id=None)


def _after(rule: Rule, seen: Seen) -> ColumnElement[bool]:
    column, stored = _column(rule), _stored(rule, seen.until)
    if seen.id is None:
        later: ColumnElement[bool] = column > stored
        return later
    return or_(column > stored, and_(column == stored, table_of(rule.entity).c.id > seen.id))


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
