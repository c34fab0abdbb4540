"""Customers: people and organisations, how to reach them, and how to find them again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.names import folded
from crm_core.paging import columns
from crm_core.phone_numbers import DEFAULT_REGION, read_number
from crm_core.search import index
from crm_core.tables import contact_point
from crm_core.tables import party as party_table

organisation_table = party_table.alias("organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """A number or address: as written, and in the form that is compared (E.164 or bare digits; lower case)."""

    kind: str
    raw: str
    normal: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or an organisation; `organisation` is the name of the one a person belongs to."""

    id: str
    kind: str
    name: str
    organisation_id: str | None
    organisation: str | None
    title: str | None
    department: str | None
    tier: str | None
    language: str | None
    note: str
    contact_points: tuple[ContactPoint, ...]

    def reached_by(self, kind: str) -> tuple[str, ...]:
        """All numbers (`phone`) or addresses (`email`) in their normal form."""
        return tuple(point.normal for point in self.contact_points if point.kind == kind)


def add_party(
    conn: Connection,
    *,
    kind: str,
    name: str,
    now: float,
    organisation_id: str | None = None,
    title: str | None = None,
    department: str | None = None,
    tier: str | None = None,
    language: str | None = None,
    note: str = "",
) -> Party:
    """Make a party without contact points; `Refused` for an unknown kind or an empty name."""
    if kind not in ("person", "organisation"):
        raise Refused("party.kind_unknown", Kind.INVALID, pointer="/kind", given=kind)
    if not name.strip():
        raise Refused("party.name_missing", Kind.INVALID, pointer="/name")
    party_id = new_id()
    conn.execute(
        insert(party_table).values(
            id=party_id,
            kind=kind,
            name=name,
            sought=folded(name),
            organisation_id=organisation_id,
            title=title,
            department=department,
            tier=tier,
            language=language,
            note=note,
            created_at=now,
            updated_at=now,
        )
    )
    index.refresh(conn, "party", party_id)
    return parties(conn, [party_id])[party_id]


def add_contact_point(
    conn: Connection, party_id: str, kind: str, raw: str, label: str = "", *, region: str = DEFAULT_REGION
) -> ContactPoint:
    """Add a number or address; whatever is written is kept. Adding a known one again returns it."""
    values = normalised(kind, raw, region)
    points = contact_point.c
    known = conn.execute(select(contact_point).where(points.party_id == party_id)).all()
    for row in known:
        if row.kind == kind and row.normal == values["normal"]:
            return ContactPoint(kind=kind, raw=row.raw, normal=row.normal, label=row.label)
    conn.execute(
        insert(contact_point).values(
            id=new_id(), party_id=party_id, position=len(known), kind=kind, raw=raw, label=label, **values
        )
    )
    index.refresh(conn, "party", party_id)
    return ContactPoint(kind=kind, raw=raw, normal=str(values["normal"]), label=label)


def party(conn: Connection, party_id: str) -> Party | None:
    """One party with its contact points."""
    return parties(conn, [party_id]).get(party_id)


def parties(conn: Connection, ids: Iterable[str]) -> dict[str, Party]:
    """Several at once, by id; unknown ids are not in it."""
    wanted = list(ids)
    if not wanted:
        return {}
    points: dict[str, list[ContactPoint]] = {party_id: [] for party_id in wanted}
    found = conn.execute(
        select(contact_point).where(contact_point.c.party_id.in_(wanted)).order_by(contact_point.c.position)
    )
    for row in found:
        points[row.party_id].append(
            ContactPoint(kind=row.kind, raw=row.raw, normal=row.normal, label=row.label)
        )
    query = (
        select(
            *(party_table.c[name] for name in _OWN_COLUMNS), organisation_table.c.name.label("organisation")
        )
        .outerjoin(organisation_table, party_table.c.organisation_id == organisation_table.c.id)
        .where(party_table.c.id.in_(wanted))
    )
    return {
        row.id: Party(contact_points=tuple(points[row.id]), **columns(row)) for row in conn.execute(query)
    }


_OWN_COLUMNS = (
    "id",
    "kind",
    "name",
    "organisation_id",
    "title",
    "department",
    "tier",
    "language",
    "note",
)


def normalised(kind: str, raw: str, region: str = DEFAULT_REGION) -> dict[str, Any]:
    """The columns by which a number or address is found; `Refused` for an unknown kind."""
    if kind == "email":
        return {"normal": raw.strip().lower()}
    if kind != "phone":
        raise Refused("contact_point.kind_unknown", Kind.INVALID, pointer="/kind", given=kind)
    number = read_number(raw, region)
    digits = (number.e164 or number.digits).lstrip("+")
    return {
        "normal": number.e164 or number.digits or raw.strip(),
        "national": number.national or None,
        "digits_reversed": digits[::-1] or None,
    }
