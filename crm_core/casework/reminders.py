"""Reminders of tasks and follow-up times of cases: each told once, at its time, to whose it is."""

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from crm_core import notifications
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.tables import support_case

_BATCH = 100
_C = support_case.c


def next_at(conn: Connection) -> float | None:
    """When somebody is to be reminded next."""
    task = table_of(known.entity("task")).c
    reminder = conn.execute(select(func.min(task.remind_at)).where(_waiting())).scalar_one_or_none()
    follow_up = conn.execute(select(func.min(_C.follow_up_at)).where(_to_follow_up())).scalar_one_or_none()
    return min((each for each in (reminder, follow_up) if each is not None), default=None)


def remind(conn: Connection, now: float) -> int:
    """Tell all that is due; how many."""
    return _tasks(conn, now) + _cases(conn, now)


def _tasks(conn: Connection, now: float) -> int:
    table = table_of(known.entity("task"))
    row = table.c
    query = select(row.id, row.subject, row.owner_id, row.due_at, row.party_id).where(
        _waiting(), row.remind_at <= now
    )
    found = conn.execute(query.order_by(row.remind_at).limit(_BATCH)).all()
    for each in found:
        conn.execute(update(table).where(row.id == each.id).values(reminded_at=now))
        if each.owner_id:
            notifications.tell(
                conn,
                [each.owner_id],
                now,
                "task.reminder",
                "task",
                each.id,
                subject=each.subject,
                due_at=each.due_at,
                party_id=each.party_id,
            )
    return len(found)


def _cases(conn: Connection, now: float) -> int:
    query = select(_C.id, _C.number, _C.owner_id, _C.follow_up_at)
    due = query.where(_to_follow_up(), _C.follow_up_at <= now).order_by(_C.follow_up_at).limit(_BATCH)
    found = conn.execute(due).all()
    for each in found:
        told = update(support_case).where(_C.id == each.id).values(follow_up_told=each.follow_up_at)
        conn.execute(told)
        if each.owner_id:
            notifications.tell(
                conn,
                [each.owner_id],
                now,
                "case.follow_up",
                "case",
                each.id,
                number=each.number,
            )
    return len(found)


def _waiting() -> ColumnElement[bool]:
    row = table_of(known.entity("task")).c
    return and_(
        row.deleted_at.is_(None),
        row.status.in_(["open", "doing"]),
        row.remind_at.is_not(None),
        row.reminded_at.is_(None),
    )


def _to_follow_up() -> ColumnElement[bool]:
    return and_(
        _C.deleted_at.is_(None),
        _C.status.in_(["open", "pending"]),
        _C.follow_up_at.is_not(None),
        or_(_C.follow_up_told.is_(None), _C.follow_up_told != _C.follow_up_at),
    )
