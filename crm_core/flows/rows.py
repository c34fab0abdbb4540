"""A flow's row and a prompt's: read for a change, changed, and told of in the audit chain."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, select, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.records.change import Acting


def living(conn: Connection, table: Table, row_id: str, version: int | None) -> Any:
    """The row, None where there is none; `Refused` (record.stale) when it is not of this version any more."""
    row = conn.execute(select(table).where(table.c.id == row_id, table.c.deleted_at.is_(None))).one_or_none()
    if row is not None and version is not None and row.row_version != version:
        raise Refused("record.stale", Kind.STALE, version=row.row_version)
    return row


def change(conn: Connection, acting: Acting, table: Table, row_id: str, **values: Any) -> None:
    """One version further."""
    stamps = {"updated_at": acting.now, "row_version": table.c.row_version + 1}
    conn.execute(update(table).where(table.c.id == row_id).values(**values, **stamps))


def tell(
    conn: Connection, acting: Acting, action: str, table: Table, row_id: str, *, detail: Mapping[str, Any]
) -> None:
    """Of what was done."""
    at, origin = acting.now, acting.origin
    audit.record(
        conn,
        audit.Entry(at=at, origin=origin, action=action, entity=table.name, object_id=row_id, detail=detail),
    )
