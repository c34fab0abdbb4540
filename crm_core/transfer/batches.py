"""Batches as they are kept: whose each is, and where it stands."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.many import ManyRows
from crm_core.paging import Page, number_from, to_cursor
from crm_core.records.change import Acting
from crm_core.records.lists import must
from crm_core.tables import import_batch, import_row
from crm_core.transfer.plan import Plan, check, entity_of, importable, plan_from
from crm_core.transfer.sheets import Layout
from crm_core.transfer.told import CREATED, OUTCOMES, UPDATED, Told

DRAFT, QUEUED, RUNNING, FINISHED = "draft", "queued", "running", "finished"
CHECKED, STOPPED, FAILED, UNDOING, UNDONE = "checked", "stopped", "failed", "undoing", "undone"
AT_WORK = (QUEUED, RUNNING, UNDOING)
_ABANDONED_S = 7 * 24 * 3600.0
_B, _R = import_batch.c, import_row.c
_TOLD = ManyRows(import_row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An import. `rows_total` counts the rows that hold anything, `rows_done` is the number of the last row that is dealt with.

    `user_id` is whose it is: who brought the file. `origin` is who acts, with whose rights it is done and in whose name it is told: who
    started it, resumed it or takes it back.
    """

    seq: int
    id: str
    entity: str
    state: str
    file_name: str
    layout: Mapping[str, Any]
    plan: Mapping[str, Any]
    dry_run: bool
    rows_total: int
    rows_done: int
    indexed_row: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    taken_back: int
    kept: int
    error: str | None
    user_id: str | None
    origin: Mapping[str, Any]
    created_at: float
    started_at: float | None
    finished_at: float | None

    @property
    def rows(self) -> int:
        """How many have an outcome."""
        return self.created + self.updated + self.unchanged + self.skipped + self.failed

    def read_plan(self) -> Plan:
        return plan_from(self.plan)

    def read_layout(self) -> Layout:
        return Layout(**self.layout)

    def read_origin(self) -> Origin:
        return Origin(**self.origin)


class Overtaken(Exception):
    """Somebody stopped the batch, or another server works on it: what was done in this unit is undone."""


def add(conn: Connection, acting: Acting, *, entity: str, file_name: str, layout: Layout, rows: int) -> Batch:
    """A draft for a file that was looked at."""
    of = entity_of(entity)
    must(acting.reader, of, Action.IMPORT)
    batch_id = new_id()
    origin = acting.origin
    conn.execute(
        insert(import_batch).values(
            id=batch_id,
            entity=of.name,
            state=DRAFT,
            file_name=file_name[:200],
            layout=_layout(layout),
            plan={},
            dry_run=False,
            rows_total=rows,
            rows_done=0,
            indexed_row=0,
            taken_back=0,
            kept=0,
            user_id=origin.user_id,
            origin=_who(acting),
            created_at=acting.now,
            **dict.fromkeys(OUTCOMES, 0),
        )
    )
    return one(conn, acting.reader, batch_id)


def read_as(conn: Connection, acting: Acting, batch_id: str, layout: Layout, *, rows: int) -> Batch:
    """Another way to read a draft's file."""
    batch = one(conn, acting.reader, batch_id)
    if batch.state not in (DRAFT, CHECKED):
        raise Refused("import.state", state=batch.state)
    _set(conn, batch.seq, layout=_layout(layout), rows_total=rows, state=DRAFT)
    return one(conn, acting.reader, batch_id)


def start(conn: Connection, acting: Acting, batch_id: str, plan: Plan, *, dry_run: bool) -> Batch:
    """Hand a draft to the importer; or a checked one, for real this time."""
    batch = one(conn, acting.reader, batch_id)
    if batch.state not in (DRAFT, CHECKED):
        raise Refused("import.state", state=batch.state)
    if plan.entity != batch.entity:
        raise Refused("import.entity_unknown", Kind.INVALID, pointer="/entity", entity=plan.entity[:100])
    check(conn, acting.reader, plan)
    _set(
        conn,
        batch.seq,
        state=QUEUED,
        origin=_who(acting),
        plan=plan.as_json(),
        dry_run=dry_run,
        rows_done=0,
        indexed_row=0,
        started_at=acting.now,
        finished_at=None,
        error=None,
        **dict.fromkeys(OUTCOMES, 0),
    )
    return one(conn, acting.reader, batch_id)


