"""The contract under which a case is served: kept as long as it is in force, else the one that covers the customer and the piece now."""

from sqlalchemy import Connection, select, update

from crm_core.contracts import coverage  # the module: it needs the entities, whose cases need this one
from crm_core.entities.service_contract import SERVICE_CONTRACT
from crm_core.records.tables import table_of
from crm_core.tables import support_case

_CASE = support_case.c


def settle(conn: Connection, case_id: str, at: float) -> None:
    """Say which contract covers the case now."""
    query = select(_CASE.service_contract_id, _CASE.party_id, _CASE.asset_id, _CASE.product_id)
    about = conn.execute(query.where(_CASE.id == case_id)).one_or_none()
    if about is None:
        return
    found = _kept(conn, about.service_contract_id, about.party_id, at) or coverage.covering(
        conn, about.party_id, at, asset_id=about.asset_id, product_id=about.product_id
    )
    chosen = found.id if found else None
    if chosen != about.service_contract_id:
        conn.execute(update(support_case).where(_CASE.id == case_id).values(service_contract_id=chosen))


def level(conn: Connection, case_id: str) -> str | None:
    """The service level of the contract that is written on the case."""
    row = table_of(SERVICE_CONTRACT).c
    query = select(row.level).join(support_case, _CASE.service_contract_id == row.id)
    found: str | None = conn.execute(query.where(_CASE.id == case_id)).scalar_one_or_none()
    return found


def _kept(
    conn: Connection, contract_id: str | None, party_id: str | None, at: float
) -> "coverage.Contract | None":
    """The one that is written on the case, while it is in force for this customer."""
    if contract_id is None or party_id is None:
        return None
    return coverage.still_covering(conn, contract_id, party_id, at)
