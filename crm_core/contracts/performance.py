"""How promises were kept in a contract's term, next to its renewal: of each kind, how many were met and how many missed."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from crm_core import case_events
from crm_core.contracts.coverage import Contract
from crm_core.sla.clock import ClockKind, rounds
from crm_core.tables import party, support_case

MOST_CASES = 2000
"""The latest so many of a term are counted; `more` says that there are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of one kind of promise. `running`: neither kept nor broken yet."""

    kind: ClockKind
    met: int
    missed: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Cases of the customer and their people that were opened in the term."""

    since: float
    until: float
    cases: int
    more: bool
    kept: tuple[Kept, ...]


def performance(conn: Connection, of: Contract, now: float) -> Performance:
    """Folded from the cases' events, like the clocks themselves."""
    row = support_case.c
    members = select(party.c.id).where(or_(party.c.id == of.party_id, party.c.organisation_id == of.party_id))
    query = (
        select(row.id)
        .where(
            row.party_id.in_(members),
            row.created_at >= of.begins_at,
            row.created_at < of.over_at,
            or_(row.service_contract_id.is_(None), row.service_contract_id == of.id),
            row.deleted_at.is_(None),
        )
        .order_by(row.created_at.desc())
        .limit(MOST_CASES + 1)
    )
    found = list(conn.execute(query).scalars())
    counts: Counter[tuple[ClockKind, str]] = Counter()
    for start in range(0, min(len(found), MOST_CASES), 500):
        some = found[start : min(start + 500, MOST_CASES)]
        for history in case_events.histories(conn, some).values():
            for clock in rounds(history.events, now):
                missed = clock.breached_at is not None
                met = clock.met_at is not None and not missed
                counts[clock.kind, "missed" if missed else "met" if met else "running"] += 1
    return Performance(
        since=of.begins_at,
        until=of.over_at,
        cases=min(len(found), MOST_CASES),
        more=len(found) > MOST_CASES,
        kept=tuple(
            Kept(
                kind=kind,
                met=counts[kind, "met"],
                missed=counts[kind, "missed"],
                running=counts[kind, "running"],
            )
            for kind in ClockKind
            if any(counts[kind, word] for word in ("met", "missed", "running"))
        ),
    )
