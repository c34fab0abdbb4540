"""A chunk of rows into the database, in one unit of the writer: matched, checked, made or changed, and told, in few statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from config.errors import Fault, Refused, RefusedFields
from config.ids import new_id
from crm_core import audit
from crm_core.access.model import Action
from crm_core.access.scopes import live, within_reach
from crm_core.many import ManyRows
from crm_core.records import known, numbers
from crm_core.records.change import Acting, Change
from crm_core.records.checks import must_be_complete, of_another_kind
from crm_core.records.declared import Entity, Field
from crm_core.records.lists import must_reach
from crm_core.records.rows import columns_of, differences, with_own_columns
from crm_core.records.shape import Shape
from crm_core.records.tables import table_of
from crm_core.records.values import Wrong
from crm_core.transfer import references, told
from crm_core.transfer.plan import CREATE, ID, UPDATE, Plan
from crm_core.transfer.prepare import REFERRING, Ready
from crm_core.transfer.references import Known
from crm_core.transfer.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all chunks of a batch share. `acting.now` is the moment the batch was started: what still has it was changed by
    nobody since, which is how undo knows."""

    conn: Connection
    acting: Acting
    shape: Shape
    plan: Plan
    batch_id: str
    remembered: Known

    @property
    def entity(self) -> Entity:
        return self.shape.entity

    def referring(self) -> list[Field]:
        return [
            each for each in self.shape.fields if each.name in self.plan.columns and each.kind in REFERRING
        ]


@dataclass(slots=True, kw_only=True)
class Planned:
    """A row that is to be written."""

    ready: Ready
    change: Change
    columns: dict[str, Any] = field(default_factory=dict)
    added: Any = None


Outcome = Told | Planned
_INTO: dict[tuple[str, tuple[str, ...]], ManyRows] = {}


def apply(task: Task, rows: Sequence[Ready]) -> list[Told]:
    """Deal with these rows; what became of each, in their order."""
    outcomes: list[Told] = []
    for part in _without_doubles(task, rows):
        outcomes += _part(task, part)
    return outcomes


def _without_doubles(task: Task, rows: Sequence[Ready]) -> Iterator[list[Ready]]:
    """Two rows that mean the same record are written one after the other, so that the second finds what the first made."""
    part: list[Ready] = []
    seen: set[Any] = set()
    for row in rows:
        match = _match_key(task, row)
        keys: set[tuple[Any, Any]] = set() if match is None else {("", match)}
        for names in _unique_groups(task.entity):
            values = tuple(row.values.get(name) for name in names)
            if None not in values:
                keys.add((names, values))
        if part and keys & seen:
            yield part
            part, seen = [], set()
        part.append(row)
        seen |= keys
    if part:
        yield part


def _part(task: Task, rows: Sequence[Ready]) -> list[Told]:
    planned = _planned(task, rows)
    writes = [each for each in planned if isinstance(each, Planned)]
    try:
        with task.conn.begin_nested():
            _write(task, writes)
    except (IntegrityError, Refused) as error:
        if len(rows) > 1:  # one of them is to blame: each alone
            return [one for row in rows for one in _part(task, [row])]
        return [_failed(rows[0], error)]
    return [each if isinstance(each, Told) else _told(task, each) for each in planned]


def _planned(task: Task, rows: Sequence[Ready]) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    rows = _resolved(task, rows)
    matches = _matches(task, rows)
    for row in rows:
        if row.fault is not None:
            outcomes[row.number] = _faulty(row, *row.fault)
            continue
        try:
            outcomes[row.number] = _decided(task, row, matches.get(row.number, ()))
        except Refused as refusal:
            outcomes[row.number] = _failed(row, refusal)
    _refuse_taken(task, outcomes)
    return [outcomes[row.number] for row in rows]


def _resolved(task: Task, rows: Sequence[Ready]) -> Sequence[Ready]:
    """References as ids."""
    fields = task.referring()
    if not fields:
        return rows
    texts = {
        each.name: {row.values.get(each.name) or "" for row in rows if row.fault is None} for each in fields
    }
    found = references.resolved(task.conn, task.acting.reader, fields, texts, task.remembered)
    references.remember(task.remembered, found)
    return [_with_ids(row, fields, found) for row in rows]


