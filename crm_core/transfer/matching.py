"""Which records the rows of a chunk mean: references as ids, and the records that a key finds again, in one query each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, select

from crm_core.access.model import Action
from crm_core.access.scopes import live, within_reach
from crm_core.records.declared import Field
from crm_core.records.tables import table_of
from crm_core.records.values import Wrong
from crm_core.transfer import references
from crm_core.transfer.plan import ID
from crm_core.transfer.prepare import Ready
from crm_core.transfer.references import Known
from crm_core.transfer.task import Task


def resolved(task: Task, rows: Sequence[Ready]) -> Sequence[Ready]:
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


def match_key(task: Task, row: Ready) -> str | int | None:
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


def matches_of(task: Task, rows: Sequence[Ready]) -> dict[int, list[tuple[RowMapping, bool]]]:
    """For each row the records that it may mean, and whether they may be changed: one query."""
    keys = {row.number: key for row in rows if (key := match_key(task, row)) is not None}
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
