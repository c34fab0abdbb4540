"""Parts of long messages until all have come, or those that are missing are waited for no longer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from config.ids import new_id
from crm_core.tables import message_part

MOST_WAITING = 5_000
"""Parts that are kept at once: whoever sends beginnings without ends fills no more than this."""
_REPEATED_FOR_S = 3 * 86_400.0
"""So long gateways repeat what was not answered, and it is known again."""
_P = message_part.c
_WAITING = _P.filed_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, as the gateway gave it. `key` names the whole message (`key_of`); `number` counts from 1."""

    account_id: str
    key: str
    number: int
    total: int
    peer_id: str
    sender: str
    recipient: str
    text: str
    raw: str
    at: float


def key_of(sender: str, recipient: str, reference: str, total: int) -> str:
    """Of the message that a part belongs to; telling nothing of anybody."""
    return hashlib.sha256(f"{sender}\x00{recipient}\x00{reference}\x00{total}".encode()).hexdigest()


def is_known(conn: Connection, account_id: str, peer_id: str) -> bool:
    """Whether this very part came before, also where its message is filed by now."""
    return (
        conn.execute(select(_P.id).where(_P.account_id == account_id, _P.peer_id == peer_id)).first()
        is not None
    )


def has_room(conn: Connection) -> bool:
    """Whether another one may be kept."""
    waiting = conn.execute(select(func.count()).select_from(message_part).where(_WAITING)).scalar_one()
    return bool(waiting < MOST_WAITING)


def keep(conn: Connection, part: Part, due_at: float) -> None:
    """Keep it. Its message is waited for until `due_at`, counted anew with each part."""
    values = {name: getattr(part, name) for name in Part.__dataclass_fields__}
    conn.execute(insert(message_part).values(id=new_id(), due_at=due_at, **values))


def of(conn: Connection, account_id: str, key: str) -> list[Part]:
    """What has come of a message and is not filed, in order, each number once."""
    query = select(*(_P[name] for name in Part.__dataclass_fields__)).where(
        _P.account_id == account_id, _P.key == key, _WAITING
    )
    found: dict[int, Part] = {}
    for row in conn.execute(query.order_by(_P.number, _P.at)):
        found.setdefault(row.number, Part(**row._asdict()))
    return list(found.values())


def overdue(conn: Connection, now: float, limit: int = 50) -> Sequence[tuple[str, str]]:
    """Messages (account, key) of which parts are missing, and that are waited for no longer."""
    query = (
        select(_P.account_id, _P.key)
        .where(_WAITING)
        .group_by(_P.account_id, _P.key)
        .having(func.max(_P.due_at) <= now)
        .limit(limit)
    )
    return [(found.account_id, found.key) for found in conn.execute(query)]


def next_due(conn: Connection) -> float | None:
    """When one is waited for no longer, at the earliest."""
    found: float | None = conn.execute(select(func.min(_P.due_at)).where(_WAITING)).scalar_one()
    return found


def filed(conn: Connection, account_id: str, key: str, now: float) -> None:
    """The message is a letter: its parts keep no words. What is old is forgotten."""
    theirs = (_P.account_id == account_id, _P.key == key, _WAITING)
    conn.execute(
        update(message_part).where(*theirs).values(filed_at=now, sender="", recipient="", text="", raw="")
    )
    conn.execute(delete(message_part).where(_P.filed_at < now - _REPEATED_FOR_S))
