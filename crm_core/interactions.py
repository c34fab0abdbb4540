"""Interactions: one customer demand each. The ledger owns their course, the edges say who asks and about what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update

from config.errors import Kind, Refused
from crm_core.customers import redirects
from crm_core.paging import columns
from crm_core.prepared import Prepared
from crm_core.search import index
from crm_core.tables import inserting_in
from crm_core.tables import interaction as interaction_table
from crm_core.tables import offer as offer_table
from crm_core.tables import party as party_table
from crm_core.tables import segment as segment_table

_AT_ONCE = 500
_OPEN = ("new", "waiting", "offered", "connected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """`state`: new, waiting, offered, connected, wrap_up, closed. `outcome`: handled, abandoned. `match`: pending,
    none, one, many. `direction` is "in" also while only the ledger has spoken of it. `over_limit`: calls, minutes; `told`:
    the sentence that the caller heard of their contract. `callback`: they are to be called back, or called, and were not reached yet; `unreached`: why an
    agent's own call did not reach them.
    `attestation`: what the network says of the caller's number (see `cti.arriving.attestation`); `blocked_by`: the entry of the block list that was
    applied. `hangup_cause`: of a call, the Q.850 number of the line that ended first."""

    id: str
    medium: str
    direction: str
    state: str
    outcome: str | None
    queue_id: str | None
    agent_id: str | None
    priority_points: int
    customer_address: str
    customer_name: str
    entry_address: str
    subject: str
    enqueued_at: float
    answered_at: float | None
    ended_at: float | None
    ended_by: str | None
    wrap_up_until: float | None
    closed_at: float | None
    disposition: str | None
    note: str
    match: str
    party_id: str | None
    case_id: str | None
    service_contract_id: str | None
    over_limit: str | None
    told: str | None
    callback: bool = False
    attestation: str | None = None
    blocked_by: str | None = None
    hangup_cause: int | None = None
    unreached: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stay in a queue (outcome answered, abandoned; callback: they hung up to be called back) or with an agent (from the offer on; outcome handled,
    returned, or how the offer ended). Open while `ended_at` is None. `recorded`: of a talk, that it is."""

    kind: str
    queue_id: str | None
    agent_id: str | None
    started_at: float
    rang_at: float | None
    answered_at: float | None
    ended_at: float | None
    outcome: str | None
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """One offer and who was passed over for it, with the reason's code; `steps` of relaxation had been taken, `preferred`: it went to whom
    it had waited for."""

    id: str
    queue_id: str
    agent_id: str
    offered_at: float
    deadline: float
    rang_at: float | None
    ended_at: float | None
    outcome: str | None
    passed_over: tuple[tuple[str, str], ...]
    steps: int
    preferred: bool


def ensure(
    conn: Connection,
    *,
    id: str,  # noqa: A002 - the column's name, given by keyword only
    medium: str,
    direction: str,
    queue_id: str | None,
    customer_address: str,
    customer_name: str,
    entry_address: str,
    subject: str,
    enqueued_at: float,
) -> bool:
    """Say who asks and about what; True the first time. The ledger may have spoken of the interaction before or will
    after, and what it says of queue and times stands."""
    described = {
        "direction": direction,
        "customer_address": customer_address,
        "customer_name": customer_name,
        "entry_address": entry_address,
        "subject": subject,
    }
    filled = _DESCRIBE.run(conn, {"of_id": id, "else_queue_id": queue_id, **described})
    if filled.rowcount == 1:  # the usual case: the ledger spoke first
        return True
    new = {"id": id, "medium": medium, "queue_id": queue_id, "enqueued_at": enqueued_at, **described}
    return _making(conn.dialect.name).run(conn, new).rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """An interaction that nobody has spoken of yet, of which it is known what it is about and who asks: `match` and `party_id` as
    `recognition.verdict` says."""

    id: str
    medium: str
    queue_id: str
    customer_address: str
    customer_name: str
    entry_address: str
    subject: str
    enqueued_at: float
    case_id: str
    match: str
    party_id: str | None
    note: str = ""