def stop(conn: Connection, acting: Acting, batch_id: str) -> Batch:
    """Leave off where it is; what was made stays and can be undone, the rest can be resumed."""
    return _move(conn, acting, batch_id, (QUEUED, RUNNING), STOPPED)


def resume(conn: Connection, acting: Acting, batch_id: str) -> Batch:
    """Go on behind the last row that was dealt with; not where an undo has begun, or nothing is left to be done. `Refused`
    (import.file_gone) once its file was thrown away."""
    batch = one(conn, acting.reader, batch_id)
    if batch.taken_back or batch.kept or batch.rows >= batch.rows_total:
        raise Refused("import.state", state=batch.state)
    if batch.state in (STOPPED, FAILED) and _ended_at(batch) < acting.now - _ABANDONED_S:
        raise Refused("import.file_gone")
    return _move(conn, acting, batch_id, (STOPPED, FAILED), QUEUED, origin=_who(acting))


def undo(conn: Connection, acting: Acting, batch_id: str) -> Batch:
    """Take back what it made and changed."""
    batch = one(conn, acting.reader, batch_id)
    entity = entity_of(batch.entity)
    must(acting.reader, entity, Action.DELETE)
    must(acting.reader, entity, Action.UPDATE)
    if batch.dry_run:
        raise Refused("import.state", state=batch.state)
    return _move(conn, acting, batch_id, (FINISHED, STOPPED, FAILED), UNDOING, origin=_who(acting))


def discard(conn: Connection, acting: Acting, batch_id: str) -> Batch:
    """Forget a draft, or a batch that was only checked; reports of what was done stay."""
    batch = one(conn, acting.reader, batch_id)
    if batch.state not in (DRAFT, CHECKED):
        raise Refused("import.state", state=batch.state)
    forget(conn, batch)
    return batch


def one(conn: Connection, reader: Reader, batch_id: str) -> Batch:
    """`Refused` for one there is not, for entities that they may not import, and for what others brought, unless they may import all:
    the report holds the cells of the file."""
    row = conn.execute(select(import_batch).where(_B.id == batch_id)).one_or_none()
    if row is None:
        raise Refused("import.unknown", Kind.MISSING, id=batch_id[:100])
    must(reader, entity_of(row.entity), Action.IMPORT)
    if reader.scope(row.entity, Action.IMPORT) is not Scope.ALL and row.user_id != reader.user_id:
        raise Refused("import.unknown", Kind.MISSING, id=batch_id[:100])
    return _batch(row)


