"""Imports as JSON, their files on the disk, and the part of the server that works on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from typing_extensions import TypedDict

from agent_console.records import Labels, labels
from config.clock import Clock
from config.ids import new_id
from config.settings import Settings
from crm_core.store import Store
from crm_core.transfer.batches import Batch
from crm_core.transfer.indexing import ImportIndexing
from crm_core.transfer.plan import Target
from crm_core.transfer.questions import Seen
from crm_core.transfer.report import ReportRow
from crm_core.transfer.running import Importer
from crm_core.transfer.turns import Turns
from routing.bus import Bus

TOPIC = "import"
"""On the bus: the id of a batch that there is something to do for, or that moved."""
_WRITE_BYTES = 1024 * 1024


class LayoutDocument(TypedDict):
    """How the file is read; `encoding` and `delimiter` are empty for a workbook."""

    format: str
    encoding: str
    delimiter: str
    header: bool


class ImportDocument(TypedDict):
    """An import. `rows`: with an outcome so far, of `rows_total`; `searchable`: whether search knows all that was imported."""

    id: str
    entity: str
    state: str
    file_name: str
    layout: LayoutDocument
    columns: list[str]
    mode: str
    match: str
    clear: bool
    dry_run: bool
    rows_total: int
    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    taken_back: int
    kept: int
    searchable: bool
    error: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None


class TargetDocument(TypedDict):
    """What a column may go into. `key`: rows may be found again by it."""

    name: str
    kind: str
    label: Labels
    required: bool
    key: bool


class PreviewAnswer(TypedDict):
    """What is in the file, and which column seems to mean which field."""

    item: ImportDocument
    headings: list[str]
    preview: list[list[str]]
    guessed: list[str]
    targets: list[TargetDocument]


class ImportsAnswer(TypedDict):
    items: list[ImportDocument]
    next_cursor: str | None


class ReportRowDocument(TypedDict):
    """What became of a row. `undo`: taken_back, changed_since, in_use or not_yours, after an undo."""

    row: int
    outcome: str
    record_id: str | None
    code: str | None
    field: str | None
    params: dict[str, Any]
    given: list[str]
    undo: str | None


class ReportAnswer(TypedDict):
    items: list[ReportRowDocument]
    next_cursor: str | None


def batch(row: Batch) -> ImportDocument:
    """An import as the API tells it."""
    plan: Mapping[str, Any] = row.plan
    layout = row.read_layout()
    return ImportDocument(
        id=row.id,
        entity=row.entity,
        state=row.state,
        file_name=row.file_name,
        layout=LayoutDocument(
            format=layout.format, encoding=layout.encoding, delimiter=layout.delimiter, header=layout.header
        ),
        columns=plan.get("columns", []),
        mode=plan.get("mode", "both"),
        match=plan.get("match", ""),
        clear=plan.get("clear", False),
        dry_run=row.dry_run,
        rows_total=row.rows_total,
        rows=row.rows,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        skipped=row.skipped,
        failed=row.failed,
        taken_back=row.taken_back,
        kept=row.kept,
        searchable=row.indexed_row >= row.rows_done,
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def report_row(row: ReportRow) -> ReportRowDocument:
    return ReportRowDocument(
        row=row.row,
        outcome=row.outcome,
        record_id=row.record_id,
        code=row.code,
        field=row.field,
        params=dict(row.params),
        given=list(row.given),
        undo=row.undo,
    )


def preview(row: Batch, seen: Seen, guessed: Sequence[str], targets: Sequence[Target]) -> PreviewAnswer:
    return PreviewAnswer(
        item=batch(row),
        headings=seen.headings,
        preview=seen.preview,
        guessed=list(guessed),
        targets=[
            TargetDocument(
                name=each.field.name,
                kind=each.field.kind.value,
                label=labels(each.field.label),
                required=each.field.required and each.field.default is None,
                key=each.key,
            )
            for each in targets
        ],
    )


async def received(folder: Path, parts: AsyncIterator[bytes]) -> Path:
    """A body as a file in the folder, written as it comes."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{new_id()}.part"
    try:
        with path.open("xb") as file:
            await _written(file, parts)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


async def _written(file: BinaryIO, parts: AsyncIterator[bytes]) -> None:
    waiting: list[bytes] = []
    size = 0
    async for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _WRITE_BYTES:
            await asyncio.to_thread(file.write, b"".join(waiting))
            waiting, size = [], 0
    await asyncio.to_thread(file.write, b"".join(waiting))


class Imports:
    """Works on imports and their undoing in the background, and has search follow."""

    def __init__(self, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        turns = Turns(store)
        self._bus, self._folder = bus, settings.imports_dir()
        self._importer = Importer(
            store, self._folder, clock, zone=settings.centre.time_zone, changed=self._tell, turns=turns
        )
        self._indexing = ImportIndexing(store, settings.database_url(), self._tell, turns)

    async def run(self) -> None:
        """Until cancelled."""
        for unfinished in self._folder.glob("*.part"):
            unfinished.unlink()  # an upload that a dead server was taking
        unsubscribe = self._bus.subscribe(TOPIC, self._wake)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._importer.run(), name="imports")
                tasks.create_task(self._indexing.run(), name="import indexing")
        finally:
            unsubscribe()

    def _tell(self, batch_id: str) -> None:
        self._bus.publish(TOPIC, batch_id)

    def _wake(self, _: str) -> None:
        self._importer.wake()
        self._indexing.wake()
