"""A customer wants no more letters of a purpose: what they said is kept like any other word about consent, with where it came from."""

from sqlalchemy import Connection

from crm_core import audit
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.customers import consent, redirects
from crm_core.records import known, rows
from crm_core.records.change import Acting

CHANNEL = "email"


def unsubscribe(conn: Connection, party_id: str, purpose: str, *, letter: str, peer: str, request_id: str, now: float) -> None:  # fmt: skip
    """Withdraw the consent to such letters by e-mail; said twice it changes nothing. `Refused` for a customer who is not there any more."""
    home = redirects.living(conn, party_id)
    if consent.allows(conn, home, CHANNEL, purpose).reason == "withdrawn":
        return
    origin = Origin(user_id=None, name=f"party:{home}", via="portal", address=peer, request_id=request_id)
    values = {
        "party_id": home,
        "channel": CHANNEL,
        "purpose": purpose,
        "state": "withdrawn",
        "basis": "consent",
        "evidence": f"unsubscribed by the link in the letter {letter}; from {peer}; request {request_id}",
    }
    rows.create(conn, Acting(reader=SYSTEM, origin=origin, now=now), known.entity("consent"), values)
    entry = audit.Entry(
        at=now,
        origin=origin,
        action="unsubscribed",
        entity="party",
        object_id=home,
        detail={"purpose": purpose},
    )
    audit.record(conn, entry)
