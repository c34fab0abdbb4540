"""The planned rows of a chunk into the database, in few statements, with what they bring along, the audit chain, and what undo needs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update

from crm_core import audit
from crm_core.many import ManyRows
from crm_core.records.rows import columns_of, differences
from crm_core.records.tables import table_of
from crm_core.transfer import told
from crm_core.transfer.task import Planned, Task
from crm_core.transfer.told import Told

_INTO: dict[tuple[str, tuple[str, ...]], ManyRows] = {}


def write(task: Task, planned: Sequence[Planned]) -> None:
    table, entity, conn = table_of(task.entity), task.entity, task.conn
    new = [each for each in planned if each.change.before is None]
    changed = [each for each in planned if each.change.before is not None and each.columns]
    _insert(conn, table, new)
    if changed:
        names = sorted({name for each in changed for name in each.columns})
        statement = (
            update(table).where(table.c.id == bindparam("of")).values({n: bindparam(f"v_{n}") for n in names})
        )
        rows = [
            {"of": each.change.id} | {f"v_{n}": each.columns.get(n, each.change.after.get(n)) for n in names}
            for each in changed
        ]
        conn.execute(statement, rows)
    if entity.brings is not None:
        bringing = [(each.change.id, each.ready.brought, each.change.before is None) for each in planned]
        added = entity.brings.add(conn, bringing, task.acting.now)
        for each in planned:
            each.added = added.get(each.change.id)
    written = [each.change for each in planned if each.columns or each.added]
    if entity.written_many is not None:
        entity.written_many(conn, written)
    elif entity.written is not None:
        for change in written:
            entity.written(conn, change)
    audit.record_all(conn, [_entry(task, each) for each in planned if each.columns or each.added])


def _insert(conn: Connection, table: Table, new: Sequence[Planned]) -> None:
    """All with one statement, unless the entity's rules have set other columns for some than for others."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in new:
        by_columns.setdefault(("id", *each.columns), []).append({"id": each.change.id} | each.columns)
    for names, rows in by_columns.items():
        _INTO.setdefault((table.name, names), ManyRows(table, *names)).run(conn, rows)


def _entry(task: Task, each: Planned) -> audit.Entry:
    detail: dict[str, Any] = {"import": task.batch_id, "row": each.ready.number} | each.change.noted
    if each.change.before is not None:
        detail["changes"] = differences(task.shape, each.change)
    return audit.Entry(
        at=task.acting.now,
        origin=task.acting.origin,
        action="created" if each.change.before is None else "changed",
        entity=task.entity.name,
        object_id=each.change.id,
        detail=detail,
    )


def told_of(task: Task, each: Planned) -> Told:
    row, change = each.ready.number, each.change
    if change.before is None:
        return Told(row=row, outcome=told.CREATED, record_id=change.id)
    if not each.columns and not each.added:
        return Told(row=row, outcome=told.UNCHANGED, record_id=change.id)
    before: dict[str, Any] = {}
    if each.columns:
        old = columns_of(task.shape, change.before) | {"updated_at": change.before["updated_at"]}
        before["columns"] = {
            name: old.get(name)
            for name, value in each.columns.items()
            if old.get(name) != value and name in old
        }
    if each.added:
        before["added"] = each.added
    return Told(row=row, outcome=told.UPDATED, record_id=change.id, before=before)
