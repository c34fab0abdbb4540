"""Lists as files: CSV that Excel opens in Chinese, and XLSX; of exactly the rows and fields that whoever asks may take out of the house."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import Entity
from crm_core.records.lists import Asked
from crm_core.store import Connection
from crm_core.transfer import export
from crm_core.transfer.export import Part, Sheet, Wanted
from crm_core.transfer.writing import XlsxFile, csv_heading, csv_lines

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_READ_BYTES = 256 * 1024


class Exported(Body):
    """The list's own filter, order and words; `columns` by comma, all without it; `values`: labels for people, codes for programs."""

    format: Literal["csv", "xlsx"] = "csv"
    filter: str | None = Field(
        default=None, max_length=20_000, description="A condition as JSON, see docs/entities.md"
    )
    sort: str = Field(default="", max_length=300)
    q: str = Field(default="", max_length=200)
    columns: str = Field(default="", max_length=4000)
    values: Literal["labels", "codes"] = "labels"
    language: Literal["en", "zh-TW", "zh-CN"] | None = None


def routers() -> list[APIRouter]:
    """One for each entity; they come before those of single records, whose paths would take theirs."""
    return [_router(entity) for entity in known.every()]


def _router(entity: Entity) -> APIRouter:
    router = APIRouter(prefix=f"/records/{entity.collection}", tags=[entity.collection])

    @router.get("/export", name=f"export_{entity.collection}", response_class=StreamingResponse)
    async def export_rows(at: AtDesk, asked: Annotated[Exported, Query()]) -> StreamingResponse:
        if entity.module in at.within.settings.modules.off:
            raise Refused("module.off", Kind.MISSING, module=entity.module)
        wanted = Wanted(
            asked=Asked(filter=_filter(asked.filter), sort=asked.sort, words=asked.q),
            columns=tuple(name for name in asked.columns.split(",") if name),
            as_codes=asked.values == "codes",
            language=asked.language or at.user.language,
            zone=at.within.settings.centre.time_zone,
        )
        sheet = await at.read(lambda conn, reader: export.opened(conn, reader, entity, wanted))
        name = f"{entity.collection}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{asked.format}"
        return StreamingResponse(
            _csv(at, sheet) if asked.format == "csv" else _xlsx(at, sheet),
            media_type=_TYPES[asked.format],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return router


async def _csv(at: Desk, sheet: Sheet) -> AsyncIterator[bytes]:
    taken = _Taken(at, sheet, "csv")
    try:
        yield csv_heading(sheet.heading())
        async for part in _parts(at, sheet):
            yield await asyncio.to_thread(csv_lines, part.rows)
            taken.rows += len(part.rows)
        taken.whole = True
    finally:
        await taken.tell()


async def _xlsx(at: Desk, sheet: Sheet) -> AsyncIterator[bytes]:
    """A workbook cannot be sent before it is complete: it is written to the disk, then sent, then removed."""
    taken = _Taken(at, sheet, "xlsx")
    with tempfile.TemporaryDirectory(prefix="trunkline-") as folder:
        path = Path(folder) / "export.xlsx"
        try:
            file = await asyncio.to_thread(XlsxFile, path, sheet.heading())
            async for part in _parts(at, sheet):
                if not await asyncio.to_thread(file.append, part.rows):
                    break
            await asyncio.to_thread(file.close)
            with path.open("rb") as ready:
                taken.rows = file.rows
                while chunk := await asyncio.to_thread(ready.read, _READ_BYTES):
                    yield chunk
            taken.whole = True
        finally:
            await taken.tell()


async def _parts(at: Desk, sheet: Sheet) -> AsyncIterator[Part]:
    cursor: str | None = None
    while True:
        now = at.within.clock.now()
        part = await at.read(partial(_part, sheet=sheet, cursor=cursor, now=now))
        yield part
        cursor = part.cursor
        if cursor is None:
            return


def _part(conn: Connection, reader: Reader, *, sheet: Sheet, cursor: str | None, now: float) -> Part:
    return export.part(conn, reader, sheet, cursor, now)


class _Taken:
    """How much left the house: told to the audit chain at the end, also when the browser went away in the middle."""

    def __init__(self, at: Desk, sheet: Sheet, kind: str) -> None:
        self._at, self._sheet, self._kind = at, sheet, kind
        self.rows = 0
        self.whole = False

    async def tell(self) -> None:
        rows, whole = self.rows, self.whole
        telling = self._at.write(
            lambda conn, acting: export.tell(
                conn, acting, self._sheet, rows=rows, kind=self._kind, whole=whole
            )
        )
        task = asyncio.ensure_future(telling)
        with suppress(asyncio.CancelledError):  # the request is over; what was taken is told all the same
            await asyncio.shield(task)


def _filter(given: str | None) -> Any:
    if given is None:
        return None
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise Refused("filter.form", Kind.INVALID, pointer="/query/filter") from error
