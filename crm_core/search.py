"""Finding customers by what an agent has at hand: a part of a name, a number, an address, a case."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from crm_core.paging import Page, columns, from_cursor, to_cursor
from crm_core.parties import folded, organisation_table
from crm_core.phone_numbers import read_number
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


def search(conn: Connection, text: str, limit: int = 25, cursor: str | None = None) -> Page[PartyRow]:
    """Parties by name that fit `text` (all for an empty one): part of a name or of the organisation's name, the
    beginning of a number or address, a case's number. Works for Chinese; width and case do not matter."""
    limit = max(1, min(limit, LARGEST_PAGE))
    query = _listing().where(_fits(folded(text)))
    if cursor is not None:
        place = from_cursor(cursor, 2)
        query = query.where(tuple_(party_table.c.sought, party_table.c.id) > tuple_(*place))
    rows = conn.execute(query.limit(limit + 1)).all()
    items = [columns(row) for row in rows]
    places = [to_cursor(item.pop("sought"), item["id"]) for item in items]
    more = len(rows) > limit
    return Page(
        items=tuple(PartyRow(**item) for item in items[:limit]),
        next_cursor=places[limit - 1] if more else None,
    )


def _listing() -> Select[Any]:
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
        .order_by(party_table.c.sought, party_table.c.id)
    )


def _first(kind: str) -> Any:
    points = contact_point.c
    return (
        select(points.normal)
        .where(points.party_id == party_table.c.id, points.kind == kind)
        .order_by(points.position)
        .limit(1)
        .correlate(party_table)
        .scalar_subquery()
    )


def _fits(text: str) -> ColumnElement[bool]:
    if not text:
        return party_table.c.id.is_not(None)
    ways = [
        party_table.c.sought.contains(text, autoescape=True),
        organisation_table.c.sought.contains(text, autoescape=True),
    ]
    reached = _reached_by(text)
    if reached is not None:
        ways.append(party_table.c.id.in_(select(contact_point.c.party_id).where(reached)))
    if any(letter.isdigit() for letter in text):
        cases = select(support_case.c.party_id).where(
            func.lower(support_case.c.number) == text, support_case.c.party_id.is_not(None)
        )
        ways.append(party_table.c.id.in_(cases))
    return or_(*ways)


def _reached_by(text: str) -> ColumnElement[bool] | None:
    """The condition on contact points; None for what looks like neither a number nor an address."""
    number = read_number(text)
    if number.digits and not any(letter.isalpha() for letter in text):
        return _number_begins(number.e164, number.digits) if len(number.digits) >= 3 else None
    if text.isascii():
        return and_(contact_point.c.kind == "email", contact_point.c.normal.startswith(text, autoescape=True))
    return None


def _number_begins(e164: str | None, digits: str) -> ColumnElement[bool]:
    points = contact_point.c
    ways = [
        points.normal == e164,
        points.normal.startswith("+" + digits),
        points.national.startswith(digits.lstrip("0") or digits),
    ]
    return and_(points.kind == "phone", or_(*ways))