def listed(conn: Connection, reader: Reader, limit: int, cursor: str | None) -> Page[Batch]:
    """Those that they may see, the newest first."""
    may = {entity.name: reader.scope(entity.name, Action.IMPORT) for entity in importable(reader)}
    everybodys = [name for name, scope in may.items() if scope is Scope.ALL]
    theirs = and_(_B.entity.in_(set(may) - set(everybodys)), _B.user_id == reader.user_id)
    query = select(import_batch).where(or_(_B.entity.in_(everybodys), theirs))
    query = query.order_by(_B.seq.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(_B.seq < number_from(cursor))
    rows = conn.execute(query).all()
    more = len(rows) > limit
    return Page(
        items=tuple(map(_batch, rows[:limit])),
        next_cursor=to_cursor(str(rows[limit - 1].seq)) if more else None,
    )


def at_work(conn: Connection) -> list[Batch]:
    """What there is to do, oldest first."""
    return [
        _batch(row)
        for row in conn.execute(select(import_batch).where(_B.state.in_(AT_WORK)).order_by(_B.seq))
    ]


def to_index(conn: Connection) -> list[Batch]:
    """Batches with records that search does not know yet."""
    query = select(import_batch).where(
        _B.indexed_row < _B.rows_done,
        _B.dry_run.is_(False),
        _B.state.in_((RUNNING, QUEUED, FINISHED, STOPPED, FAILED)),
    )
    return [_batch(row) for row in conn.execute(query.order_by(_B.seq))]


def abandoned(conn: Connection, now: float) -> list[Batch]:
    """Drafts that nobody came back to."""
    query = select(import_batch).where(_B.state.in_((DRAFT, CHECKED)), _B.created_at < now - _ABANDONED_S)
    return [_batch(row) for row in conn.execute(query)]


def left_behind(conn: Connection, now: float) -> list[Batch]:
    """Imports that stopped or failed, and that nobody went on with for so long: their reports stay, their files are customers' data."""
    query = select(import_batch).where(_B.state.in_((STOPPED, FAILED)), _B.created_at < now - _ABANDONED_S)
    ended = map(_batch, conn.execute(query))
    return [batch for batch in ended if _ended_at(batch) < now - _ABANDONED_S]


def _ended_at(batch: Batch) -> float:
    return batch.finished_at or batch.started_at or batch.created_at


def tell(conn: Connection, batch: Batch, told: Sequence[Told], done: int) -> None:
    """Keep the outcomes and move on to row `done`; `Overtaken` unless the batch stands where it stood."""
    counts = Counter(each.outcome for each in told)
    moved = (
        update(import_batch)
        .where(_B.seq == batch.seq, _B.state == RUNNING, _B.rows_done == batch.rows_done)
        .values(rows_done=done, **{name: _B[name] + count for name, count in counts.items()})
    )
    if conn.execute(moved).rowcount != 1:
        raise Overtaken
    if told:
        _TOLD.run(conn, [each.as_row(batch.seq) for each in told])


def advance(conn: Connection, batch: Batch, state: str, **values: Any) -> bool:
    """Another state, unless somebody was quicker."""
    query = (
        update(import_batch).where(_B.seq == batch.seq, _B.state == batch.state).values(state=state, **values)
    )
    return conn.execute(query).rowcount == 1


def end(conn: Connection, batch: Batch, state: str, code: str | None, now: float) -> bool:
    """The importer is done with what it did with the batch; unless somebody stopped that meanwhile."""
    at_it = (UNDOING,) if batch.state == UNDOING else (QUEUED, RUNNING)
    query = update(import_batch).where(_B.seq == batch.seq, _B.state.in_(at_it))
    return conn.execute(query.values(state=state, error=code, finished_at=now)).rowcount == 1


def by_seq(conn: Connection, seq: int) -> Batch:
    return _batch(conn.execute(select(import_batch).where(_B.seq == seq)).one())


def forget(conn: Connection, batch: Batch) -> None:
    """Leave nothing of it."""
    conn.execute(delete(import_row).where(_R.batch == batch.seq))
    conn.execute(delete(import_batch).where(_B.seq == batch.seq))


def indexed(conn: Connection, batch: Batch, row: int) -> None:
    """Search knows the records of all rows up to this one."""
    conn.execute(
        update(import_batch).where(_B.seq == batch.seq, _B.indexed_row < row).values(indexed_row=row)
    )


def written(conn: Connection, seq: int, after: int, limit: int) -> tuple[list[tuple[int, str]], int]:
    """Rows and their records that were made or changed, after a row; and how far the batch has come."""
    done = conn.execute(select(_B.rows_done).where(_B.seq == seq)).scalar_one()
    query = (
        select(_R.row, _R.record_id)
        .where(_R.batch == seq, _R.row > after, _R.row <= done, _R.outcome.in_((CREATED, UPDATED)))
        .order_by(_R.row)
        .limit(limit)
    )
    return [(row.row, row.record_id) for row in conn.execute(query)], done


def _move(
    conn: Connection, acting: Acting, batch_id: str, states: Sequence[str], state: str, **values: Any
) -> Batch:
    batch = one(conn, acting.reader, batch_id)
    if batch.state not in states:
        raise Refused("import.state", state=batch.state)
    _set(conn, batch.seq, state=state, error=None, **values)
    return one(conn, acting.reader, batch_id)


def _set(conn: Connection, seq: int, **values: Any) -> None:
    conn.execute(update(import_batch).where(_B.seq == seq).values(**values))


def _who(acting: Acting) -> dict[str, Any]:
    origin = acting.origin
    return {"user_id": origin.user_id, "name": origin.name, "via": "import", "address": origin.address}


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "format": layout.format,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "header": layout.header,
    }


def _batch(row: Row[Any]) -> Batch:
    return Batch(**{name: getattr(row, name) for name in Batch.__slots__})
