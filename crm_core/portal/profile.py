"""What customers read and correct about themselves: validated as anybody's change is, told to the audit chain as theirs, and kept for
whoever looks after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import parties
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.parties import ContactPoint
from crm_core.portal.links import Customer
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting
from crm_core.records.declared import Field, FieldKind, label
from crm_core.records.values import Wrong, stored
from crm_core.tables import contact_point, portal_correction
from crm_core.tables import party as party_table

CORRECTED = (
    "family_name",
    "given_name",
    "name",
    "phonetic_name",
    "title",
    "department",
    "language",
    "preferred_channel",
    "time_zone",
)
"""Of a customer's record, what is theirs to say. Levels, notes and owners are ours."""
SHOWN = (*CORRECTED, "birth_date", "membership_number", "membership_tier", "membership_until")
MOST_POINTS = 20
_POINTS = {
    "phone": Field(name="phone", kind=FieldKind.PHONE, label=label("Phone", "電話", "电话"), required=True),
    "email": Field(
        name="email", kind=FieldKind.EMAIL, label=label("E-mail", "電子郵件", "电子邮件"), required=True
    ),
}
_P, _C = contact_point.c, portal_correction.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The fields that they see, with those that they may change, and how they are reached."""

    values: Mapping[str, Any]
    shown: tuple[Field, ...]
    points: tuple[ContactPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a customer changed: {field: [before, after]}."""

    id: str
    party_id: str
    party: str
    owner_id: str | None
    changes: Mapping[str, Any]
    at: float


def acting_as(customer: Customer, now: float, *, peer: str = "", request_id: str = "") -> Acting:
    """The customer, for the audit chain: nobody's user, by the portal."""
    origin = Origin(
        user_id=None, name=f"party:{customer.party_id}", via="portal", address=peer, request_id=request_id
    )
    return Acting(reader=SYSTEM, origin=origin, now=now)


def read(conn: Connection, party_id: str) -> Profile:
    entity = known.entity("party")
    record = lists.read(conn, SYSTEM, entity, party_id)
    party = parties.party(conn, party_id)
    by_name = {field.name: field for field in entity.fields}
    return Profile(
        values=record.values,
        shown=tuple(by_name[name] for name in SHOWN if by_name[name].is_for(record.values["kind"])),
        points=party.contact_points if party else (),
    )


def correct(conn: Connection, acting: Acting, customer: Customer, given: Mapping[str, Any]) -> bool:
    """Change what is given of `CORRECTED`; whether anything changed. `RefusedFields` tells every field that is wrong."""
    entity = known.entity("party")
    wanted = {name: given[name] for name in CORRECTED if name in given}
    before = lists.read(conn, SYSTEM, entity, customer.party_id).values
    after = rows.patch(conn, acting, entity, customer.party_id, wanted).values
    changes = {
        name: [before.get(name), after.get(name)] for name in wanted if before.get(name) != after.get(name)
    }
    if changes:
        _flag(conn, acting, customer, changes)
    return bool(changes)


def checked_point(kind: str, raw: str) -> str:
    """A number or address that can be one; `Refused` else."""
    if kind not in _POINTS:
        raise Refused("contact_point.kind_unknown", Kind.INVALID, pointer="/kind", given=kind[:20])
    try:
        return str(stored(_POINTS[kind], raw))
    except Wrong as wrong:
        raise Refused(wrong.code, Kind.INVALID, pointer="/raw") from wrong


def add_point(conn: Connection, acting: Acting, customer: Customer, kind: str, raw: str) -> None:
    """A further number or address. An e-mail address comes here only after a link to it was opened, so it is verified."""
    value = checked_point(kind, raw)
    if len(_points(conn, customer)) >= MOST_POINTS:
        raise Refused("portal.points", most=MOST_POINTS)
    given = {"party_id": customer.party_id, "kind": kind, "raw": value, "label": "portal"}
    verified = {"verified_at": acting.now} if kind == "email" else {}
    rows.create(conn, acting, known.entity("contact_point"), given | verified)
    _flag(conn, acting, customer, {kind: [None, value]})


def remove_point(conn: Connection, acting: Acting, customer: Customer, kind: str, normal: str) -> None:
    """Take one away, but never the last address by which they can sign in."""
    own = [row for row in _points(conn, customer) if row.kind == kind]
    found = next((row for row in own if row.normal == normal), None)
    if found is None or kind not in _POINTS:
        raise Refused("portal.unknown", Kind.MISSING)
    if kind == "email" and len(own) < 2:
        raise Refused("portal.last_address")
    rows.remove(conn, acting, known.entity("contact_point"), found.id)
    _flag(conn, acting, customer, {kind: [found.raw, None]})


def _points(conn: Connection, customer: Customer) -> Sequence[Any]:
    query = select(_P.id, _P.kind, _P.raw, _P.normal)
    return conn.execute(query.where(_P.party_id == customer.party_id, _P.deleted_at.is_(None))).all()


def corrections(conn: Connection, owner_id: str | None, limit: int = 100) -> list[Correction]:
    """What nobody has looked at, the oldest first; with `owner_id`, of their customers and of those without an owner."""
    query = (
        select(_C.id, _C.party_id, party_table.c.name.label("party"), _C.owner_id, _C.changes, _C.at)
        .join(party_table, party_table.c.id == _C.party_id)
        .where(_C.seen_at.is_(None))
        .order_by(_C.at, _C.id)
        .limit(limit)
    )
    if owner_id is not None:
        query = query.where((_C.owner_id == owner_id) | _C.owner_id.is_(None))
    return [Correction(**row._mapping) for row in conn.execute(query)]  # noqa: SLF001 - SQLAlchemy's own name


def saw(conn: Connection, correction_id: str, user_id: str, now: float) -> str:
    """Somebody has looked at it; whose correction it was."""
    done = conn.execute(
        update(portal_correction)
        .where(_C.id == correction_id)
        .values(seen_at=now, seen_by=user_id)
        .returning(_C.party_id)
    ).scalar()
    if done is None:
        raise Refused("portal.unknown", Kind.MISSING)
    return str(done)


def _flag(conn: Connection, acting: Acting, customer: Customer, changes: Mapping[str, Any]) -> None:
    conn.execute(
        insert(portal_correction).values(
            id=new_id(),
            party_id=customer.party_id,
            owner_id=customer.owner_id,
            changes=changes,
            at=acting.now,
        )
    )
