"""Whether a customer may be called or written to: asked at the moment of dialling or sending, never when a list is made."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from crm_core.tables import contact_point, party
from crm_core.tables.base import metadata

ANY = "any"
SERVICE = "service"
NEEDS_NONE = frozenset({SERVICE})
"""Purposes for which nothing must have been said: answering and serving. All others must have been allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reason` is a code: given, not_needed, withdrawn, never_given, do_not_contact, opted_out, gone. `consent_id`: the row that decided."""

    allowed: bool
    reason: str
    consent_id: str | None = None


def allows(
    conn: Connection, party_id: str, channel: str, purpose: str, *, contact_point_id: str | None = None
) -> Verdict:
    """The latest word counts, and of words of the same moment the narrower: on this number before on this channel before on any.

    `do_not_contact` forbids all but service; a number that was opted out is not used for anything but service either."""
    row = conn.execute(
        select(party.c.do_not_contact, party.c.deleted_at).where(party.c.id == party_id)
    ).one_or_none()
    if row is None or row.deleted_at is not None:
        return Verdict(allowed=False, reason="gone")
    if row.do_not_contact and purpose != SERVICE:
        return Verdict(allowed=False, reason="do_not_contact")
    if contact_point_id is not None and purpose != SERVICE and _opted_out(conn, contact_point_id):
        return Verdict(allowed=False, reason="opted_out")
    said = _latest(conn, party_id, channel, purpose, contact_point_id)
    if said is not None and said.state != "unknown":
        given = said.state == "given"
        return Verdict(allowed=given, reason="given" if given else "withdrawn", consent_id=said.id)
    if purpose in NEEDS_NONE:
        return Verdict(allowed=True, reason="not_needed")
    return Verdict(allowed=False, reason="never_given")


def _latest(conn: Connection, party_id: str, channel: str, purpose: str, point: str | None) -> Any | None:
    consent = metadata.tables["consent"]
    row = consent.c
    on_point = (
        row.contact_point_id.is_(None)
        if point is None
        else or_(row.contact_point_id.is_(None), row.contact_point_id == point)
    )
    query = (
        select(consent)
        .where(
            row.party_id == party_id,
            row.purpose == purpose,
            row.channel.in_((channel, ANY)),
            row.deleted_at.is_(None),
            on_point,
        )
        .order_by(
            row.at.desc(),
            row.contact_point_id.is_(None),
            row.channel == ANY,
            row.created_at.desc(),
            row.id.desc(),
        )
        .limit(1)
    )
    return conn.execute(query).first()


def _opted_out(conn: Connection, point_id: str) -> bool:
    row = contact_point.c
    return conn.execute(select(row.opted_out_at).where(row.id == point_id)).scalar() is not None


def is_point_of(conn: Connection, point_id: str, party_id: str) -> bool:
    row = contact_point.c
    return (
        conn.execute(select(row.id).where(row.id == point_id, row.party_id == party_id)).first() is not None
    )