def _with_ids(row: Ready, fields: Sequence[Field], found: Known) -> Ready:
    if row.fault is not None:
        return row
    values = dict(row.values)
    name = ""
    try:
        for each in fields:
            name, text = each.name, row.values.get(each.name)
            values[name] = references.chosen(each, text, found) if text else None
    except Wrong as wrong:
        return replace(row, fault=(wrong.code, name, wrong.params))
    return replace(row, values=values)


def _match_key(task: Task, row: Ready) -> str | int | None:
    """By what this row is found again; None: by nothing."""
    match, entity = task.plan.match, task.entity
    if not match or row.fault is not None:
        return None
    if match == ID:
        return row.id or None
    if match in row.values:
        value: str | int | None = row.values[match]
        return value
    value = row.brought.get(match)
    return None if value is None or entity.brings is None else entity.brings.key(match, value)


def _matches(task: Task, rows: Sequence[Ready]) -> dict[int, list[tuple[RowMapping, bool]]]:
    """For each row the records that it may mean, and whether they may be changed: one query."""
    keys = {row.number: key for row in rows if (key := _match_key(task, row)) is not None}
    if not keys:
        return {}
    table, match, entity = table_of(task.entity), task.plan.match, task.entity
    wanted = set(keys.values())
    of_key: Mapping[str, Sequence[str]] | None = None
    if match in {ID, *(each.name for each in task.shape.fields)}:
        condition = table.c[match].in_(wanted)
    else:
        assert entity.brings is not None  # noqa: S101 - the plan was checked
        of_key = entity.brings.find(task.conn, match, [str(key) for key in wanted])
        condition = table.c.id.in_({each for ids in of_key.values() for each in ids})
    reach = within_reach(entity, task.acting.reader, Action.UPDATE).label("may_change")
    query = select(table, reach).where(
        condition, live(entity), within_reach(entity, task.acting.reader, Action.READ)
    )
    by_key: dict[Any, list[tuple[RowMapping, bool]]] = {}
    for row in task.conn.execute(query).mappings():
        by_key.setdefault(row["id"] if of_key is not None else row[match], []).append(
            (row, bool(row["may_change"]))
        )
    if of_key is None:
        return {number: by_key.get(key, []) for number, key in keys.items()}
    return {
        number: [
            each for row_id in dict.fromkeys(of_key.get(str(key), ())) for each in by_key.get(row_id, [])
        ]
        for number, key in keys.items()
    }


def _decided(task: Task, row: Ready, matches: Sequence[tuple[RowMapping, bool]]) -> Outcome:
    mode = task.plan.mode
    if len(matches) > 1:
        return _faulty(row, "import.match_many", task.plan.match, {"count": len(matches)})
    if not matches:
        if mode == UPDATE:
            return _skipped(row, "import.match_none", task.plan.match)
        return _new(task, row)
    found, may_change = matches[0]
    if mode == CREATE:
        return _skipped(row, "import.exists", task.plan.match, found["id"])
    if not may_change:
        return _faulty(row, "record.not_yours", "", {"entity": task.entity.name})
    return _changed(task, row, found)


def _new(task: Task, row: Ready) -> Outcome:
    acting, shape, entity = task.acting, task.shape, task.entity
    values = {each.name: each.default for each in shape.fields if not each.read_only}
    if entity.scoped and acting.reader.user_id:
        values |= {"owner_id": acting.reader.user_id, "team_id": next(iter(acting.reader.teams), None)}
    values |= {name: value for name, value in row.values.items() if value is not None}
    if any(each.number for each in entity.fields):
        values |= numbers.given(task.conn, entity, acting.now)
    _refuse(of_another_kind(entity, shape, values, None))
    must_be_complete(shape, values)
    change = _change(task, Action.CREATE, new_id(), None, values, row)
    columns = columns_of(shape, change.after)
    stamps = {"created_at": acting.now, "updated_at": acting.now, "row_version": 1}
    return Planned(ready=row, change=change, columns=columns | stamps)


