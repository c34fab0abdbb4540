"""The ledger: facts in the order in which they were decided, and the rows that are their fold.

Facts and folded rows are written in one transaction under the floor's epoch, so neither is ever ahead of the other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, Text, and_, bindparam, func, insert, or_, select, union

from crm_core import lease
from crm_core.fold import IllegalFact, fold
from crm_core.ledger_entry import Json, JsonScalar, LedgerEntry
from crm_core.prepared import Prepared
from crm_core.tables import agent_state, fact, inserting, interaction, ledger_snapshot
from crm_core.tables import lease as lease_table

__all__ = ["IllegalFact", "Json", "JsonScalar", "LeaseLost", "LedgerEntry", "append", "exact", "history"]


class LeaseLost(Exception):
    """Somebody else decides now: nothing was written."""

    def __init__(self, mine: int, current: int | None) -> None:
        super().__init__(f"epoch {mine} may not write, the lease is at epoch {current}")
        self.mine = mine
        self.current = current


def append(conn: Connection, epoch: int, entries: Sequence[LedgerEntry]) -> int:
    """Write facts and their fold; the sequence number of the last (0 when there are none).

    Raises `LeaseLost` for any epoch but the current one and `IllegalFact` for a fact that does not fit what the
    ledger says so far (a bug of whoever decided); both leave everything as it was.
    """
    place = _PLACE.run(conn, {"p_name": lease.FLOOR}).one_or_none()
    if place is None or place.epoch != epoch:
        raise LeaseLost(epoch, None if place is None else place.epoch)
    if not entries:
        return 0
    first = int(place.newest) + 1
    _INSERT.run_each(conn, [_row(first + index, epoch, entry) for index, entry in enumerate(entries)])
    for index, entry in enumerate(entries):
        fold(conn, first + index, entry)
    return first + len(entries) - 1


def history(conn: Connection, since: float) -> list[LedgerEntry]:
    """What a router and today's figures are rebuilt from, in order.

    All facts of interactions that are open or were closed at `since` or later (also their older facts: an
    interaction is never cut in two), all facts about agents since then, and the last status, console and device of
    each agent.
    """
    recent = select(interaction.c.id).where(
        or_(interaction.c.state != "closed", interaction.c.closed_at >= since)
    )
    last = union(*(_last(column) for column in ("status_seq", "console_seq", "device_seq"))).subquery()
    wanted = union(
        select(fact.c.seq).where(fact.c.interaction_id.in_(recent)),
        select(fact.c.seq).where(fact.c.interaction_id.is_(None), fact.c.at >= since),
        select(last.c.seq),
    ).subquery()
    query = select(fact).join(wanted, wanted.c.seq == fact.c.seq).order_by(fact.c.seq)
    return [_entry(row) for row in conn.execute(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the facts up to some number were folded to, in the words of whoever kept it, and the facts since then, in order."""

    data: str
    since: list[LedgerEntry]


def keep_snapshot(conn: Connection, seq: int, version: str, data: str) -> None:
    """Keep what the facts up to `seq` fold to, in place of an older one."""
    put = inserting(conn, ledger_snapshot).values(name=lease.FLOOR, seq=seq, version=version, data=data)
    conn.execute(
        put.on_conflict_do_update(
            index_elements=["name"],
            set_={"seq": seq, "version": version, "data": data},
            where=ledger_snapshot.c.seq < seq,
        )
    )


def snapshot(conn: Connection, version: str) -> Kept | None:
    """What was kept last, if it is of this version."""
    kept = ledger_snapshot.c
    query = select(kept.seq, kept.data).where(kept.name == lease.FLOOR, kept.version == version)
    found = conn.execute(query).one_or_none()
    if found is None:
        return None
    later = select(fact).where(fact.c.seq > found.seq).order_by(fact.c.seq)
    return Kept(data=found.data, since=[_entry(row) for row in conn.execute(later)])


def period(conn: Connection, begin: float, end: float) -> list[LedgerEntry]:
    """What a period is replayed from, in order: all facts of the interactions that came before its end and were not closed before its beginning (also
    their later facts, for how long they took is known from these), all facts about agents within, and the last of each kind before it."""
    row = interaction.c
    theirs = select(row.id).where(row.enqueued_at < end, or_(row.state != "closed", row.closed_at >= begin))
    agents = fact.c.interaction_id.is_(None)
    before = (
        select(func.max(fact.c.seq)).where(agents, fact.c.at < begin).group_by(fact.c.agent_id, fact.c.kind)
    )
    query = select(fact).where(
        or_(
            fact.c.interaction_id.in_(theirs),
            and_(agents, fact.c.at >= begin, fact.c.at < end),
            fact.c.seq.in_(before),
        )
    )
    return [_entry(one) for one in conn.execute(query.order_by(fact.c.seq))]


def exact(conn: Connection, interaction_id: str) -> list[LedgerEntry]:
    """Every fact about one interaction, in order."""
    query = select(fact).where(fact.c.interaction_id == interaction_id).order_by(fact.c.seq)
    return [_entry(row) for row in conn.execute(query)]


def last_seq(conn: Connection) -> int:
    """The sequence number of the newest fact; 0 for an empty ledger."""
    return int(conn.execute(select(func.coalesce(func.max(fact.c.seq), 0))).scalar_one())


# who may write, and where the ledger stands; locked, so that appends come one after the other and numbers have no gaps
_PLACE = Prepared(
    select(
        lease_table.c.epoch, select(func.coalesce(func.max(fact.c.seq), 0)).scalar_subquery().label("newest")
    )
    .where(lease_table.c.name == bindparam("p_name", type_=Text))
    .with_for_update()
)
_INSERT = Prepared(insert(fact).values({column.name: bindparam(f"p_{column.name}") for column in fact.c}))


def _row(seq: int, epoch: int, entry: LedgerEntry) -> Mapping[str, Json]:
    return {
        "p_seq": seq,
        "p_epoch": epoch,
        "p_kind": entry.kind,
        "p_at": entry.at,
        "p_interaction_id": entry.interaction,
        "p_queue_id": entry.queue,
        "p_agent_id": entry.agent,
        "p_offer_id": entry.offer,
        # ASCII, so that what the database could not hold stands escaped (RFC 8259, 7)
        "p_data": json.dumps(dict(entry.data)),
    }


def _last(column: str) -> Select[tuple[int]]:
    seq = agent_state.c[column]
    return select(seq.label("seq")).where(seq.is_not(None))


def _entry(row: Row[tuple[object, ...]]) -> LedgerEntry:
    return LedgerEntry(
        kind=row.kind,
        at=row.at,
        interaction=row.interaction_id,
        queue=row.queue_id,
        agent=row.agent_id,
        offer=row.offer_id,
        data=json.loads(row.data),
    )
