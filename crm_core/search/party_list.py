"""Finding customers by what an agent has at hand: a part of a name, a number, an address, a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select, tuple_

from config.errors import Refused
from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.scopes import readable
from crm_core.customers import contact_points, identifiers
from crm_core.paging import Page, columns, from_cursor, to_cursor
from crm_core.parties import organisation_table
from crm_core.records import known
from crm_core.search import find, seen
from crm_core.tables import contact_point, support_case
from crm_core.tables import party as party_table

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """A party as a list shows it: with its first number and first address."""

    id: str
    kind: str
    name: str
    organisation: str | None
    title: str | None
    tier: str | None
    phone: str | None
    email: str | None


def search(
    conn: Connection,
    text: str,
    limit: int = 25,
    cursor: str | None = None,
    *,
    now: float = 0.0,
    reader: Reader = SYSTEM,
) -> Page[PartyRow]:
    """Parties that fit `text`, best first: words of the name or of the organisation's, any characters in a row of a
    Chinese one, the beginning of a number or address, a case's number. All, by name, for an empty text."""
    limit = max(1, min(limit, LARGEST_PAGE))
    if not text.strip():
        return _by_name(conn, reader, limit, cursor)
    try:
        found = find.find(conn, reader, text, now=now, kinds=("party",), limit=limit, cursor=cursor)
    except Refused as refused:
        if refused.code == "search.nothing_sought":
            return Page(items=(), next_cursor=None)
        raise
    numbered = [] if seen.is_part(reader, "party") else identifiers.owners(conn, text)
    of_case = [] if cursor is not None else [*_of_case(conn, text), *numbered]
    ids = list(dict.fromkeys([*of_case, *(hit.id for hit in found.items)]))
    rows = {row["id"]: row for row in _rows(conn, _listing(reader).where(party_table.c.id.in_(ids)))}
    items = tuple(_party_row(rows[name], reader) for name in ids if name in rows)
    return Page(items=items, next_cursor=found.next_cursor)


def of_ids(conn: Connection, reader: Reader, ids: Iterable[str]) -> dict[str, PartyRow]:
    """Those of these that they may read, by id."""
    rows = _rows(conn, _listing(reader).where(party_table.c.id.in_(list(ids))))
    return {row["id"]: _party_row(row, reader) for row in rows}


def _by_name(conn: Connection, reader: Reader, limit: int, cursor: str | None) -> Page[PartyRow]:
    query = _listing(reader)
    if cursor is not None:
        query = query.where(tuple_(party_table.c.sought, party_table.c.id) > tuple_(*from_cursor(cursor, 2)))
    rows = _rows(conn, query.limit(limit + 1))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=tuple(_party_row(row, reader) for row in rows[:limit]),
        next_cursor=to_cursor(last["sought"], last["id"]) if last else None,
    )


def _of_case(conn: Connection, text: str) -> list[str]:
    case = support_case.c
    query = select(case.party_id).where(case.number == text.strip().upper(), case.party_id.is_not(None))
    return list(conn.execute(query).scalars())


def _rows(conn: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [columns(row) for row in conn.execute(query)]


def _party_row(row: dict[str, Any], reader: Reader) -> PartyRow:
    hidden = set(reader.hidden("party")) - {"kind"}
    if hidden & {"name", "organisation_id"}:
        hidden.add("organisation")
    if reader.hidden("contact_point") & {"raw", "normal"}:
        hidden |= {"phone", "email"}
    nothing = {name: "" if name == "name" else None for name in hidden}
    return PartyRow(**{name: nothing.get(name, row[name]) for name in PartyRow.__dataclass_fields__})


def _listing(reader: Reader) -> Select[Any]:
    return (
        select(
            party_table.c.id,
            party_table.c.kind,
            party_table.c.name,
            party_table.c.sought,
            organisation_table.c.name.label("organisation"),
            party_table.c.title,
            party_table.c.tier,
            _first("phone").label("phone"),
            _first("email").label("email"),
        )
        .outerjoin(organisation_table, party_table.c.organisation_id == organisation_table.c.id)
        .where(readable(known.entity("party"), reader))
        .order_by(party_table.c.sought, party_table.c.id)
    )


def _first(kind: str) -> Any:
    points = contact_point.c
    return (
        select(points.normal)
        .where(points.party_id == party_table.c.id, points.kind == kind, points.deleted_at.is_(None))
        .order_by(*contact_points.IN_ORDER)
        .limit(1)
        .correlate(party_table)
        .scalar_subquery()
    )
