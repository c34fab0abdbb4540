"""Cases: one matter of one customer, over however many calls and letters."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.paging import columns
from crm_core.search import index
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


def open_case(
    conn: Connection, *, subject: str, party_id: str | None, queue_id: str | None, now: float
) -> Case:
    """Open a case with the year's next number."""
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
    index.refresh(conn, "case", made.id)
    return made


def case(conn: Connection, case_id: str) -> Case | None:
    return _one(conn, support_case.c.id == case_id)


def by_number(conn: Connection, number: str) -> Case | None:
    """The case that a customer names; case and outer blanks do not matter."""
    return _one(conn, support_case.c.number == number.strip().upper())


def for_party(conn: Connection, party_id: str, limit: int) -> list[Case]:
    """A customer's cases, the latest changed first."""
    query = (
        select(support_case)
        .where(support_case.c.party_id == party_id)
        .order_by(support_case.c.updated_at.desc(), support_case.c.number.desc())
        .limit(limit)
    )
    return [Case(**columns(row)) for row in conn.execute(query)]


def set_status(conn: Connection, case_id: str, status: str, now: float) -> Case:
    """Change the status; `Refused` for unknown cases and words."""
    if status not in STATUSES:
        raise Refused("case.status_unknown", Kind.INVALID, pointer="/status", given=status)
    return _change(conn, case_id, status=status, updated_at=now)


def set_party(conn: Connection, case_id: str, party_id: str, now: float) -> Case:
    """Say whose case it is; `Refused` for an unknown case."""
    return _change(conn, case_id, party_id=party_id, updated_at=now)


def touch(conn: Connection, case_id: str, now: float) -> Case:
    """Something happened in it: a letter came or went. A solved or pending case is open again on a customer's
    letter; that is the caller's to decide with `set_status`."""
    return _change(conn, case_id, updated_at=now)


def link(conn: Connection, interaction_id: str, case_id: str) -> None:
    """Say that an interaction is about a case; `Refused` when either is unknown."""
    if case(conn, case_id) is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    done = conn.execute(update(interaction).where(interaction.c.id == interaction_id).values(case_id=case_id))
    if done.rowcount == 0:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)


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
    row = conn.execute(select(support_case).where(condition)).one_or_none()
    return None if row is None else Case(**columns(row))


def _change(conn: Connection, case_id: str, **values: Any) -> Case:
    conn.execute(update(support_case).where(support_case.c.id == case_id).values(**values))
    changed = case(conn, case_id)
    if changed is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    return changed
