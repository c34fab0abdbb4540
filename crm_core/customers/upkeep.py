"""What must stay in step when a customer changes: the employer with the relations, the repair list, the index of search."""

from collections.abc import Sequence

from sqlalchemy import Connection

from crm_core.customers import relations, repair
from crm_core.records.change import Change
from crm_core.search import index


def before_party(conn: Connection, change: Change) -> None:
    """A new employer ends the relation with the old one on the same day."""
    if change.before is not None and change.changed("organisation_id"):
        relations.change_employer(conn, change.id, change.after.get("organisation_id"), change.acting.now)


def after_party(conn: Connection, change: Change) -> None:
    repair.look(conn, change.id, change.acting.now)


def after_parties(conn: Connection, changes: Sequence[Change]) -> None:
    """The same for many at once."""
    if changes:
        repair.look_after(conn, changes, changes[0].acting.now)


def of_party(conn: Connection, party_id: str, now: float) -> None:
    """Something that belongs to the customer was written: a number, an identifier, a relation."""
    index.refresh(conn, "party", party_id)
    repair.look(conn, party_id, now)
