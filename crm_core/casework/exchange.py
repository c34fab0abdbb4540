"""What a customer asked and was answered in chosen letters and contacts: the beginning of a case that they go on in."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from crm_core import case_events
from crm_core.letters import BY_MACHINES
from crm_core.sla.clock import Happened
from crm_core.tables import interaction, letter

Step = tuple[float, Happened, str | None, str | None]
"""When, what, in which interaction, by which agent."""


def steps(conn: Connection, letters: Sequence[str], interactions: Sequence[str]) -> list[Step]:
    """In their order. Machines ask for nothing and answer nobody."""
    found = [*_of_letters(conn, letters), *_of_interactions(conn, interactions)]
    return sorted(found, key=lambda step: step[0])


def asked_at(told: Sequence[Step]) -> float | None:
    """When the customer asked first."""
    return next((at for at, kind, _, _ in told if kind is Happened.CUSTOMER_WROTE), None)


def record(conn: Connection, case_id: str, told: Sequence[Step], since: float) -> None:
    """Let the case's clocks know what came after it was asked for."""
    for at, kind, about, agent in told:
        if at > since or (at == since and kind is Happened.AGENT_ANSWERED):
            case_events.record(conn, case_id, kind, at, interaction_id=about, agent_id=agent, told=False)


def _of_letters(conn: Connection, ids: Sequence[str]) -> list[Step]:
    row = letter.c
    query = select(row.direction, row.received_at, row.author_id, row.interaction_id, row.marks)
    found: list[Step] = []
    for each in conn.execute(query.where(row.id.in_(list(ids)))):
        if each.direction == "in" and BY_MACHINES.isdisjoint(each.marks):
            found.append((each.received_at, Happened.CUSTOMER_WROTE, each.interaction_id, None))
        elif each.direction == "out" and each.author_id is not None:
            found.append((each.received_at, Happened.AGENT_ANSWERED, each.interaction_id, each.author_id))
    return found


def _of_interactions(conn: Connection, ids: Sequence[str]) -> list[Step]:
    """A contact by letter is told by its letters. Who has heard a message has not answered it: the call back does."""
    row = interaction.c
    query = select(row.id, row.medium, row.direction, row.enqueued_at, row.answered_at, row.agent_id).where(
        row.id.in_(list(ids)), row.medium.in_(("voice", "voicemail"))
    )
    found: list[Step] = []
    for each in conn.execute(query):
        if each.direction != "out":
            found.append((each.enqueued_at, Happened.CUSTOMER_WROTE, each.id, None))
        if each.answered_at is not None and each.medium == "voice":
            found.append((each.answered_at, Happened.AGENT_ANSWERED, each.id, each.agent_id))
    return found
