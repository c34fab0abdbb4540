"""Keeping data no longer than the rules say: some rows at a time, oldest first, never against a hold."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, or_, select

from crm_core.entities.erasure import ERASURE
from crm_core.privacy.erase import blank_carried
from crm_core.privacy.links import OF_CASE, OF_INTERACTION, OF_LETTER
from crm_core.records import rows
from crm_core.records.change import system
from crm_core.search import index
from crm_core.tables import (
    attachment,
    audit_detail,
    audit_event,
    interaction,
    letter,
    letter_raw,
    party,
    support_case,
)
from crm_core.tables.base import metadata

AT_ONCE = 50
"""Rows of one unit: calls must not wait for the broom."""
DAY_S = 86_400.0
_I, _C, _L, _P = interaction.c, support_case.c, letter.c, party.c


def sweep(conn: Connection, now: float) -> int:
    """Carry out every active rule on some rows; how many were treated. Zero: all is as the rules say."""
    rule = metadata.tables["retention_rule"].c
    query = select(rule.what, rule.after_days).where(rule.active.is_(True), rule.deleted_at.is_(None))
    return sum(_RULES[row.what](conn, now - row.after_days * DAY_S, now) for row in conn.execute(query).all())


def _contacts(conn: Connection, before: float, _: float) -> int:
    calls = _some(
        conn,
        select(_I.id)
        .where(_I.closed_at < before, or_(_I.customer_address != "", _I.customer_name != "", _I.note != ""))
        .where(_not_held(_I.party_id))
        .order_by(_I.closed_at),
    )
    letters = _some(
        conn,
        select(_L.id)
        .where(_L.received_at < before, or_(_L.from_address != "", _L.text != "", _L.subject != ""))
        .where(_not_held(_L.party_id))
        .order_by(_L.received_at),
    )
    for table in (letter_raw, attachment):
        conn.execute(delete(table).where(table.c.letter_id.in_(letters)))
    blank_carried(conn, {OF_INTERACTION: calls, OF_LETTER: letters}, {})
    for row_id in calls:
        index.forget(conn, "note", row_id)
    for row_id in letters:
        index.forget(conn, "letter", row_id)
    return len(calls) + len(letters)


def _cases(conn: Connection, before: float, _: float) -> int:
    solved = _some(
        conn,
        select(_C.id)
        .where(_C.status == "solved", _C.updated_at < before, _C.subject != "", _not_held(_C.party_id))
        .order_by(_C.updated_at),
    )
    blank_carried(conn, {OF_CASE: solved}, {})
    for row_id in solved:
        index.refresh(conn, "case", row_id)
    return len(solved)


def _parties(conn: Connection, before: float, now: float) -> int:
    heard = exists().where(_I.party_id == _P.id, _I.enqueued_at >= before)
    worked = exists().where(_C.party_id == _P.id, _C.updated_at >= before)
    silent = _some(
        conn,
        select(_P.id)
        .where(_P.updated_at < before, ~heard, ~worked, _not_held(_P.id))
        .order_by(_P.updated_at),
    )
    for party_id in silent:
        rows.create(conn, system(now), ERASURE, {"party_id": party_id, "reason": "retention"})
    return len(silent)


def _audit(conn: Connection, before: float, _: float) -> int:
    event = audit_event.c
    old = (
        select(audit_detail.c.seq).join(audit_event, event.seq == audit_detail.c.seq).where(event.at < before)
    )
    seqs = list(conn.execute(old.order_by(event.seq).limit(AT_ONCE * 10)).scalars())
    conn.execute(delete(audit_detail).where(audit_detail.c.seq.in_(seqs)))
    return len(seqs)


def _some(conn: Connection, query: Select[tuple[str]]) -> list[str]:
    return [row.id for row in conn.execute(query.limit(AT_ONCE))]


def _not_held(party_id: ColumnElement[str | None]) -> ColumnElement[bool]:
    hold = metadata.tables["legal_hold"].c
    live = exists().where(hold.party_id == party_id, hold.released_at.is_(None), hold.deleted_at.is_(None))
    return ~live


_RULES: dict[str, Callable[[Connection, float, float], int]] = {
    "contacts": _contacts,
    "cases": _cases,
    "parties": _parties,
    "audit": _audit,
}
