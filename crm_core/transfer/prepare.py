"""Rows of a file made ready for the database (pure, but for reading the file): everything that needs no database is done here, in a
process of its own, so that a million telephone numbers delay no call."""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crm_core.records import known
from crm_core.records.declared import Field, FieldKind
from crm_core.records.values import Wrong
from crm_core.transfer.cells import reader
from crm_core.transfer.plan import ID, Plan
from crm_core.transfer.sheets import Layout, Row, data_rows

FRAME_ROWS = 10
"""Rows handed over at once: the server joins several to what the database takes in some milliseconds, so they are few beside that."""
REFERRING = (FieldKind.REFERENCE, FieldKind.USER)
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that the process needs to know. `fields` and `words`: by name of the columns in use."""

    path: Path
    layout: Layout
    plan: Plan
    fields: Mapping[str, Field]
    words: Mapping[str, Mapping[str, str]]
    brought: frozenset[str]
    zone: str
    after: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A row. `values`: by field as it is stored, references still as the file has them; `brought`: what comes along; `fault`: code, field
    and parameters of what is wrong with it; `cells`: as given, for the report."""

    number: int
    id: str
    values: dict[str, Any]
    brought: dict[str, Any]
    fault: tuple[str, str, Params] | None
    cells: Sequence[str]


def frames(job: Job) -> Iterator[bytes]:
    """The rows in parts, pickled."""
    ready: list[Ready] = []
    make = _maker(job)
    for row in data_rows(job.path, job.layout, job.after):
        ready.append(make(row))
        if len(ready) == FRAME_ROWS:
            yield pickle.dumps(ready, pickle.HIGHEST_PROTOCOL)
            ready = []
    if ready:
        yield pickle.dumps(ready, pickle.HIGHEST_PROTOCOL)


def rows_of(job: Job) -> Iterator[Ready]:
    """The same one by one."""
    make = _maker(job)
    return (make(row) for row in data_rows(job.path, job.layout, job.after))


def _maker(job: Job) -> Callable[[Row], Ready]:
    """Each column is compiled once."""
    zone = ZoneInfo(job.zone)
    own: list[tuple[int, str, Callable[[str], Any]]] = []
    also: list[tuple[int, str, Callable[[str], Any]]] = []
    id_place = job.plan.columns.index(ID) if ID in job.plan.columns else None
    for place, name in enumerate(job.plan.columns):
        if name in job.brought:
            also.append((place, name, _brought(job, name)))
        elif name and name != ID:
            field = job.fields[name]
            read = _name if field.kind in REFERRING else reader(field, job.words.get(name, {}), zone)
            own.append((place, name, read))

    def make(row: Row) -> Ready:
        cells, values, brought = row.cells, {}, {}
        fault = None
        name = ""
        count = len(cells)
        try:
            for place, name, read in own:
                values[name] = read(cells[place]) if place < count else None
            for place, name, read in also:
                brought[name] = read(cells[place]) if place < count and cells[place].strip() else None
        except Wrong as wrong:
            fault = (wrong.code, name, wrong.params)
        row_id = cells[id_place].strip() if id_place is not None and id_place < count else ""
        if "\0" in row_id:
            row_id, fault = "", ("field.unprinted", ID, {})
        return Ready(row.number, row_id, values, brought, fault, cells)

    return make


def _name(cell: str) -> str:
    """What another record or a user is called in the file."""
    if "\0" in cell:
        raise Wrong("field.unprinted")
    return cell.strip()


def _brought(job: Job, name: str) -> Callable[[str], Any]:
    brings = known.entity(job.plan.entity).brings
    assert brings is not None  # noqa: S101 - only then there are such columns

    def read(cell: str) -> Any:
        return brings.read(name, cell)

    return read
