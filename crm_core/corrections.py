"""The agent says who it is, or who it is not: the interaction follows, and the number is remembered for the next time."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from config.errors import Kind, Refused
from crm_core import audit, interactions, recognition, remembered
from crm_core.audit import Origin
from crm_core.contracts import intake
from crm_core.interactions import Interaction
from crm_core.remembered import Said, Verdict
from crm_core.tables import interaction, interaction_match, party


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Whose word it is; `name` is shown with it."""

    origin: Origin
    name: str
    now: float


def this_is(
    conn: Connection, interaction_id: str, party_id: str, word: Word, *, remember: bool = True
) -> Verdict | None:
    """It is this customer. With `remember`, whoever comes with this number or address is them first from now on."""
    row = _row(conn, interaction_id)
    home = interactions.set_party(conn, interaction_id, party_id)
    intake.attach(conn, interaction_id)
    if not remember:
        return None
    return _told(conn, remembered.confirm(conn, _said(row, home, word)), word)


def this_is_not(conn: Connection, interaction_id: str, party_id: str, word: Word) -> Verdict | None:
    """It is not this customer, and nobody with this number or address is them from now on."""
    row = _row(conn, interaction_id)
    if conn.execute(select(party.c.id).where(party.c.id == party_id)).first() is None:
        raise Refused("party.unknown", Kind.MISSING, id=party_id[:100])
    match = interaction_match.c
    conn.execute(
        delete(interaction_match).where(match.interaction_id == interaction_id, match.party_id == party_id)
    )
    if row.party_id in (None, party_id):
        _choose_among_the_rest(conn, interaction_id)
    intake.attach(conn, interaction_id)
    return _told(conn, remembered.deny(conn, _said(row, party_id, word)), word)


def _choose_among_the_rest(conn: Connection, interaction_id: str) -> None:
    match = interaction_match.c
    query = select(match.party_id, match.strength).where(match.interaction_id == interaction_id)
    rest = conn.execute(query.order_by(match.position)).all()
    found, party_id = recognition.verdict([(each.party_id, each.strength) for each in rest])
    conn.execute(
        update(interaction).where(interaction.c.id == interaction_id).values(match=found, party_id=party_id)
    )


def _row(conn: Connection, interaction_id: str) -> Interaction:
    row = interactions.interaction(conn, interaction_id)
    if row is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
    return row


def _said(row: Interaction, party_id: str, word: Word) -> Said:
    return Said(
        medium=row.medium,
        address=row.customer_address,
        party_id=party_id,
        user_id=word.origin.user_id or "",
        user_name=word.name,
        interaction_id=row.id,
        now=word.now,
    )


def _told(conn: Connection, verdict: Verdict | None, word: Word) -> Verdict | None:
    if verdict is not None:
        detail = {"kind": verdict.kind, "number": verdict.normal}
        audit.record(
            conn,
            audit.Entry(
                at=word.now,
                origin=word.origin,
                action=f"number_{verdict.verdict}",
                entity="party",
                object_id=verdict.party_id,
                detail=detail,
            ),
        )
    return verdict
