"""Files into records: uploaded, looked at, mapped, tried, imported in the background, told of row by row, taken back."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from agent_console import imports as documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.imports import TOPIC, ImportDocument, ImportsAnswer, PreviewAnswer, ReportAnswer
from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.records.declared import Field as RecordField
from crm_core.store import Connection
from crm_core.transfer import batches, plan
from crm_core.transfer.batches import Batch
from crm_core.transfer.guess import guess
from crm_core.transfer.plan import Plan
from crm_core.transfer.questions import Look, Seen
from crm_core.transfer.reading import look
from crm_core.transfer.report import LARGEST_PAGE, report_page
from crm_core.transfer.sheets import Layout
from crm_core.transfer.words import report_heading, report_lines
from crm_core.transfer.writing import csv_heading, csv_lines

router = APIRouter(tags=["imports"])
Outcome = Literal["created", "updated", "unchanged", "skipped", "failed", ""]
Undo = Literal["taken_back", "changed_since", "in_use", "not_yours", ""]


class LayoutAsked(Body):
    """How the file is to be read, where the guess was wrong."""

    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp950", "big5hkscs", "gb18030", "cp1252"] | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    header: bool | None = None


class Start(Body):
    """What is to be done: for each column of the file a field or nothing, and the rest of the plan."""

    columns: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=400)]
    mode: Literal["both", "create", "update"] = "both"
    match: Annotated[str, Field(max_length=100)] = ""
    clear: bool = False
    dry_run: bool = False


class ReportAsked(Body):
    """Which rows of a report."""

    outcome: Outcome = ""
    undo: Undo = ""
    limit: int = Field(default=100, ge=1, le=LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=200)


@router.get("/imports")
async def list_imports(
    at: AtDesk,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ImportsAnswer:
    """One's own imports, and those of others where one may import all; newest first."""

    def read(conn: Connection, reader: Reader) -> ImportsAnswer:
        page = batches.listed(conn, reader, limit, cursor)
        return ImportsAnswer(
            items=[documents.batch(each) for each in page.items], next_cursor=page.next_cursor
        )

    return await at.read(read)


