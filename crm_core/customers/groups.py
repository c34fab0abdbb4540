"""Organisations that belong together, and the people in them: the group as a tree, the reporting lines of one organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from crm_core.customers.relations import (
    DEEPEST,
    EMPLOYEE_OF,
    MOST,
    REPORTS_TO,
    SUBSIDIARY_OF,
    is_open,
    table,
    today,
)
from crm_core.tables import party, support_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An organisation of a group, or a person of a chart, and whom it stands under there."""

    id: str
    name: str
    title: str | None
    department: str | None
    above: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a group amounts to: cases by status, and the revenue of its members."""

    cases: dict[str, int]
    revenue: Decimal


def group(conn: Connection, party_id: str, now: float, readable: ColumnElement[bool]) -> list[Member]:
    """The whole group of an organisation from its head down; alone, when it belongs to none. Members that may not be read are left out."""
    row, day = table().c, today(now)
    head = _head(conn, party_id, day)
    above: dict[str, str | None] = {head: None}
    edge = {head}
    for _ in range(DEEPEST):
        query = (
            select(row.from_id, row.to_id)
            .where(row.to_id.in_(edge), row.type == SUBSIDIARY_OF, is_open(day))
            .limit(MOST)
        )
        ordered = conn.execute(query.order_by(row.created_at, row.id))
        found = {each.from_id: each.to_id for each in ordered if each.from_id not in above}
        edge = set(found)
        above |= found
        if not edge or len(above) >= MOST:
            break
    return _members(conn, above, readable)


def _head(conn: Connection, party_id: str, day: str) -> str:
    row, seen = table().c, {party_id}
    for _ in range(DEEPEST):
        query = (
            select(row.to_id)
            .where(row.from_id == party_id, row.type == SUBSIDIARY_OF, is_open(day))
            .order_by(row.created_at)
        )
        above = conn.execute(query).scalars().first()
        if above is None or above in seen:
            break
        seen.add(above)
        party_id = above
    return party_id


def chart(conn: Connection, organisation_id: str, now: float, readable: ColumnElement[bool]) -> list[Member]:
    """The people of an organisation with whom each reports to; superiors elsewhere are no part of it."""
    row, day = table().c, today(now)
    employed = select(row.from_id).where(row.to_id == organisation_id, row.type == EMPLOYEE_OF, is_open(day))
    person = party.c
    belongs = or_(person.organisation_id == organisation_id, person.id.in_(employed))
    query = (
        select(person.id)
        .where(belongs, person.deleted_at.is_(None))
        .order_by(person.sought, person.id)
        .limit(MOST)
    )
    ids = list(conn.execute(query).scalars())
    lines = select(row.from_id, row.to_id).where(row.from_id.in_(ids), row.type == REPORTS_TO, is_open(day))
    reports = {each.from_id: each.to_id for each in conn.execute(lines) if each.to_id in set(ids)}
    return _members(conn, {each: reports.get(each) for each in ids}, readable)


def sums(
    conn: Connection, party_ids: Sequence[str], cases: ColumnElement[bool], customers: ColumnElement[bool]
) -> Sums:
    """Cases and revenue of these together; people who belong to an organisation count with it. `cases` and `customers`:
    which may be read."""
    case, person = support_case.c, party.c
    people = select(person.id).where(person.organisation_id.in_(party_ids), customers)
    mine = or_(case.party_id.in_(party_ids), case.party_id.in_(people))
    counts = select(case.status, func.count()).where(mine, cases).group_by(case.status)
    revenue = select(func.coalesce(func.sum(person.yearly_revenue), 0)).where(person.id.in_(party_ids))
    total: Any = conn.execute(revenue).scalar_one()
    return Sums(
        cases={each[0]: each[1] for each in conn.execute(counts)},
        revenue=Decimal(total) if isinstance(total, Decimal) else Decimal(total).scaleb(-4),
    )


def _members(conn: Connection, above: dict[str, str | None], readable: ColumnElement[bool]) -> list[Member]:
    person = party.c
    query = select(person.id, person.name, person.title, person.department).where(
        person.id.in_(list(above)), readable
    )
    found = {each.id: each for each in conn.execute(query)}
    return [
        Member(
            id=party_id,
            name=found[party_id].name,
            title=found[party_id].title,
            department=found[party_id].department,
            above=over if over in found else None,
        )
        for party_id, over in above.items()
        if party_id in found
    ]
