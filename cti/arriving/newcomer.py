"""A caller whom the router does not know yet, and what is kept of them once there is a store to keep it."""

import re
from dataclasses import dataclass

from crm_core import interactions, preferring, recognition, remembered
from crm_core.contracts import intake
from crm_core.customers.relations import today
from crm_core.flows import visits
from crm_core.flows.machine import EndKind
from crm_core.flows.visits import Visit
from crm_core.preferring import NOTHING, Wish
from crm_core.recognition import Match
from crm_core.store import Connection
from cti.resync import Standing
from routing.core.model import InteractionId, Medium, QueueId, Seconds
from routing.core.words import Need

_QUOTED_PAIR = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A caller whom the router does not know yet. Number and name are what the network says: data only."""

    interaction: InteractionId
    number: str
    caller: str
    caller_name: str
    enqueued_at: Seconds
    identified: Match | None = None
    told: str | None = None
    """Who they said they are and what they were told of their contract, on their way in."""
    needs: frozenset[Need] = frozenset()
    priority_points: int = 0
    visit: Visit | None = None
    """What a flow asks for them beside what their queue asks, and how they came through it."""
    attestation: str | None = None
    blocked_by: str | None = None
    """What the network says of their number, and the entry of the block list that was applied."""


def newcomer_of(standing: Standing, now: float) -> Newcomer:
    """A caller whom a snapshot shows."""
    return Newcomer(
        interaction=standing.interaction,
        number=standing.number,
        caller=said(standing.caller),
        caller_name=said(standing.caller_name),
        enqueued_at=standing.enqueued_at if standing.enqueued_at is not None else now,
        identified=_identified(standing.party),
        visit=_visit(standing),
    )


def _visit(standing: Standing) -> Visit | None:
    """Of whom the server lost in the middle of a flow: it was gone, and the dialplan led them on."""
    flow_id, _, place = standing.flow.partition("/")
    version, _, step = place.partition("/")
    if standing.queue or not step or not version.isdigit():
        return None
    return Visit(
        interaction_id=standing.interaction,
        flow_id=flow_id,
        version=int(version),
        started_at=standing.enqueued_at or 0.0,
        ended_at=None,
        language=standing.language,
        step=step,
        outcome=EndKind.FAILED.value,
        reason="server",
        path=(),
        collected={},
    )


def _identified(marked: str) -> Match | None:
    """What the way in wrote on the channel; the name is looked up where it is needed."""
    strength, slash, party_id = marked.partition("/")
    return Match(party_id=party_id, name="", strength=strength) if slash and party_id else None


def said(text: str) -> str:
    """A caller's number or name without Asterisk's words for nothing and without SIP's quoting (RFC 3261, 25.1)."""
    return "" if text in {"unknown", "<unknown>", "(null)"} else _QUOTED_PAIR.sub(r"\1", text)


def record(
    conn: Connection, *, newcomer: Newcomer, queue: QueueId, now: Seconds, ended_at: Seconds | None = None
) -> Wish:
    """Who it is, for which contract it counts, and what the queue wishes for them. `ended_at`: they never came to the queue."""
    interactions.ensure(
        conn,
        id=newcomer.interaction,
        medium=Medium.VOICE,
        direction="in",
        queue_id=queue,
        customer_address=newcomer.caller,
        customer_name=newcomer.caller_name,
        entry_address=newcomer.number,
        subject="",
        enqueued_at=newcomer.enqueued_at,
    )
    interactions.mark(
        conn, newcomer.interaction, attestation=newcomer.attestation, blocked_by=newcomer.blocked_by
    )
    said = recognition.living(conn, newcomer.identified) if newcomer.identified else None
    day = today(newcomer.enqueued_at)
    matches = [said] if said else remembered.by_phone(conn, newcomer.caller, day=day)
    recognition.identify(conn, newcomer.interaction, matches)
    intake.attach(conn, newcomer.interaction, told=newcomer.told)
    if newcomer.visit is not None:
        visits.keep(conn, newcomer.visit)
    if ended_at is not None:
        interactions.end_early(conn, newcomer.interaction, ended_at)
        return NOTHING
    return preferring.of_interaction(conn, newcomer.interaction, now)