def begin(conn: Connection, given: Beginning) -> None:
    """What `ensure` and all that follows it would come to, in one statement."""
    _BEGIN.run(conn, {name: getattr(given, name) for name in Beginning.__dataclass_fields__})
    if given.note:
        index.refresh(conn, "note", given.id)


_BEGIN = Prepared(
    insert(interaction_table).values(
        direction=literal_column("'in'"),
        state=literal_column("'new'"),
        **{name: bindparam(name) for name in Beginning.__dataclass_fields__},
    )
)


def mark(conn: Connection, interaction_id: str, *, attestation: str | None, blocked_by: str | None) -> None:
    """What was found out about a call on its way in, beside who it is."""
    if attestation is not None or blocked_by is not None:
        found = update(interaction_table).where(interaction_table.c.id == interaction_id)
        conn.execute(found.values(attestation=attestation, blocked_by=blocked_by))


def end_early(conn: Connection, interaction_id: str, at: float) -> None:
    """Close what never came to a queue: the way in ended it. The ledger has not spoken of it, and only will of a caller who is there all the same."""
    row = interaction_table.c
    conn.execute(
        update(interaction_table)
        .where(row.id == interaction_id, row.state == "new")
        .values(state="closed", ended_at=at, closed_at=at, ended_by="system")
    )


def interaction(conn: Connection, interaction_id: str) -> Interaction | None:
    row = _BY_ID.run(conn, {"of_id": interaction_id}).one_or_none()
    return None if row is None else read_interaction(row)


_BY_ID = Prepared(select(interaction_table).where(interaction_table.c.id == bindparam("of_id")))
_ASKS = ("direction", "customer_address", "customer_name", "entry_address", "subject")
"""What is said of an interaction beside what the ledger says of it."""
_DESCRIBE = Prepared(
    update(interaction_table)
    .where(interaction_table.c.id == bindparam("of_id"), interaction_table.c.direction.is_(None))
    .values(
        queue_id=func.coalesce(interaction_table.c.queue_id, bindparam("else_queue_id")),
        **{name: bindparam(name) for name in _ASKS},
    )
)


@cache
def _making(dialect: str) -> Prepared:
    """An interaction of which nobody has spoken yet; nothing where somebody has."""
    values: dict[str, Any] = {
        name: bindparam(name) for name in ("id", "medium", "queue_id", "enqueued_at", *_ASKS)
    }
    made = inserting_in(dialect, interaction_table).values(state=literal_column("'new'"), **values)
    return Prepared(made.on_conflict_do_nothing())


def shown_names(conn: Connection, ids: Sequence[str]) -> dict[str, str]:
    """What a board calls whoever asks: the customer whom it surely is, else what their side says of itself."""
    row, found = interaction_table.c, {}
    for start in range(0, len(ids), _AT_ONCE):
        query = (
            select(row.id, row.customer_name, row.customer_address, row.match, party_table.c.name)
            .outerjoin(party_table, party_table.c.id == row.party_id)
            .where(row.id.in_(ids[start : start + _AT_ONCE]))
        )
        for each in conn.execute(query):
            theirs = each.customer_name or each.customer_address
            found[each.id] = each.name if each.match == "one" and each.name else theirs
    return found


def open_ones(conn: Connection, medium: str) -> list[Interaction]:
    """All of a medium that are not closed, by age."""
    row = interaction_table.c
    query = select(interaction_table).where(row.medium == medium, row.state != "closed")
    return [read_interaction(found) for found in conn.execute(query.order_by(row.enqueued_at, row.id))]


def untold(conn: Connection, medium: str) -> list[tuple[str, str | None, float]]:
    """Those of a medium of which the ledger has not spoken: id, queue and moment, by age."""
    row = interaction_table.c
    query = select(row.id, row.queue_id, row.enqueued_at).where(row.medium == medium, row.state == "new")
    return [
        (each.id, each.queue_id, each.enqueued_at)
        for each in conn.execute(query.order_by(row.enqueued_at, row.id))
    ]


