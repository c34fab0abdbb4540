"""A chunk of rows into the database, in one unit of the writer: matched, checked, made or changed, and told, in few statements."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from config.errors import Refused
from crm_core.transfer.deciding import decisions
from crm_core.transfer.matching import match_key
from crm_core.transfer.prepare import Ready
from crm_core.transfer.storing import told_of, write
from crm_core.transfer.task import Planned, Task, failed, unique_groups
from crm_core.transfer.told import Told


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
        match = match_key(task, row)
        keys: set[tuple[Any, Any]] = set() if match is None else {("", match)}
        keys |= _brought_keys(task, row)
        for names in unique_groups(task.entity):
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


def _brought_keys(task: Task, row: Ready) -> set[tuple[Any, Any]]:
    brings = task.entity.brings
    if brings is None or not row.brought:
        return set()
    given = [(name, row.brought[name]) for name in brings.sole if row.brought.get(name) is not None]
    return {(name, brings.key(name, value)) for name, value in given}


def _part(task: Task, rows: Sequence[Ready]) -> list[Told]:
    planned = decisions(task, rows)
    writes = [each for each in planned if isinstance(each, Planned)]
    try:
        with task.conn.begin_nested():
            write(task, writes)
    except (IntegrityError, Refused) as error:
        if (
            half := len(rows) // 2
        ):  # one of them is to blame: it is found in halves, and the others stay together
            return [*_part(task, rows[:half]), *_part(task, rows[half:])]
        return [failed(rows[0], error)]
    return [each if isinstance(each, Told) else told_of(task, each) for each in planned]
