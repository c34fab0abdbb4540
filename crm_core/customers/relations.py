"""Relations between customers as they are today, and what may become of them.

A party's `organisation_id` is its primary employer, kept in step with the open `employee_of` relation that is primary (or the only one).
Millions of imported people have the former alone, so both count everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, or_, select, update

from config.ids import new_id
from crm_core.records.declared import Label, label
from crm_core.records.shape import choice
from crm_core.tables import party
from crm_core.tables.base import metadata

EMPLOYEE_OF, REPORTS_TO, SUBSIDIARY_OF = "employee_of", "reports_to", "subsidiary_of"
TYPES = (
    choice(EMPLOYEE_OF, "works for", "任職於", "任职于"),
    choice(REPORTS_TO, "reports to", "直屬上級", "直属上级"),
    choice(SUBSIDIARY_OF, "is a subsidiary of", "母公司", "母公司"),
    choice("partner_of", "is a partner of", "合作夥伴", "合作伙伴"),
    choice("household", "lives with", "同戶家人", "同户家人"),
    choice("contact_for", "is a contact for", "擔任窗口", "担任对接人"),
)
INVERSE: Mapping[str, Label] = {
    EMPLOYEE_OF: label("employs", "員工", "员工"),
    REPORTS_TO: label("is the superior of", "直屬部屬", "直属下级"),
    SUBSIDIARY_OF: label("is the parent of", "子公司", "子公司"),
    "partner_of": label("is a partner of", "合作夥伴", "合作伙伴"),
    "household": label("lives with", "同戶家人", "同户家人"),
    "contact_for": label("has as contact", "聯絡窗口", "对接人"),
}
"""How a relation is read from its other end."""
LABELS: Mapping[str, Label] = {each.code: each.label for each in TYPES}
_ENDS = {
    EMPLOYEE_OF: ("person", "organisation"),
    REPORTS_TO: ("person", "person"),
    SUBSIDIARY_OF: ("organisation", "organisation"),
}
DEEPEST = 30
MOST = 2000
"""Members of a group, or people of a chart, that are walked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relation from one customer's end: `label` says it with the other as its object."""

    id: str
    type: str
    outward: bool
    label: Label
    other_id: str
    other: str
    other_kind: str
    role: str | None
    department: str | None
    primary: bool
    valid_from: str | None
    valid_until: str | None
    open: bool
    version: int


def table() -> Table:
    return metadata.tables["relationship"]


