"""Cases: one matter of one customer, over however many calls and letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, func, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events
from crm_core.access.reader import SYSTEM, Reader
from crm_core.casework import moving, opening, types
from crm_core.casework.lifecycle import CLASSES
from crm_core.contracts import intake
from crm_core.customers import redirects
from crm_core.paging import columns
from crm_core.prepared import Prepared
from crm_core.records import known, numbers
from crm_core.rights import readable_case
from crm_core.rules import events
from crm_core.rules.model import Trigger
from crm_core.search import index, sources
from crm_core.several import Several
from crm_core.sla.clock import Happened
from crm_core.tables import interaction, storable, support_case
from crm_core.tables.work import CASE_IS_OPEN

STATUSES = CLASSES
_MOST_MERGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`number` is what customers quote: `C-2026-000123`, counted within the year (UTC). `state` is of the life cycle of its type,
    `status` the state's class. `merged_into_id`: the case that it lives on in."""

    id: str
    number: str
    subject: str
    status: str
    party_id: str | None
    queue_id: str | None
    created_at: float
    updated_at: float
    type_id: str | None
    state: str | None
    severity: str | None
    is_complaint: bool
    owner_id: str | None
    team_id: str | None
    merged_into_id: str | None


_COLUMNS = [support_case.c[name] for name in Case.__dataclass_fields__]


def open_case(
    conn: Connection,
    *,
    subject: str,
    party_id: str | None,
    queue_id: str | None,
    now: float,
    asked_at: float | None = None,
    type_id: str | None = None,
    channel: str | None = None,
    parent_id: str | None = None,
    category: str | None = None,
    severity: str | None = None,
    team_id: str | None = None,
    language: str | None = None,
) -> Case:
    """Open a case with the year's next number. `asked_at`: when the customer asked, where that was before now; what is promised counts
    from then. Without a type it gets the one for whatever arrives; nobody has filled in its form yet, so that is not asked for here."""
    kind = types.of(conn, type_id) if type_id else types.default(conn)
    given = {
        "subject": subject,
        "party_id": party_id,
        "queue_id": queue_id,
        "channel": channel,
        "parent_id": parent_id,
        "category": category,
        "severity": severity,
        "team_id": team_id,
        "language": language,
    }
    asked = now if asked_at is None else min(asked_at, now)
    values = given | opening.begun(kind, given) | numbers.given(conn, known.entity("case"), now)
    promise = opening.promised(conn, values, now)
    values |= {"id": new_id(), "created_at": now, "updated_at": now, **opening.waiting(promise, asked)}
    _opening(frozenset(values)).run(conn, values)
    made = _made(values)
    opening.began(conn, made.id, promise, now, asked, channel)
    events.happened(conn, "case", made.id, Trigger.CREATED, now)
    index.put(conn, [sources.case_document(made.id, made.number, made.subject, now)])
    return made


def _made(values: Mapping[str, Any]) -> Case:
    """As it would be read."""
    row: dict[str, Any] = {name: values.get(name) for name in Case.__dataclass_fields__}
    row["subject"] = storable(row["subject"])
    return Case(**row)


@cache
def _opening(names: frozenset[str]) -> Prepared:
    return Prepared(insert(support_case).values({name: bindparam(name) for name in sorted(names)}))


def case(conn: Connection, case_id: str) -> Case | None:
    row = conn.execute(_BY_ID, {"of_id": case_id}).one_or_none()
    return None if row is None else Case(**columns(row))


def by_number(conn: Connection, number: str) -> Case | None:
    """The case that a customer names; case and outer blanks do not matter. The number of a merged case leads to where it lives on."""
    found = _one(conn, support_case.c.number == number.strip().upper())
    return found if found is None else living(conn, found)


def leading(conn: Connection, case_id: str) -> Case | None:
    """The case with this id, or the one that it was merged into."""
    found = case(conn, case_id)
    return found if found is None else living(conn, found)


def living(conn: Connection, found: Case) -> Case:
    """Where a case lives on."""
    for _ in range(_MOST_MERGES):
        survivor = case(conn, found.merged_into_id) if found.merged_into_id else None
        if survivor is None:
            break
        found = survivor
    return found


