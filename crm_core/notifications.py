"""What somebody should know: kept until they have seen it, and told at once to their open screens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.ids import new_id
from crm_core.paging import columns
from crm_core.tables import notification, user_account

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A code with parameters, about a record."""

    id: str
    user_id: str
    at: float
    code: str
    params: Mapping[str, Any]
    entity: str
    record_id: str
    seen_at: float | None


_COLUMNS = [notification.c[name] for name in Notification.__dataclass_fields__]


def tell(  # noqa: PLR0917 - the parts of a notice
    conn: Connection,
    users: Iterable[str],
    at: float,
    code: str,
    entity: str,
    record_id: str,
    *,
    party_id: str | None = None,
    case_id: str | None = None,
    **params: Any,
) -> list[str]:
    """Keep it for each of them once; who was told. Whoever is away for good is not. `party_id` and `case_id`: whose words it may hold."""
    wanted = list(dict.fromkeys(users))
    row = user_account.c
    query = select(row.id).where(row.id.in_(wanted), row.active)
    there = set(conn.execute(query).scalars())
    told = [each for each in wanted if each in there]
    for user_id in told:
        conn.execute(
            insert(notification).values(
                id=new_id(),
                user_id=user_id,
                at=at,
                code=code,
                params=params,
                entity=entity,
                record_id=record_id,
                case_id=record_id if entity == "case" else case_id,
                party_id=record_id if entity == "party" else party_id,
            )
        )
    return told


def of_user(conn: Connection, user_id: str, *, unseen: bool = False) -> list[Notification]:
    """The latest first."""
    row = notification.c
    query = select(*_COLUMNS).where(row.user_id == user_id)
    if unseen:
        query = query.where(row.seen_at.is_(None))
    found = conn.execute(query.order_by(row.at.desc(), row.id.desc()).limit(MOST_SHOWN))
    return [Notification(**columns(each)) for each in found]


def recent(conn: Connection, users: Iterable[str], since: float) -> list[Notification]:
    """What these people have not seen yet and is no older: for their open screens."""
    row = notification.c
    query = select(*_COLUMNS).where(row.user_id.in_(list(users)), row.at > since, row.seen_at.is_(None))
    return [Notification(**columns(each)) for each in conn.execute(query.order_by(row.at, row.id).limit(500))]


def seen(conn: Connection, user_id: str, ids: Iterable[str] | None, now: float) -> int:
    """They have read these (None: all); how many were new to them."""
    row = notification.c
    change = update(notification).where(row.user_id == user_id, row.seen_at.is_(None))
    if ids is not None:
        change = change.where(row.id.in_(list(ids)))
    return conn.execute(change.values(seen_at=now)).rowcount