@router.post(
    "/imports",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload_import(
    at: AtDesk,
    request: Request,
    entity: Annotated[str, Query(max_length=100)],
    name: Annotated[str, Query(min_length=1, max_length=200)],
) -> PreviewAnswer:
    """The file as the body; it is looked at and kept as a draft."""
    of = plan.entity_of(entity)
    _must_be_on(at, of.module)
    await at.read(lambda conn, reader: plan.may_import(reader, of))
    folder = at.within.settings.imports_dir()
    path = await documents.received(folder, request.stream())
    try:
        seen = await look(Look(path=path))
        draft = await at.write(
            lambda conn, acting: batches.add(
                conn, acting, entity=of.name, file_name=name, layout=seen.layout, rows=seen.rows
            )
        )
        path.rename(folder / draft.id)
    finally:
        path.unlink(missing_ok=True)
    return await _preview(at, draft, seen)


@router.get("/imports/{batch}")
async def read_import(at: AtDesk, batch: str) -> ImportDocument:
    """How far it is."""
    return documents.batch(await _batch(at, batch))


@router.get("/imports/{batch}/preview")
async def preview_import(at: AtDesk, batch: str) -> PreviewAnswer:
    """The first rows of a draft, and what its columns seem to mean."""
    draft = await _batch(at, batch)
    return await _preview(at, draft, await look(_question(at, draft, draft.read_layout())))


@router.put("/imports/{batch}/layout")
async def read_import_as(at: AtDesk, batch: str, asked: LayoutAsked) -> PreviewAnswer:
    """Read the file otherwise than was guessed."""
    draft = await _batch(at, batch)
    old = draft.read_layout()
    csv = old.format == "csv"
    layout = Layout(
        format=old.format,
        encoding=(asked.encoding or old.encoding) if csv else "",
        delimiter=(asked.delimiter or old.delimiter) if csv else "",
        header=old.header if asked.header is None else asked.header,
    )
    seen = await look(_question(at, draft, layout))
    changed = await at.write(
        lambda conn, acting: batches.read_as(conn, acting, batch, layout, rows=seen.rows)
    )
    return await _preview(at, changed, seen)


@router.post("/imports/{batch}/start", status_code=202)
async def start_import(at: AtDesk, batch: str, asked: Start) -> ImportDocument:
    """Begin in the background; with `dry_run` only the report is made."""
    draft = await _batch(at, batch)
    wanted = Plan(
        entity=draft.entity,
        columns=tuple(asked.columns),
        mode=asked.mode,
        match=asked.match,
        clear=asked.clear,
    )
    return await _moved(
        at, lambda conn, acting: batches.start(conn, acting, batch, wanted, dry_run=asked.dry_run)
    )


@router.post("/imports/{batch}/stop")
async def stop_import(at: AtDesk, batch: str) -> ImportDocument:
    """Leave off; what was done stays."""
    return await _moved(at, lambda conn, acting: batches.stop(conn, acting, batch))


@router.post("/imports/{batch}/resume", status_code=202)
async def resume_import(at: AtDesk, batch: str) -> ImportDocument:
    """Go on where it was stopped."""
    return await _moved(at, lambda conn, acting: batches.resume(conn, acting, batch))


@router.post("/imports/{batch}/undo", status_code=202)
async def undo_import(at: AtDesk, batch: str) -> ImportDocument:
    """Take back what it made and changed."""
    return await _moved(at, lambda conn, acting: batches.undo(conn, acting, batch))


@router.delete("/imports/{batch}", status_code=204)
async def discard_import(at: AtDesk, batch: str) -> None:
    """Forget a draft with its file."""
    await at.write(lambda conn, acting: batches.discard(conn, acting, batch))
    (at.within.settings.imports_dir() / batch).unlink(missing_ok=True)


@router.get("/imports/{batch}/rows")
async def read_import_rows(at: AtDesk, batch: str, asked: Annotated[ReportAsked, Query()]) -> ReportAnswer:
    """What became of its rows, in the order of the file."""

    def read(conn: Connection, reader: Reader) -> ReportAnswer:
        page = report_page(
            conn,
            batches.one(conn, reader, batch),
            outcome=asked.outcome,
            undo=asked.undo,
            limit=asked.limit,
            cursor=asked.cursor,
        )
        return ReportAnswer(
            items=[documents.report_row(each) for each in page.items], next_cursor=page.next_cursor
        )

    return await at.read(read)


@router.get("/imports/{batch}/report.csv", response_class=StreamingResponse)
async def download_import_report(
    at: AtDesk, batch: str, outcome: Outcome = "", undo: Undo = ""
) -> StreamingResponse:
    """The report as CSV with the errors in words, and the cells of rows that were not taken: mend them and import the file again."""
    told = await _batch(at, batch)
    fields = await at.read(
        lambda conn, reader: {
            each.field.name: each.field for each in plan.targets(conn, reader, plan.entity_of(told.entity))
        }
    )
    name = f"import-{told.id[:8]}{f'-{outcome}' if outcome else ''}.csv"
    return StreamingResponse(
        _report(at, told, fields, outcome, undo),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _report(
    at: Desk, told: Batch, fields: dict[str, RecordField], outcome: str, undo: str
) -> AsyncIterator[bytes]:
    language = at.user.language
    columns: list[str] = told.plan.get("columns", [])
    labels = [name or str(place) for place, name in enumerate(columns, start=1)]
    yield csv_heading(report_heading(labels, language))
    cursor: str | None = None
    while True:
        part = partial(report_page, batch=told, outcome=outcome, undo=undo, limit=LARGEST_PAGE, cursor=cursor)
        page = await at.within.store.read(part)
        yield csv_lines(report_lines(page.items, fields, language))
        cursor = page.next_cursor
        if cursor is None:
            return


async def _batch(at: Desk, batch: str) -> Batch:
    return await at.read(lambda conn, reader: batches.one(conn, reader, batch))


async def _moved(at: Desk, work: Any) -> ImportDocument:
    moved: Batch = await at.write(work)
    at.within.bus.publish(TOPIC, moved.id)
    return documents.batch(moved)


def _question(at: Desk, draft: Batch, layout: Layout) -> Look:
    path = at.within.settings.imports_dir() / draft.id
    if draft.state not in (batches.DRAFT, batches.CHECKED) or not path.exists():
        raise Refused("import.state", state=draft.state)
    return Look(path=path, layout=layout)


async def _preview(at: Desk, draft: Batch, seen: Seen) -> PreviewAnswer:
    def read(conn: Connection, reader: Reader) -> PreviewAnswer:
        targets = plan.targets(conn, reader, plan.entity_of(draft.entity))
        return documents.preview(draft, seen, guess(seen.headings, targets), targets)

    return await at.read(read)


def _must_be_on(at: Desk, module: str) -> None:
    if module in at.within.settings.modules.off:
        raise Refused("module.off", Kind.MISSING, module=module)
