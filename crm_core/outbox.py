"""The outbox: what is still to be sent, recorded in the transaction that wrote it, so that nothing is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, null, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.paging import columns
from crm_core.tables import letter_raw
from crm_core.tables import outbox as outbox_table


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A letter to send; `attempts` made so far."""

    id: str
    letter_id: str
    envelope_from: str
    to: tuple[str, ...]
    raw: bytes
    attempts: int


def put(conn: Connection, *, letter_id: str, envelope_from: str, to: tuple[str, ...], now: float) -> str:
    """Queue a letter for sending; the row's id."""
    row_id = new_id()
    conn.execute(
        insert(outbox_table).values(
            id=row_id,
            letter_id=letter_id,
            envelope_from=envelope_from,
            to=to,
            state="queued",
            attempts=0,
            due_at=now,
            error="",
        )
    )
    return row_id


def due(conn: Connection, now: float, limit: int) -> list[OutboxRow]:
    """What is to be sent by now, the longest due first."""
    row = outbox_table.c
    query = (
        select(row.id, row.letter_id, row.envelope_from, row.to, letter_raw.c.raw, row.attempts)
        .join(letter_raw, letter_raw.c.letter_id == row.letter_id)
        .where(row.state == "queued", row.due_at <= now)
        .order_by(row.due_at, row.id)
        .limit(limit)
    )
    return [OutboxRow(**columns(found)) for found in conn.execute(query)]


def next_due(conn: Connection) -> float | None:
    """When the next letter is due; None when nothing waits."""
    row = outbox_table.c
    query = select(row.due_at).where(row.state == "queued").order_by(row.due_at).limit(1)
    return conn.execute(query).scalar_one_or_none()


def sent(conn: Connection, row_id: str, now: float) -> None:
    """The relay took it (250)."""
    _finish(conn, row_id, state="sent", now=now, error="", refused=null())


def failed(  # noqa: PLR0917 - an attempt's end
    conn: Connection,
    row_id: str,
    now: float,
    error: str,
    retry_at: float | None,
    refused: Mapping[str, str] | None = None,
) -> None:
    """It did not go out: tried again at `retry_at`, or given up (None) and shown as failed. `refused`: these alone have not got it, and what the
    relay said of each; further tries go to nobody else."""
    to = {} if refused is None else {"to": tuple(refused), "refused": dict(refused)}
    state = "failed" if retry_at is None else "queued"
    _finish(conn, row_id, state=state, now=now, error=error, due_at=retry_at, **to)


def _finish(
    conn: Connection,
    row_id: str,
    *,
    state: str,
    now: float,
    error: str,
    due_at: float | None = None,
    **more: Any,
) -> None:
    row = outbox_table.c
    done = conn.execute(
        update(outbox_table)
        .where(row.id == row_id, row.state == "queued")
        .values(
            state=state,
            attempts=row.attempts + 1,
            tried_at=now,
            error=error,
            due_at=row.due_at if due_at is None else due_at,
            **more,
        )
    )
    if done.rowcount == 0:
        raise Refused("outbox.unknown", Kind.MISSING, id=row_id)
