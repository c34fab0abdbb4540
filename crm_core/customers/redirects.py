"""Old ids of customers that were made one with another."""

from sqlalchemy import Connection, delete, select

from config.errors import Kind, Refused
from crm_core.tables import party, party_redirect


def survivor_of(conn: Connection, party_id: str) -> str | None:
    """The customer under whom the one with this id is kept now; None when it is still itself."""
    row = party_redirect.c
    return conn.execute(select(row.to_id).where(row.from_id == party_id)).scalar()


def living(conn: Connection, party_id: str) -> str:
    """The same for somebody who is to be referred to. `Refused` for one whom there is not, or no more."""
    home = survivor_of(conn, party_id) or party_id
    if (
        conn.execute(select(party.c.id).where(party.c.id == home, party.c.deleted_at.is_(None))).first()
        is None
    ):
        raise Refused("party.unknown", Kind.MISSING, pointer="/party_id", id=party_id[:100])
    return home


def forget_former(conn: Connection, party_id: str) -> list[str]:
    """The records whose ids lead to this customer; they lead nowhere from now on."""
    row = party_redirect.c
    query = select(row.from_id).join(party, party.c.id == row.from_id).where(row.to_id == party_id)
    former = list(conn.execute(query.order_by(row.from_id)).scalars())
    conn.execute(delete(party_redirect).where(row.to_id == party_id))
    return former
