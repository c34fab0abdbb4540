"""Old ids of customers that were made one with another."""

from sqlalchemy import Connection, select

from crm_core.tables import party_redirect


def survivor_of(conn: Connection, party_id: str) -> str | None:
    """The customer under whom the one with this id is kept now; None when it is still itself."""
    row = party_redirect.c
    return conn.execute(select(row.to_id).where(row.from_id == party_id)).scalar()
