"""Customers: people and organisations, how to reach them, and how to find them again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.customers import contact_points, redirects
from crm_core.names import folded
from crm_core.paging import columns
from crm_core.phone_numbers import DEFAULT_REGION
from crm_core.search import index
from crm_core.tables import contact_point
from crm_core.tables import party as party_table

normalised = contact_points.normalised
"""The columns by which a number or address is found."""
organisation_table = party_table.alias("organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """A number or address: as written, and in the form that is compared (E.164 or bare digits; lower case). One that is wrong or out of its
    dates (ISO days) is kept, since callers may still be recognised by it."""

    kind: str
    raw: str
    normal: str
    label: str
    id: str = ""
    primary: bool = False
    valid_from: str | None = None
    valid_until: str | None = None
    verified_at: float | None = None
    invalid_since: float | None = None
    invalid_reason: str | None = None
    opted_out_at: float | None = None


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
    lifecycle: str | None = None
    membership_number: str | None = None
    membership_tier: str | None = None
    membership_until: str | None = None
    traits: tuple[str, ...] = ()
    preferred_channel: str | None = None
    contact_times: Mapping[str, Any] | None = None
    time_zone: str | None = None
    do_not_contact: bool | None = None

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
    conn: Connection,
    party_id: str,
    kind: str,
    raw: str,
    label: str = "",
    *,
    region: str = DEFAULT_REGION,
    now: float = 0.0,
) -> ContactPoint:
    """Add a number or address; whatever is written is kept. Adding a known one again returns it."""
    values = contact_points.normalised(kind, raw, region)
    known = contact_points.twin(conn, party_id, kind, values["normal"])
    if known is not None and known.deleted_at is None:
        return _point(known)
    if known is not None:
        contact_points.forget_deleted(conn, known.id)
    position = contact_points.next_position(conn, party_id)
    made = {
        "id": new_id(),
        "party_id": party_id,
        "position": position,
        "kind": kind,
        "raw": raw,
        "label": label,
    }
    stamps = {"created_at": now, "updated_at": now}
    conn.execute(insert(contact_point).values(**made, **values, **stamps))
    index.refresh(conn, "party", party_id)
    return ContactPoint(id=str(made["id"]), kind=kind, raw=raw, normal=str(values["normal"]), label=label)


def party(conn: Connection, party_id: str) -> Party | None:
    """One party with its contact points; under an old id the one that it was merged into."""
    home = redirects.survivor_of(conn, party_id) or party_id
    return parties(conn, [home]).get(home)


def parties(conn: Connection, ids: Iterable[str]) -> dict[str, Party]:
    """Several at once, by id; unknown ids are not in it."""
    wanted = list(ids)
    if not wanted:
        return {}
    points: dict[str, list[ContactPoint]] = {party_id: [] for party_id in wanted}
    row = contact_point.c
    query_points = select(contact_point).where(row.party_id.in_(wanted), row.deleted_at.is_(None))
    for each in conn.execute(query_points.order_by(*contact_points.IN_ORDER)):
        points[each.party_id].append(_point(each))
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
    "lifecycle",
    "membership_number",
    "membership_tier",
    "membership_until",
    "traits",
    "preferred_channel",
    "contact_times",
    "time_zone",
    "do_not_contact",
)


def _point(row: Any) -> ContactPoint:
    return ContactPoint(
        id=row.id,
        kind=row.kind,
        raw=row.raw,
        normal=row.normal,
        label=row.label,
        primary=bool(row.is_primary),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        verified_at=row.verified_at,
        invalid_since=row.invalid_since,
        invalid_reason=row.invalid_reason,
        opted_out_at=row.opted_out_at,
    )
