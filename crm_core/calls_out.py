"""Calls that agents make by themselves: whether the customer may be called, and what is known of the call before anybody is rung.

A word that forbids it (consent that was withdrawn) forbids it. A wish (not at this hour, rather not at all) takes the agent's word that they call all
the same, which is kept in the audit chain.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from crm_core import audit, interactions, recognition, remembered
from crm_core.access.model import Action
from crm_core.customers import outbound
from crm_core.customers.preferences import Outcome
from crm_core.customers.relations import today
from crm_core.recognition import Match
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.rights import may_read_case
from crm_core.tables import interaction, support_case

FORBIDDING = frozenset({"withdrawn", "never_given", "gone"})
"""Reasons of `outbound.ask` that no agent's word outweighs."""
CHOSEN = "chosen"
"""The strength of a match that is none: the agent has named the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """`number` as it is dialled, `shown` as they see it; `purpose` as of consents. `confirmed`: the agent knows what the customer wishes."""

    interaction: str
    queue: str
    number: str
    shown: str = ""
    party_id: str | None = None
    case_id: str | None = None
    purpose: str = "service"
    confirmed: bool = False


def begin(conn: Connection, acting: Acting, call: CallOut, zone: str) -> None:
    """Keep the call, closed until the router opens it. `Refused`: party.unknown, case.unknown, rights; call.forbidden (`reason`), call.not_wanted (`reason`:
    it takes `confirmed`)."""
    case_party = _case_party(conn, acting, call.case_id)
    party_id = _party(conn, acting, call.party_id) or case_party
    matches = (
        [Match(party_id=party_id, name="", strength=CHOSEN)] if party_id else _by_number(conn, acting, call)
    )
    who = party_id or recognition.verdict([(each.party_id, each.strength) for each in matches])[1]
    against = _ask(conn, acting, call, who, zone)
    interactions.ensure(
        conn,
        id=call.interaction,
        medium="voice",
        direction="out",
        queue_id=call.queue,
        customer_address=call.number,
        customer_name="",
        entry_address=call.shown,
        subject="",
        enqueued_at=acting.now,
    )
    recognition.identify(conn, call.interaction, matches)
    row = interaction.c
    if call.case_id is not None:
        conn.execute(update(interaction).where(row.id == call.interaction).values(case_id=call.case_id))
    interactions.end_early(conn, call.interaction, acting.now)
    _tell(conn, acting, call, who, against)


def party_of(
    conn: Connection, acting: Acting, *, party_id: str | None, case_id: str | None, number: str
) -> str | None:
    """Whom somebody means to reach: named, or the case's customer, or whose number it surely is. `Refused`: party.unknown, case.unknown, rights."""
    of_case = _case_party(conn, acting, case_id)
    named = _party(conn, acting, party_id) or of_case
    if named is not None:
        return named
    fitting = remembered.by_phone(conn, number, day=today(acting.now))
    return recognition.verdict([(each.party_id, each.strength) for each in fitting])[1]


def _ask(conn: Connection, acting: Acting, call: CallOut, who: str | None, zone: str) -> str | None:
    """What it is against, if anything that the agent has confirmed."""
    if who is None:
        return None
    said = outbound.ask(conn, who, "phone", call.purpose, acting.now, zone, call.number)
    if said.outcome is Outcome.GO:
        return None
    if said.reason in FORBIDDING:
        raise Refused("call.forbidden", reason=said.reason)
    if not call.confirmed:
        raise Refused("call.not_wanted", reason=said.reason, until=said.until or 0)
    return said.reason


def _party(conn: Connection, acting: Acting, party_id: str | None) -> str | None:
    if party_id is None:
        return None
    entity = known.entity("party")
    home = lists.at_home(conn, entity, party_id)
    lists.row_of(conn, entity, home)
    lists.must_reach(conn, acting.reader, entity, home, Action.READ)
    return home


def _case_party(conn: Connection, acting: Acting, case_id: str | None) -> str | None:
    if case_id is None:
        return None
    row = support_case.c
    found = conn.execute(select(row.party_id).where(row.id == case_id, row.deleted_at.is_(None))).first()
    if found is None:
        raise Refused("case.unknown", Kind.MISSING, pointer="/case_id", id=case_id)
    if not may_read_case(conn, acting.reader, case_id):
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    party_id: str | None = found.party_id
    return party_id


def _by_number(conn: Connection, acting: Acting, call: CallOut) -> list[Match]:
    return list(remembered.by_phone(conn, call.number, day=today(acting.now)))


def _tell(conn: Connection, acting: Acting, call: CallOut, who: str | None, against: str | None) -> None:
    detail: dict[str, str | None] = {
        "number": call.number,
        "queue": call.queue,
        "party": who,
        "purpose": call.purpose,
    }
    if against is not None:
        detail["against"] = against
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action="dialled",
        entity="interaction",
        object_id=call.interaction,
        detail=detail,
    )
    audit.record(conn, entry)
