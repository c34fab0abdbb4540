"""Customers as somebody may see them, for lists that are put together elsewhere."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, select

from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.records import known
from crm_core.tables import party

_P = party.c


def readable_ids(conn: Connection, reader: Reader, ids: Iterable[str]) -> set[str]:
    """Those of these that they may read."""
    query = select(_P.id).where(_P.id.in_(list(ids)), readable(known.entity("party"), reader))
    return set(conn.execute(query).scalars())


def names(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    query = select(_P.id, _P.name).where(_P.id.in_(list(ids)))
    return {row.id: row.name for row in conn.execute(query)}


def people_of(
    conn: Connection, organisations: Sequence[str], mine: ColumnElement[bool], most: int
) -> list[str]:
    """Who belongs to these organisations, by name."""
    query = (
        select(_P.id)
        .where(_P.organisation_id.in_(organisations), mine)
        .order_by(_P.sought, _P.id)
        .limit(most)
    )
    return list(conn.execute(query).scalars())
