"""Whether a record is what a rule asks for, and by which key the rule starts its procedure just once."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from crm_core.access.scopes import live
from crm_core.records.shape import shape_of, value_of
from crm_core.records.tables import table_of
from crm_core.rules.model import Count, Once
from crm_core.rules.waiting import Rule


def holds(conn: Connection, rule: Rule, record_id: str) -> bool:
    """The condition, and the threshold of how many."""
    table = table_of(rule.entity)
    alone = select(table.c.id).where(table.c.id == record_id, live(rule.entity), rule.asked)
    if conn.execute(alone).first() is None:
        return False
    return rule.count is None or _counted(conn, rule, rule.count, record_id) >= rule.count.least


def key(conn: Connection, rule: Rule, record_id: str, occasion: str, now: float) -> str:
    """What is there once: once a record, each time, or once a group and period."""
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


def _counted(conn: Connection, rule: Rule, count: Count, record_id: str) -> int:
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
    query = select(func.count()).select_from(table).where(live(rule.entity), rule.asked, *alike)
    return conn.execute(query).scalar_one()


def _alike(conn: Connection, rule: Rule, record_id: str) -> list[Any]:
    table = table_of(rule.entity)
    shape = shape_of(conn, rule.entity)
    row = conn.execute(select(table).where(table.c.id == record_id)).one()
    fields = [shape.field(name) for name in (rule.count.same if rule.count else ())]
    return [value_of(row, each) for each in fields if each is not None]