def _changed(task: Task, row: Ready, found: RowMapping) -> Outcome:
    shape = task.shape
    before = {each.name: _value(found, each) for each in shape.fields}
    given = row.values if task.plan.clear else {n: v for n, v in row.values.items() if v is not None}
    values = {name: value for name, value in given.items() if before.get(name) != value}
    _refuse(of_another_kind(task.entity, shape, values, before))
    own = with_own_columns({n: v for n, v in found.items() if n != "may_change"}, before)
    after = own | values
    must_be_complete(shape, after)
    if not values:
        change = Change(
            action=Action.UPDATE,
            id=found["id"],
            before=own,
            after=after,
            given=frozenset(),
            acting=task.acting,
        )
        return Planned(ready=row, change=change)
    change = _change(task, Action.UPDATE, found["id"], own, after, row)
    columns = columns_of(shape, change.after)
    stamps = {"updated_at": task.acting.now, "row_version": found["row_version"] + 1}
    return Planned(ready=row, change=change, columns=columns | stamps)


def _change(  # noqa: PLR0917 - the parts of a change
    task: Task,
    action: Action,
    row_id: str,
    before: Mapping[str, Any] | None,
    after: dict[str, Any],
    row: Ready,
) -> Change:
    """With what the entity's own rules say and set."""
    given = frozenset(row.values)
    change = Change(action=action, id=row_id, before=before, after=after, given=given, acting=task.acting)
    if task.entity.follows is not None:
        of, column = task.entity.follows
        must_reach(task.conn, task.acting.reader, known.entity(of), after[column], Action.UPDATE)
    if task.entity.prepare is not None:
        task.entity.prepare(task.conn, change)
    return change


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise RefusedFields(faults)


def _value(row: RowMapping, of: Field) -> Any:
    return (row["custom"] or {}).get(of.name) if of.custom else row[of.name]


def _unique_groups(entity: Entity) -> list[tuple[str, ...]]:
    return [(each.name,) for each in entity.fields if each.unique] + list(entity.uniques)


def _refuse_taken(task: Task, outcomes: dict[int, Outcome]) -> None:
    """What no two records may share: one query for each such key."""
    table = table_of(task.entity)
    for names in _unique_groups(task.entity):
        wanted: dict[tuple[Any, ...], list[int]] = {}
        for number, each in outcomes.items():
            if isinstance(each, Planned) and each.columns:
                key = tuple(each.change.after.get(name) for name in names)
                if None not in key:
                    wanted.setdefault(key, []).append(number)
        if not wanted:
            continue
        columns = [table.c[name] for name in names]
        query = select(table.c.id, *columns).where(tuple_(*columns).in_(list(wanted)), live(task.entity))
        for found in task.conn.execute(query):
            row_id, *values = found
            for number in wanted.get(tuple(values), ()):
                planned = outcomes[number]
                if isinstance(planned, Planned) and planned.change.id != row_id:
                    outcomes[number] = _faulty(planned.ready, "field.taken", names[0], {"field": names[0]})


def _write(task: Task, planned: Sequence[Planned]) -> None:
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


def _told(task: Task, each: Planned) -> Told:
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


def _skipped(row: Ready, code: str, name: str, record_id: str | None = None) -> Told:
    return Told(
        row=row.number,
        outcome=told.SKIPPED,
        code=code,
        field=name,
        record_id=record_id,
        given=tuple(row.cells),
    )


def _faulty(row: Ready, code: str, name: str, params: Mapping[str, Any]) -> Told:
    return Told(
        row=row.number,
        outcome=told.FAILED,
        code=code,
        field=name or None,
        params=params,
        given=tuple(row.cells),
    )


def _failed(row: Ready, error: IntegrityError | Refused) -> Told:
    if isinstance(error, RefusedFields) and error.faults:
        fault = error.faults[0]
        return _faulty(row, fault.code, fault.pointer.removeprefix("/"), fault.params)
    if isinstance(error, Refused):
        return _faulty(row, error.code, error.pointer.removeprefix("/"), error.params)
    return _faulty(row, "record.conflict", "", {})
