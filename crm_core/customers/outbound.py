"""What is known of a customer's wishes, and whether they may be contacted now: asked at the moment of sending or dialling."""

from sqlalchemy import Connection, select

from crm_core.customers import consent, contact_points, preferences, times
from crm_core.customers.preferences import Decision, Wishes
from crm_core.tables import contact_point, party

_P = party.c
_POINT = contact_point.c
UNKNOWN = Wishes()


def wishes(
    conn: Connection, party_id: str, zone: str, *, medium: str = "", address: str | None = None
) -> Wishes:
    """`zone`: the centre's, which holds for a customer of whom none is known. `address`: the one that is meant, if it is known already."""
    row = conn.execute(
        select(_P.preferred_channel, _P.language, _P.contact_times, _P.time_zone, _P.do_not_contact).where(
            _P.id == party_id
        )
    ).one_or_none()
    if row is None:
        return UNKNOWN
    point = _point(conn, party_id, medium, address)
    return Wishes(
        channel=row.preferred_channel,
        language=row.language,
        times=row.contact_times,
        zone=row.time_zone or zone,
        do_not_contact=bool(row.do_not_contact),
        opted_out=point is not None and point[1],
    )


def ask(  # noqa: PLR0917 - who, how, why, when
    conn: Connection,
    party_id: str,
    medium: str,
    purpose: str,
    now: float,
    zone: str,
    address: str | None = None,
) -> Decision:
    """Whether this customer may be contacted so, for this purpose, now."""
    point = _point(conn, party_id, medium, address)
    said = consent.allows(
        conn,
        party_id,
        medium,
        preferences.consent_for(purpose),
        contact_point_id=point[0] if point else None,
    )
    known = wishes(conn, party_id, zone, medium=medium, address=address)
    return preferences.decide(known, said, medium=medium, purpose=purpose, now=now)


def good_time(conn: Connection, party_id: str | None, at: float, zone: str) -> float:
    """This moment, or the customer's next good one after it."""
    if party_id is None:
        return at
    known = wishes(conn, party_id, zone)
    return times.next_good(known.times, known.zone, at) or at


def _point(conn: Connection, party_id: str, medium: str, address: str | None) -> tuple[str, bool] | None:
    """The number or address that is meant, and whether it was opted out."""
    if not address or medium not in contact_points.KINDS:
        return None
    normal = contact_points.normalised(medium, address)["normal"]
    row = conn.execute(
        select(_POINT.id, _POINT.opted_out_at)
        .where(
            _POINT.party_id == party_id,
            _POINT.kind == medium,
            _POINT.normal == normal,
            _POINT.deleted_at.is_(None),
        )
        .limit(1)
    ).first()
    return None if row is None else (row.id, row.opted_out_at is not None)
