"""A contact comes in: the contract that it counts for, and whether it goes over a limit. Looked up before the queue for a call whose caller
is to be told, and kept on the interaction for every medium."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from crm_core.contracts.allowance import Allowance, allowance
from crm_core.contracts.coverage import Contract, contract, covering, covering_all, in_force
from crm_core.entities.service_contract import SERVICE_CONTRACT
from crm_core.prepared import Prepared
from crm_core.recognition import Match, surest
from crm_core.records.tables import table_of
from crm_core.tables import interaction, interaction_match, support_case

_CALL = interaction.c
_WHOSE = Prepared(
    select(
        _CALL.party_id,
        _CALL.enqueued_at,
        _CALL.case_id,
        _CALL.match,
        _CALL.service_contract_id,
        _CALL.over_limit,
    ).where(_CALL.id == bindparam("of_id"))
)
_MATCHED = Prepared(
    select(interaction_match.c.party_id, interaction_match.c.strength)
    .where(interaction_match.c.interaction_id == bindparam("of_id"))
    .order_by(interaction_match.c.position)
)


def any_limited(conn: Connection, at: float) -> bool:
    """Whether there is a contract in force that has a limit at all: without one nobody need be looked up."""
    row = table_of(SERVICE_CONTRACT).c
    limited = row.max_calls.is_not(None) | row.max_minutes.is_not(None)
    return conn.execute(select(row.id).where(in_force(at), limited).limit(1)).first() is not None


def before_the_queue(conn: Connection, matches: Sequence[Match], at: float) -> Allowance | None:
    """What whoever calls may still use, when it is known whose contract that is and it has a limit."""
    best = surest([(match.party_id, match.strength) for match in matches])
    found = covering_all(conn, best, at) if best else None
    return allowance(conn, found, at) if found is not None and found.limited else None


def attach(conn: Connection, interaction_id: str, *, told: str | None = None) -> None:
    """Say for which contract an interaction counts and which limit it goes over; again when it is another customer's."""
    row = _WHOSE.run(conn, {"of_id": interaction_id}).one_or_none()
    if row is None:
        return
    nobodys = row.match == "none" and row.party_id is None
    found = (
        None if nobodys else _contract_of(conn, interaction_id, row.party_id, row.case_id, row.enqueued_at)
    )
    left = allowance(conn, found, row.enqueued_at, without=interaction_id) if found else None
    values: dict[str, str | None] = {
        "service_contract_id": found.id if found else None,
        "over_limit": left.over if left and _counts(left.contract, conn, interaction_id) else None,
    }
    if told is not None:
        values["told"] = told
    elif values == {"service_contract_id": row.service_contract_id, "over_limit": row.over_limit}:
        return  # as with most calls: nothing to say is no statement
    conn.execute(update(interaction).where(_CALL.id == interaction_id).values(**values))


def _counts(of: Contract, conn: Connection, interaction_id: str) -> bool:
    """Whether this kind of contact is one of those that are counted."""
    if of.counted == "all_contacts":
        return True
    row = conn.execute(select(_CALL.medium, _CALL.direction).where(_CALL.id == interaction_id)).one()
    return row.medium == "voice" and row.direction in (None, "in")


def _contract_of(
    conn: Connection, interaction_id: str, party_id: str | None, case_id: str | None, at: float
) -> Contract | None:
    if party_id is None:
        matched = _MATCHED.run(conn, {"of_id": interaction_id}).all()
        best = surest([(each.party_id, each.strength) for each in matched])
        return covering_all(conn, best, at) if best else None
    about = support_case.c
    query = select(about.asset_id, about.product_id).where(about.id == case_id)
    piece = conn.execute(query).one_or_none() if case_id else None
    if piece is None:
        return covering(conn, party_id, at)
    return covering(conn, party_id, at, asset_id=piece.asset_id, product_id=piece.product_id)


def of_interaction(conn: Connection, interaction_id: str) -> Allowance | None:
    """What was left for an interaction when it came, as the pop shows it."""
    row = _WHOSE.run(conn, {"of_id": interaction_id}).one_or_none()
    if row is None or row.service_contract_id is None:
        return None
    found = contract(conn, row.service_contract_id)
    return None if found is None else allowance(conn, found, row.enqueued_at, without=interaction_id)
