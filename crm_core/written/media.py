"""Pictures that belong to a message and lie at its gateway until they are fetched."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from config.ids import new_id
from crm_core.tables import attachment, message_media
from crm_core.tables import letter as letter_table

MISSING = "media_missing"
_M = message_media.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where one lies, and what it is said to be."""

    url: str
    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One that is to be fetched; `attempts` made so far."""

    id: str
    letter_id: str
    account_id: str
    position: int
    url: str
    name: str
    content_type: str
    attempts: int


def put(conn: Connection, letter_id: str, account_id: str, links: Sequence[Link], now: float) -> None:
    """They are to be fetched for this letter."""
    for position, link in enumerate(links):
        conn.execute(
            insert(message_media).values(
                id=new_id(),
                letter_id=letter_id,
                account_id=account_id,
                position=position,
                url=link.url,
                name=link.name,
                content_type=link.content_type,
                state="waiting",
                attempts=0,
                due_at=now,
                error="",
            )
        )


def due(conn: Connection, now: float, limit: int) -> list[Wanted]:
    """What is to be fetched by now."""
    query = (
        select(*(_M[name] for name in Wanted.__dataclass_fields__))
        .where(_M.state == "waiting", _M.due_at <= now)
        .order_by(_M.due_at, _M.id)
        .limit(limit)
    )
    return [Wanted(**row._asdict()) for row in conn.execute(query)]


def next_due(conn: Connection) -> float | None:
    """When the next is due."""
    found: float | None = conn.execute(select(func.min(_M.due_at)).where(_M.state == "waiting")).scalar_one()
    return found


def fetched(conn: Connection, wanted: Wanted, content: bytes, content_type: str) -> None:
    """It is an attachment of its letter from now on; a second time changes nothing."""
    done = conn.execute(
        update(message_media)
        .where(_M.id == wanted.id, _M.state == "waiting")
        .values(state="fetched", error="")
    )
    if done.rowcount == 1:
        conn.execute(
            insert(attachment).values(
                id=new_id(),
                letter_id=wanted.letter_id,
                position=wanted.position,
                name=wanted.name,
                content_type=content_type or wanted.content_type,
                size=len(content),
                inline=False,
                content_id="",
                content=content,
            )
        )


def failed(conn: Connection, wanted: Wanted, error: str, retry_at: float | None) -> None:
    """Tried again at `retry_at`; given up (None), the letter says that something is missing."""
    state = "failed" if retry_at is None else "waiting"
    conn.execute(
        update(message_media)
        .where(_M.id == wanted.id, _M.state == "waiting")
        .values(state=state, attempts=_M.attempts + 1, due_at=retry_at or _M.due_at, error=error[:500])
    )
    row = letter_table.c
    marks = conn.execute(select(row.marks).where(row.id == wanted.letter_id)).scalar_one_or_none()
    if retry_at is None and marks is not None and MISSING not in marks:
        conn.execute(update(letter_table).where(row.id == wanted.letter_id).values(marks=(*marks, MISSING)))
