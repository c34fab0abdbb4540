"""Parts of long messages until all have come, or those that are missing are waited for no longer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from config.ids import new_id
from crm_core.tables import message_part

MOST_PARTS = 255
"""A user data header counts in one octet (3GPP TS 23.040, 9.2.3.24.1)."""
MOST_WAITING = 5_000
"""Parts that are kept at once: whoever sends beginnings without ends fills no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, as the gateway gave it. `key` names the whole message: sender, recipient and reference; `number` counts from 1."""

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


def keep(conn: Connection, part: Part, due_at: float) -> bool:
    """Keep it; False when it is there already, or there are too many. Its message is waited for until `due_at`, counted anew with each part."""
    row = message_part.c
    same = (row.account_id == part.account_id, row.key == part.key)
    if conn.execute(select(row.id).where(*same, row.number == part.number)).first() is not None:
        return False
    if conn.execute(select(func.count()).select_from(message_part)).scalar_one() >= MOST_WAITING:
        return False
    values = {name: getattr(part, name) for name in Part.__dataclass_fields__}
    conn.execute(insert(message_part).values(id=new_id(), due_at=due_at, **values))
    return True


def whole(conn: Connection, account_id: str, key: str) -> list[Part] | None:
    """All its parts in order, once they are all there."""
    found = of(conn, account_id, key)
    return found if found and len(found) == found[0].total else None


def of(conn: Connection, account_id: str, key: str) -> list[Part]:
    """What has come of a message, in order."""
    row = message_part.c
    query = select(*(row[name] for name in Part.__dataclass_fields__)).where(
        row.account_id == account_id, row.key == key
    )
    return [
        Part(**found._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        for found in conn.execute(query.order_by(row.number))
    ]


def overdue(conn: Connection, now: float, limit: int = 50) -> Sequence[tuple[str, str]]:
    """Messages (account, key) of which parts are missing, and that are waited for no longer."""
    row = message_part.c
    query = (
        select(row.account_id, row.key)
        .group_by(row.account_id, row.key)
        .having(func.max(row.due_at) <= now)
        .limit(limit)
    )
    return [(found.account_id, found.key) for found in conn.execute(query)]


def next_due(conn: Connection) -> float | None:
    """When one is waited for no longer."""
    found: float | None = conn.execute(select(func.min(message_part.c.due_at))).scalar_one()
    return found


def forget(conn: Connection, account_id: str, key: str) -> None:
    """The message is filed."""
    row = message_part.c
    conn.execute(delete(message_part).where(row.account_id == account_id, row.key == key))
