"""The contract under which a case is served: kept as long as it is in force, else the one that covers the customer and the piece now."""

from sqlalchemy import Connection, select, update

from crm_core.contracts.coverage import Contract, covering, of_parties
from crm_core.tables import support_case


def settle(conn: Connection, case_id: str, party_id: str | None, at: float) -> str | None:
    """Say which contract covers the case now; its service level, None where there is no contract."""
    row = support_case.c
    about = conn.execute(select(row.service_contract_id, row.asset_id).where(row.id == case_id)).one_or_none()
    if about is None:
        return None
    found = _kept(conn, about.service_contract_id, party_id, at) or covering(
        conn, party_id, at, asset_id=about.asset_id
    )
    chosen = found.id if found else None
    if chosen != about.service_contract_id:
        conn.execute(update(support_case).where(row.id == case_id).values(service_contract_id=chosen))
    return found.level if found else None


def _kept(conn: Connection, contract_id: str | None, party_id: str | None, at: float) -> Contract | None:
    """The one that is written on the case, while it is in force for this customer."""
    if contract_id is None or party_id is None:
        return None
    theirs = of_parties(conn, [party_id], at).get(party_id, ())
    return next((each for each in theirs if each.id == contract_id), None)
