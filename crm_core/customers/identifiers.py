"""Finding a customer by the id that another system gave it."""

import re
import unicodedata

from sqlalchemy import Connection, select

from crm_core.customers.registration import normal as registered
from crm_core.tables import party
from crm_core.tables.base import metadata, storable


def normal(value: str) -> str:
    """Without blanks, case and width, so that `er p-0012` and `ERP-0012` are one."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", storable(value))).casefold()


def owner_of(conn: Connection, scheme: str, value: str, *, without: str = "") -> str | None:
    """The customer with this id of this system."""
    row = metadata.tables["party_identifier"].c
    query = select(row.party_id).where(
        row.normal == normal(value),
        row.scheme == storable(scheme),
        row.deleted_at.is_(None),
        row.id != without,
    )
    return conn.execute(query).scalar()


def owners(conn: Connection, value: str) -> list[str]:
    """Customers with this id in any system, or with it as number of membership or registration: each look-up is one of an index."""
    row, person = metadata.tables["party_identifier"].c, party.c
    if not normal(value):
        return []
    of_systems = select(row.party_id).where(row.normal == normal(value), row.deleted_at.is_(None)).limit(50)
    found = list(conn.execute(of_systems).scalars())
    for column, sought in (
        (person.membership_number, value.strip()),
        (person.registration_number, registered(value)),
    ):
        own = (
            select(person.id)
            .where(column.is_not(None), column == sought, person.deleted_at.is_(None))
            .limit(50)
        )
        found += conn.execute(own).scalars()
    return list(dict.fromkeys(found))


def words_of(conn: Connection, party_ids: list[str]) -> dict[str, list[str]]:
    """What search finds of them, by customer."""
    row = metadata.tables["party_identifier"].c
    query = select(row.party_id, row.value).where(row.party_id.in_(party_ids), row.deleted_at.is_(None))
    found: dict[str, list[str]] = {}
    for each in conn.execute(query.order_by(row.party_id, row.id)):
        found.setdefault(each.party_id, []).append(each.value)
    return found
