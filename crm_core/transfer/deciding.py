"""What is to become of the rows of a chunk: made, changed, left alone or refused, with every rule of the entity; nothing is written yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, select, tuple_

from config.errors import Fault, Refused, RefusedFields
from config.ids import new_id
from crm_core.access.model import Action
from crm_core.access.scopes import live
from crm_core.records import known, numbers
from crm_core.records.change import Change
from crm_core.records.checks import must_be_complete, of_another_kind
from crm_core.records.declared import Field
from crm_core.records.lists import must_reach
from crm_core.records.rows import columns_of, with_own_columns
from crm_core.records.tables import table_of
from crm_core.transfer.matching import matches_of, resolved
from crm_core.transfer.plan import CREATE, UPDATE
from crm_core.transfer.prepare import Ready
from crm_core.transfer.task import Outcome, Planned, Task, failed, faulty, skipped, unique_groups


def decisions(task: Task, rows: Sequence[Ready]) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    rows = resolved(task, rows)
    matches = matches_of(task, rows)
    for row in rows:
        if row.fault is not None:
            outcomes[row.number] = faulty(row, *row.fault)
            continue
        try:
            outcomes[row.number] = _decided(task, row, matches.get(row.number, ()))
        except Refused as refusal:
            outcomes[row.number] = failed(row, refusal)
    _refuse_taken(task, outcomes)
    _refuse_brought(task, outcomes)
    return [outcomes[row.number] for row in rows]


def _decided(task: Task, row: Ready, matches: Sequence[tuple[RowMapping, bool]]) -> Outcome:
    mode = task.plan.mode
    if len(matches) > 1:
        return faulty(row, "import.match_many", task.plan.match, {"count": len(matches)})
    if not matches:
        if mode == UPDATE:
            return skipped(row, "import.match_none", task.plan.match)
        return _new(task, row)
    found, may_change = matches[0]
    if mode == CREATE:
        return skipped(row, "import.exists", task.plan.match, found["id"])
    if not may_change:
        return faulty(row, "record.not_yours", "", {"entity": task.entity.name})
    return _changed(task, row, found)


def _new(task: Task, row: Ready) -> Outcome:
    acting, shape, entity = task.acting, task.shape, task.entity
    values = dict(shape.defaults)
    if entity.scoped and acting.reader.user_id:
        values |= {"owner_id": acting.reader.user_id, "team_id": next(iter(acting.reader.teams), None)}
    given = {name: value for name, value in row.values.items() if value is not None}
    values |= given
    if any(each.number for each in entity.fields):
        values |= numbers.given(task.conn, entity, acting.now)
    _refuse(of_another_kind(entity, shape, given, None))
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


def _refuse_taken(task: Task, outcomes: dict[int, Outcome]) -> None:
    """What no two records may share: one query for each such key."""
    table = table_of(task.entity)
    for names in unique_groups(task.entity):
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
                    outcomes[number] = faulty(planned.ready, "field.taken", names[0], {"field": names[0]})


def _refuse_brought(task: Task, outcomes: dict[int, Outcome]) -> None:
    """The same for what rows bring along: else one such row would send its whole chunk back to be done anew."""
    brings = task.entity.brings
    for column in () if brings is None else brings.sole:
        assert brings is not None  # noqa: S101 - see above
        wanted: dict[str, list[int]] = {}
        for number, each in outcomes.items():
            if isinstance(each, Planned) and (value := each.ready.brought.get(column)) is not None:
                wanted.setdefault(brings.key(column, value), []).append(number)
        if not wanted:
            continue
        for key, ids in brings.find(task.conn, column, list(wanted)).items():
            for number in wanted.get(key, ()):
                planned = outcomes[number]
                if isinstance(planned, Planned) and any(row_id != planned.change.id for row_id in ids):
                    outcomes[number] = faulty(planned.ready, "field.taken", column, {"field": column})
