"""Cases: one matter of one customer, over however many calls and letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events, policies
from crm_core.contracts import case_contract
from crm_core.paging import columns
from crm_core.search import index
from crm_core.several import Several
from crm_core.sla.clock import Happened
from crm_core.tables import counter, inserting, interaction, support_case

STATUSES = ("open", "pending", "solved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`number` is what customers quote: `C-2026-000123`, counted within the year (UTC)."""

    id: str
    number: str
    subject: str
    status: str
    party_id: str | None
    queue_id: str | None
    created_at: float
    updated_at: float


_COLUMNS = [support_case.c[name] for name in Case.__dataclass_fields__]


def open_case(
    conn: Connection,
    *,
    subject: str,
    party_id: str | None,
    queue_id: str | None,
    now: float,
    asked_at: float | None = None,
) -> Case:
    """Open a case with the year's next number. `asked_at`: when the customer asked, where that was before now; what is
    promised counts from then."""
    made = Case(
        id=new_id(),
        number=_next_number(conn, now),
        subject=subject,
        status="open",
        party_id=party_id,
        queue_id=queue_id,
        created_at=now,
        updated_at=now,
    )
    conn.execute(
        insert(support_case).values(**{field: getattr(made, field) for field in Case.__dataclass_fields__})
    )
    level = case_contract.settle(conn, made.id, party_id, now)
    case_events.record(
        conn,
        made.id,
        Happened.OPENED,
        now if asked_at is None else min(asked_at, now),
        policy_version=policies.version_for(conn, queue_id, party_id, level=level),
    )
    index.refresh(conn, "case", made.id)
    return made


def case(conn: Connection, case_id: str) -> Case | None:
    return _one(conn, support_case.c.id == case_id)


def by_number(conn: Connection, number: str) -> Case | None:
    """The case that a customer names; case and outer blanks do not matter."""
    return _one(conn, support_case.c.number == number.strip().upper())


def for_party(conn: Connection, party_id: str, limit: int) -> list[Case]:
    """A customer's cases, the latest changed first."""
    query = _latest(support_case.c.party_id == party_id).limit(limit)
    return [Case(**columns(row)) for row in conn.execute(query)]


def last_of(conn: Connection, party_ids: Sequence[str], limit: int) -> dict[str, list[Case]]:
    """The same of several customers, in one statement; those without cases are not among them."""
    found: dict[str, list[Case]] = {}
    if party_ids:
        for row in _LAST.run(conn, party_ids, at_most=limit):
            found.setdefault(row.party_id, []).append(Case(**columns(row)))
    for theirs in found.values():
        theirs.sort(key=lambda case: (case.updated_at, case.number), reverse=True)
    return found


def _latest(whose: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(whose)
        .order_by(support_case.c.updated_at.desc(), support_case.c.number.desc())
    )


_LAST = Several(
    lambda party_id: _latest(support_case.c.party_id == party_id).limit(bindparam("at_most", type_=Integer))
)


def set_status(conn: Connection, case_id: str, status: str, now: float) -> Case:
    """Change the status; `Refused` for unknown cases and words."""
    if status not in STATUSES:
        raise Refused("case.status_unknown", Kind.INVALID, pointer="/status", given=status)
    before = case(conn, case_id)
    if before is not None:
        case_events.record_status(conn, case_id, before.status, status, now)
    return _change(conn, case_id, status=status, updated_at=now)


def set_party(conn: Connection, case_id: str, party_id: str, now: float) -> Case:
    """Say whose case it is, which may change what is promised; `Refused` for an unknown case."""
    changed = _change(conn, case_id, party_id=party_id, updated_at=now)
    case_events.record_terms(conn, case_id, changed.queue_id, party_id, now)
    return changed


def touch(conn: Connection, case_id: str, now: float) -> Case:
    """Something happened in it: a letter came or went. A solved or pending case is open again on a customer's
    letter; that is the caller's to decide with `set_status`."""
    return _change(conn, case_id, updated_at=now)


def link(conn: Connection, interaction_id: str, case_id: str) -> None:
    """Say that an interaction is about a case; `Refused` when either is unknown. A call that an agent has taken
    is an answer to the customer; later ones are told by the ledger."""
    about = case(conn, case_id)
    if about is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    done = conn.execute(update(interaction).where(interaction.c.id == interaction_id).values(case_id=case_id))
    if done.rowcount == 0:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
    _record_call(conn, about, interaction_id)


def _record_call(conn: Connection, about: Case, interaction_id: str) -> None:
    row = interaction.c
    query = select(row.answered_at, row.agent_id).where(
        row.id == interaction_id, row.medium == "voice", row.answered_at.is_not(None)
    )
    for call in conn.execute(query):
        case_events.record(
            conn,
            about.id,
            Happened.AGENT_ANSWERED,
            max(call.answered_at, about.created_at),
            interaction_id=interaction_id,
            agent_id=call.agent_id,
        )


def _next_number(conn: Connection, now: float) -> str:
    year = datetime.fromtimestamp(now, UTC).year
    name = f"case-{year}"
    conn.execute(inserting(conn, counter).values(name=name, value=0).on_conflict_do_nothing())
    value = conn.execute(
        update(counter)
        .where(counter.c.name == name)
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar_one()
    return f"C-{year}-{value:06d}"


def _one(conn: Connection, condition: ColumnElement[bool]) -> Case | None:
    row = conn.execute(select(*_COLUMNS).where(condition)).one_or_none()
    return None if row is None else Case(**columns(row))


def _change(conn: Connection, case_id: str, **values: Any) -> Case:
    conn.execute(update(support_case).where(support_case.c.id == case_id).values(**values))
    changed = case(conn, case_id)
    if changed is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    return changed
