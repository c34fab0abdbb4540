"""The record of an interaction, from the store."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from config.errors import Kind, Refused
from crm_core import interactions, ledger
from crm_core.callrecord.build import build
from crm_core.callrecord.model import Record
from crm_core.flows import visits
from crm_core.interactions import Interaction
from crm_core.recordings import kept
from crm_core.recordings.kept import Recording
from crm_core.tables import user_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`flow`: the name of the one that they came through."""

    interaction: Interaction
    record: Record
    recordings: tuple[Recording, ...]
    flow: str | None


def read(conn: Connection, interaction_id: str, now: float) -> Found:
    """`Refused` (interaction.unknown)."""
    row = interactions.interaction(conn, interaction_id)
    if row is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id[:100])
    visit, flow = visits.of_interaction(conn, interaction_id) or (None, None)
    facts = ledger.exact(conn, interaction_id)
    record = build(row, facts, visit, _owners(conn), now)
    return Found(
        interaction=row,
        record=record,
        recordings=tuple(kept.of_interaction(conn, interaction_id)),
        flow=flow,
    )


def _owners(conn: Connection) -> dict[str, str]:
    row = user_account.c
    query = select(row.extension, row.id).where(row.extension.is_not(None), row.extension != "")
    return {each.extension: each.id for each in conn.execute(query)}