def for_party(conn: Connection, party_id: str, limit: int, reader: Reader = SYSTEM) -> list[Case]:
    """A customer's cases that somebody may read, the latest changed first."""
    query = _latest(support_case.c.party_id == party_id).where(readable_case(reader)).limit(limit)
    return [Case(**columns(row)) for row in conn.execute(query)]


def count_open(conn: Connection, party_id: str, reader: Reader = SYSTEM) -> int:
    """How many a customer has open, of those that somebody may read."""
    row = support_case.c
    theirs = (row.party_id == party_id, CASE_IS_OPEN, row.deleted_at.is_(None), readable_case(reader))
    number: int = conn.execute(select(func.count()).select_from(support_case).where(*theirs)).scalar_one()
    return number


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
        .where(whose, support_case.c.deleted_at.is_(None))
        .order_by(support_case.c.updated_at.desc(), support_case.c.number.desc())
    )


_LAST = Several(
    lambda party_id: _latest(support_case.c.party_id == party_id).limit(bindparam("at_most", type_=Integer))
)


def set_status(conn: Connection, case_id: str, status: str, now: float, actor_id: str | None = None) -> Case:
    """Go to a state of this class by a step of its life cycle; `Refused` for unknown cases and words, for steps that there are not, and
    for what a step still asks for."""
    if status not in STATUSES:
        raise Refused("case.status_unknown", Kind.INVALID, pointer="/status", given=status)
    moving.towards(conn, case_id, status, now, actor_id)
    return _known(conn, case_id)


def customer_wrote(conn: Connection, case_id: str, now: float) -> Case:
    """A letter came: a case that waited or was done goes on."""
    moving.by_customer(conn, case_id, now)
    return _known(conn, case_id)


def replied(conn: Connection, case_id: str, now: float, actor_id: str | None) -> Case:
    """A letter went: an open case waits for the customer."""
    moving.by_reply(conn, case_id, now, actor_id)
    return _known(conn, case_id)


def set_party(conn: Connection, case_id: str, party_id: str, now: float) -> Case:
    """Say whose case it is, which may change what is promised; `Refused` for an unknown case, and for a customer who is unknown or was
    removed."""
    before = _known(conn, case_id)
    changed = _change(conn, case_id, party_id=redirects.living(conn, party_id), updated_at=now)
    events.changed(conn, "case", case_id, now, {"party_id": before.party_id}, {"party_id": changed.party_id})
    case_events.record_terms(conn, case_id, now)
    return changed


def touch(conn: Connection, case_id: str, now: float) -> Case:
    """Something happened in it: a letter came or went. A solved or pending case is open again on a customer's
    letter; that is the caller's to say with `customer_wrote`."""
    return _change(conn, case_id, updated_at=now)


def link(conn: Connection, interaction_id: str, case_id: str) -> None:
    """Say that an interaction is about a case; `Refused` when either is unknown. A call that an agent has taken
    is an answer to the customer; later ones are told by the ledger. It counts for the contract of the piece that the case is about."""
    about = case(conn, case_id)
    if about is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    done = conn.execute(update(interaction).where(interaction.c.id == interaction_id).values(case_id=case_id))
    if done.rowcount == 0:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
    intake.attach(conn, interaction_id)
    _record_call(conn, about, interaction_id)


def interactions_of(conn: Connection, case_id: str, limit: int = 50) -> list[str]:
    """The latest interactions about a case, by id."""
    row = interaction.c
    query = select(row.id).where(row.case_id == case_id).order_by(row.enqueued_at.desc()).limit(limit)
    return list(conn.execute(query).scalars())


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


_BY_ID = select(*_COLUMNS).where(support_case.c.id == bindparam("of_id"))


def _one(conn: Connection, condition: ColumnElement[bool]) -> Case | None:
    row = conn.execute(select(*_COLUMNS).where(condition)).one_or_none()
    return None if row is None else Case(**columns(row))


def _change(conn: Connection, case_id: str, **values: Any) -> Case:
    conn.execute(update(support_case).where(support_case.c.id == case_id).values(**values))
    return _known(conn, case_id)


def _known(conn: Connection, case_id: str) -> Case:
    found = case(conn, case_id)
    if found is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id)
    return found
