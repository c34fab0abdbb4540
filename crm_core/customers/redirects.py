"""Old ids of customers that were made one with another."""

from sqlalchemy import Connection, delete, select

from crm_core.tables import party, party_redirect


def survivor_of(conn: Connection, party_id: str) -> str | None:
    """The customer under whom the one with this id is kept now; None when it is still itself."""
    row = party_redirect.c
    return conn.execute(select(row.to_id).where(row.from_id == party_id)).scalar()


def forget_former(conn: Connection, party_id: str) -> list[str]:
    """The records whose ids lead to this customer; they lead nowhere from now on."""
    row = party_redirect.c
    query = select(row.from_id).join(party, party.c.id == row.from_id).where(row.to_id == party_id)
    former = list(conn.execute(query.order_by(row.from_id)).scalars())
    conn.execute(delete(party_redirect).where(row.to_id == party_id))
    return former
