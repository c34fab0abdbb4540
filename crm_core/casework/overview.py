"""The audit view: what is not finished and matters, with owner and age, late ones first; and one person's own work."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from crm_core import case_events
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.paging import columns
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.sla.clock import Clock, clocks
from crm_core.tables import case_event, party, support_case, user_account

MOST_SHOWN = 200
RUNNING = ("open", "pending")
IMPORTANT = ("high", "critical", "urgent")
_C = support_case.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An unfinished case. `late`: a promise was missed, or its due time is past; `important`: severe, urgent, escalated, or a complaint."""

    id: str
    number: str
    subject: str
    status: str
    state: str | None
    type_id: str | None
    severity: str | None
    priority: str | None
    category: str | None
    owner: str | None
    queue_id: str | None
    channel: str | None
    party: str | None
    is_complaint: bool
    escalation_level: int
    reopened_count: int
    created_at: float
    updated_at: float
    due_at: float | None
    follow_up_at: float | None
    waiting_since: float | None
    late: bool
    important: bool
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to show: all that is unfinished, only what is important, or only what is late; of one owner, or nobody's."""

    only: str = "all"
    owner_id: str | None = None
    unowned: bool = False
    complaints: bool = False
    limit: int = MOST_SHOWN


def issues(conn: Connection, reader: Reader, asked: Asked, now: float) -> list[Issue]:
    """Late ones first, then important ones, then by age."""
    late, important = _late(now), _important()
    query = (
        select(
            *(_C[name] for name in _OWN),
            user_account.c.name.label("owner"),
            party.c.name.label("party"),
            case((late, True), else_=False).label("late"),
            case((important, True), else_=False).label("important"),
        )
        .outerjoin(user_account, user_account.c.id == _C.owner_id)
        .outerjoin(party, party.c.id == _C.party_id)
        .where(
            readable(known.entity("case"), reader), _C.status.in_(RUNNING), *_narrowed(asked, late, important)
        )
        .order_by(late.desc(), important.desc(), _C.created_at, _C.id)
        .limit(min(asked.limit, MOST_SHOWN))
    )
    found = conn.execute(query).all()
    told = case_events.histories(conn, [each.id for each in found])
    return [Issue(**columns(each), clocks=clocks(told[each.id].events, now)) for each in found]


_OWN = [
    name
    for name in Issue.__dataclass_fields__
    if name not in ("owner", "party", "late", "important", "clocks")
]


def _narrowed(
    asked: Asked, late: ColumnElement[bool], important: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    only = {"late": [late], "important": [important], "urgent": [or_(late, important)]}.get(asked.only, [])
    if asked.owner_id is not None:
        only.append(_C.owner_id == asked.owner_id)
    if asked.unowned:
        only.append(_C.owner_id.is_(None))
    if asked.complaints:
        only.append(_C.is_complaint)
    return only


def _late(now: float) -> ColumnElement[bool]:
    row = case_event.c
    missed = select(row.seq).where(row.case_id == _C.id, row.kind == "breached").exists()
    return or_(missed, and_(_C.due_at.is_not(None), _C.due_at < now))


def _important() -> ColumnElement[bool]:
    return or_(
        _C.severity.in_(IMPORTANT),
        _C.priority.in_(IMPORTANT),
        _C.escalation_level > 0,
        _C.is_complaint,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A task on somebody's list, with the number of the case that it is about."""

    id: str
    subject: str
    kind: str
    status: str
    due_at: float | None
    remind_at: float | None
    progress: int | None
    phone: str | None
    party_id: str | None
    about_entity: str | None
    about_id: str | None
    row_version: int
    number: str | None
    party: str | None


def tasks(conn: Connection, user_id: str) -> list[Todo]:
    """Theirs to do, the soonest due first; what has no time comes last."""
    row: Any = table_of(known.entity("task")).c
    return _todos(conn, and_(row.owner_id == user_id, row.status.in_(["open", "doing"])))


def tasks_about(conn: Connection, case_id: str) -> list[Todo]:
    """All of a case."""
    row: Any = table_of(known.entity("task")).c
    return _todos(conn, and_(row.about_entity == "case", row.about_id == case_id))


def _todos(conn: Connection, condition: ColumnElement[bool]) -> list[Todo]:
    table = table_of(known.entity("task"))
    row = table.c
    own = [row[name] for name in Todo.__dataclass_fields__ if name not in ("number", "party")]
    query = (
        select(*own, _C.number.label("number"), party.c.name.label("party"))
        .outerjoin(support_case, and_(row.about_entity == "case", _C.id == row.about_id))
        .outerjoin(party, party.c.id == row.party_id)
        .where(row.deleted_at.is_(None), condition)
        .order_by(row.due_at.asc().nulls_last(), row.id)
        .limit(MOST_SHOWN)
    )
    return [Todo(**columns(each)) for each in conn.execute(query)]