def today(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"


def is_open(day: str) -> ColumnElement[bool]:
    """On the relations: those that hold on this day."""
    row = table().c
    return (
        row.deleted_at.is_(None)
        & or_(row.valid_from.is_(None), row.valid_from <= day)
        & or_(row.valid_until.is_(None), row.valid_until >= day)
    )


def of_party(conn: Connection, party_id: str, now: float) -> list[Relation]:
    """All of a customer's, those that hold first, then the latest ended."""
    row, other, day = table().c, party.alias("other"), today(now)
    found: list[Relation] = []
    for mine, theirs, outward in ((row.from_id, row.to_id, True), (row.to_id, row.from_id, False)):
        query = (
            select(
                table(),
                other.c.id.label("other_id"),
                other.c.name.label("other"),
                other.c.kind.label("other_kind"),
            )
            .join(other, other.c.id == theirs)
            .where(mine == party_id, row.deleted_at.is_(None), other.c.deleted_at.is_(None))
            .limit(MOST)
        )
        found += [_relation(each, outward, day) for each in conn.execute(query)]
    return sorted(found, key=lambda each: (not each.open, each.type, each.other, each.id))


def _relation(row: Any, outward: bool, day: str) -> Relation:
    begun = row.valid_from is None or row.valid_from <= day
    ended = row.valid_until is not None and row.valid_until < day
    return Relation(
        id=row.id,
        type=row.type,
        outward=outward,
        label=LABELS[row.type] if outward else INVERSE[row.type],
        other_id=row.other_id,
        other=row.other,
        other_kind=row.other_kind,
        role=row.role,
        department=row.department,
        primary=bool(row.is_primary),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        open=begun and not ended,
        version=row.row_version,
    )


def superiors(conn: Connection, party_ids: Iterable[str], now: float) -> dict[str, tuple[str, str]]:
    """Whom each reports to today: id and name."""
    row, above = table().c, party.alias("above")
    query = (
        select(row.from_id, above.c.id, above.c.name)
        .join(above, above.c.id == row.to_id)
        .where(row.from_id.in_(list(party_ids)), row.type == REPORTS_TO, is_open(today(now)))
        .order_by(row.is_primary, row.created_at)
    )
    return {each.from_id: (each.id, each.name) for each in conn.execute(query)}


def unfit(conn: Connection, relation: Mapping[str, Any]) -> str | None:
    """Why customers of these kinds cannot be related so, as a code."""
    wanted = _ENDS.get(relation["type"])
    if wanted is None:
        return None
    ids = (relation["from_id"], relation["to_id"])
    kinds = {
        each.id: each.kind
        for each in conn.execute(select(party.c.id, party.c.kind).where(party.c.id.in_(ids)))
    }
    return None if tuple(map(kinds.get, ids)) == wanted else "relationship.kinds"


def would_circle(conn: Connection, relation: Mapping[str, Any], relation_id: str) -> bool:
    """Whether the other end leads back here by relations of the same type whose time overlaps with this one's."""
    if relation["type"] not in (REPORTS_TO, SUBSIDIARY_OF):
        return False
    row = table().c
    reached, edge = {relation["to_id"]}, {relation["to_id"]}
    for _ in range(DEEPEST):
        query = select(row.to_id).where(
            row.from_id.in_(edge),
            row.type == relation["type"],
            row.id != relation_id,
            row.deleted_at.is_(None),
            _overlaps(relation),
        )
        edge = set(conn.execute(query).scalars()) - reached
        if relation["from_id"] in edge:
            return True
        if not edge:
            return False
        reached |= edge
    return True


def _overlaps(relation: Mapping[str, Any]) -> ColumnElement[bool]:
    row = table().c
    begins, ends = relation.get("valid_from") or "0000", relation.get("valid_until") or "9999"
    return or_(row.valid_from.is_(None), row.valid_from <= ends) & or_(
        row.valid_until.is_(None), row.valid_until >= begins
    )


def let_one_be_primary(conn: Connection, person_id: str, relation_id: str) -> None:
    row = table().c
    others = (
        row.from_id == person_id,
        row.type == EMPLOYEE_OF,
        row.id != relation_id,
        row.is_primary.is_(True),
    )
    conn.execute(update(table()).where(*others).values(is_primary=False))


def keep_employer(conn: Connection, person_id: str, now: float) -> None:
    """The person's organisation follows the relations."""
    row = table().c
    query = (
        select(row.to_id, row.department)
        .where(row.from_id == person_id, row.type == EMPLOYEE_OF, is_open(today(now)))
        .order_by(row.is_primary.desc().nulls_last(), row.created_at.desc(), row.id)
        .limit(1)
    )
    employer = conn.execute(query).first()
    values = {"organisation_id": employer.to_id if employer else None}
    if employer and employer.department:
        values["department"] = employer.department
    person = party.c
    changed = or_(*(person[name].is_distinct_from(value) for name, value in values.items()))
    stamps = {"updated_at": now, "row_version": person.row_version + 1}
    conn.execute(update(party).where(person.id == person_id, changed).values(**values, **stamps))


def change_employer(conn: Connection, person_id: str, organisation_id: str | None, now: float) -> None:
    """The relations follow the person's organisation: the old one ends today, the new one begins."""
    row, day = table().c, today(now)
    mine = (row.from_id == person_id, row.type == EMPLOYEE_OF, is_open(day))
    if (
        organisation_id is not None
        and conn.execute(select(row.id).where(*mine, row.to_id == organisation_id)).first()
    ):
        conn.execute(update(table()).where(*mine).values(is_primary=row.to_id == organisation_id))
        return
    ended = {"valid_until": day, "is_primary": False, "updated_at": now, "row_version": row.row_version + 1}
    primary = or_(row.is_primary.is_(True), row.to_id == _employer(person_id))
    conn.execute(update(table()).where(*mine, primary).values(**ended))
    if organisation_id is not None:
        stamps = {"created_at": now, "updated_at": now, "row_version": 1, "custom": {}}
        ends = {
            "from_id": person_id,
            "to_id": organisation_id,
            "type": EMPLOYEE_OF,
            "is_primary": True,
            "valid_from": day,
        }
        conn.execute(insert(table()).values(id=new_id(), **ends, **stamps))


def _employer(person_id: str) -> Any:
    return select(party.c.organisation_id).where(party.c.id == person_id).scalar_subquery()
