"""Strangers who become customers: proposed with every first contact, made when somebody confirms it, and never by themselves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.errors import Kind, Refused
from crm_core import interactions
from crm_core.contracts import intake
from crm_core.customers.contact_points import wrong
from crm_core.entities.party_words import FIRST_CHANNELS
from crm_core.interactions import Interaction
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.records.lists import Record

_KIND_OF = {"voice": "phone", "voicemail": "phone", "email": "email", "fax": "fax", "sms": "sms"}


def proposed(stranger: Interaction) -> dict[str, Any]:
    """What is known of them: to be corrected before it is confirmed. A name that is only the number is none."""
    address = stranger.customer_address
    kind = _KIND_OF.get(stranger.medium, "web_id")
    if stranger.medium == "form" and address:
        kind = "email" if "@" in address else "phone"
    usable = bool(address) and wrong(kind, address) is None
    name = stranger.customer_name if stranger.customer_name != address else ""
    return {"kind": "person", "name": name, "contact": {"kind": kind, "raw": address} if usable else None}


def confirm(conn: Connection, acting: Acting, interaction_id: str, given: Mapping[str, Any]) -> Record:
    """Make the prospect, with the day and the way of the first contact and the number it came from, and say that the interaction is theirs.
    `Refused` when somebody is known to be it already."""
    stranger = interactions.interaction(conn, interaction_id)
    if stranger is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id[:100])
    if stranger.party_id is not None:
        raise Refused("prospect.known", party=stranger.party_id)
    proposal = proposed(stranger)
    channel = stranger.medium if stranger.medium in {each.code for each in FIRST_CHANNELS} else "web"
    first = {"first_contact_at": stranger.enqueued_at, "first_contact_channel": channel}
    made = rows.create(conn, acting, known.entity("party"), {"lifecycle": "prospect", **first, **given})
    if proposal["contact"] is not None:
        rows.create(conn, acting, known.entity("contact_point"), {"party_id": made.id, **proposal["contact"]})
    interactions.set_party(conn, interaction_id, made.id)
    intake.attach(conn, interaction_id)
    return made
