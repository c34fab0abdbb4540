"""Whose promises a change of a contract may change."""

from sqlalchemy import Connection, or_, select, update

from crm_core.tables import party, support_case
from crm_core.tables.work import CASE_IS_OPEN


def look_at_cases(conn: Connection, party_id: str, now: float) -> None:
    """Have the clocks of the customer's open cases looked at, and of those of an organisation's people."""
    members = select(party.c.id).where(or_(party.c.id == party_id, party.c.organisation_id == party_id))
    conn.execute(
        update(support_case).where(support_case.c.party_id.in_(members), CASE_IS_OPEN).values(sla_look_at=now)
    )
