"""What happened in a case, for people to read: steps, notes, merges, macros, procedures, approvals. Codes with data, no sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from crm_core.casework import telling
from crm_core.paging import columns
from crm_core.prepared import Prepared
from crm_core.tables import case_activity, user_account

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """`actor` is a name; None: the program itself."""

    seq: int
    at: float
    kind: str
    actor: str | None
    data: Mapping[str, Any]


def record(
    conn: Connection, case_id: str, at: float, kind: str, actor_id: str | None = None, **data: Any
) -> int:
    """Append it; its number."""
    line = {"case_id": case_id, "at": at, "kind": kind, "actor_id": actor_id or None, "data": data}
    seq = int(_RECORD.run(conn, line).scalar_one())
    if kind in telling.WATCHED:
        telling.tell(conn, case_id, at, kind, actor_id, data)
    return seq


_RECORD = Prepared(
    insert(case_activity)
    .values({name: bindparam(name) for name in ("case_id", "at", "kind", "actor_id", "data")})
    .returning(case_activity.c.seq)
)


def of_case(conn: Connection, case_id: str, limit: int = MOST_SHOWN) -> list[Activity]:
    """The latest, in the order in which it happened."""
    row = case_activity.c
    query = (
        select(row.seq, row.at, row.kind, user_account.c.name.label("actor"), row.data)
        .outerjoin(user_account, user_account.c.id == row.actor_id)
        .where(row.case_id == case_id)
        .order_by(row.seq.desc())
        .limit(limit)
    )
    return [Activity(**columns(each)) for each in reversed(conn.execute(query).all())]