def to_call_back(conn: Connection, address: str) -> Interaction | None:
    """The oldest that is to be called back at this number, if any."""
    row = interaction_table.c
    query = (
        select(interaction_table)
        .where(row.medium == "voice", row.state == "waiting", row.callback, row.customer_address == address)
        .order_by(row.enqueued_at)
        .limit(1)
    )
    found = conn.execute(query).one_or_none()
    return None if found is None else read_interaction(found)


def several(conn: Connection, ids: Sequence[str]) -> dict[str, Interaction]:
    """Those of these that there are, by id."""
    found = conn.execute(select(interaction_table).where(interaction_table.c.id.in_(list(ids))))
    return {each.id: each for each in map(read_interaction, found)}


def for_party(conn: Connection, party_id: str, limit: int) -> list[Interaction]:
    """A customer's interactions, the latest first."""
    row = interaction_table.c
    query = select(interaction_table).where(row.party_id == party_id)
    rows = conn.execute(query.order_by(row.enqueued_at.desc(), row.id.desc()).limit(limit))
    return [read_interaction(found) for found in rows]


def for_case(conn: Connection, case_id: str, limit: int) -> list[Interaction]:
    """A case's interactions, the latest first."""
    row = interaction_table.c
    query = select(interaction_table).where(row.case_id == case_id)
    rows = conn.execute(query.order_by(row.enqueued_at.desc(), row.id.desc()).limit(limit))
    return [read_interaction(found) for found in rows]


def open_about(conn: Connection, case_id: str, *media: str) -> str | None:
    """The latest interaction of these media in which somebody will see what is said about this case next."""
    row = interaction_table.c
    query = select(row.id).where(row.case_id == case_id, row.medium.in_(media), row.state.in_(_OPEN))
    found: str | None = conn.execute(
        query.order_by(row.enqueued_at.desc(), row.id.desc()).limit(1)
    ).scalar_one_or_none()
    return found


def set_note(conn: Connection, interaction_id: str, text: str) -> None:
    """Replace the agent's note; `Refused` for an unknown interaction."""
    _change(conn, interaction_id, note=text)
    index.refresh(conn, "note", interaction_id)


def set_party(conn: Connection, interaction_id: str, party_id: str) -> str:
    """The agent says who it is; the customer's id, which is another one where they were merged. `Refused` when either is unknown, and for
    a customer who was removed."""
    home = redirects.living(conn, party_id)
    _change(conn, interaction_id, party_id=home, match="one")
    return home


def segments(conn: Connection, interaction_id: str) -> list[Segment]:
    """Its stays in queues and with agents, in order."""
    query = select(*(segment_table.c[name] for name in Segment.__dataclass_fields__))
    query = query.where(segment_table.c.interaction_id == interaction_id).order_by(segment_table.c.id)
    return [Segment(**columns(row)) for row in conn.execute(query)]


def offers(conn: Connection, interaction_id: str) -> list[OfferRecord]:
    """Its offers, in order."""
    query = select(*(offer_table.c[name] for name in OfferRecord.__dataclass_fields__))
    query = query.where(offer_table.c.interaction_id == interaction_id)
    return [_offer(row) for row in conn.execute(query.order_by(offer_table.c.offered_at, offer_table.c.id))]


def read_interaction(row: Any) -> Interaction:
    """A row with all columns of the table as an `Interaction`."""
    fields = columns(row)
    fields["direction"] = fields["direction"] or "in"
    fields["callback"] = bool(fields["callback"])  # SQLite's 0 and 1, where the statement was a prepared one
    return Interaction(**fields)


def _offer(row: Any) -> OfferRecord:
    passed_over = tuple((agent, reason) for agent, reason in json.loads(row.passed_over))
    return OfferRecord(**(columns(row) | {"passed_over": passed_over}))


def _change(conn: Connection, interaction_id: str, **values: Any) -> None:
    done = conn.execute(
        update(interaction_table).where(interaction_table.c.id == interaction_id).values(**values)
    )
    if done.rowcount == 0:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
