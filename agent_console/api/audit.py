"""The audit log, for administrators: read, exported, verified; the last two are themselves told to the chain."""

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from agent_console.acting import AtAdministration
from agent_console.api.bodies import Body
from agent_console.audit_documents import AuditPage, AuditVerdict, event
from crm_core import audit
from crm_core.access.reader import Reader
from crm_core.audit import reading
from crm_core.audit.reading import Told, Wanted
from crm_core.records import codes, known
from crm_core.records.shape import shape_of
from crm_core.store import Connection

MOST_EXPORTED = 50_000
"""Events of one file: what a spreadsheet opens at once."""
_COLUMNS = ("seq", "at", "actor", "via", "action", "entity", "object_id", "detail")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

router = APIRouter(tags=["audit"])


class Asked(Body):
    """Which events; moments in seconds since 1970-01-01 UTC, `until` not included."""

    user: str = Field(default="", max_length=100)
    action: str = Field(default="", max_length=60)
    entity: str = Field(default="", max_length=60)
    object: str = Field(default="", max_length=100)
    since: float | None = Field(default=None, ge=0, lt=2**35)
    until: float | None = Field(default=None, ge=0, lt=2**35)

    def wanted(self) -> Wanted:
        return Wanted(
            actor_id=self.user,
            action=self.action,
            entity=self.entity,
            object_id=self.object,
            since=self.since,
            until=self.until,
        )


class Listed(Asked):
    """A page of them."""

    limit: int = Field(default=50, ge=1, le=reading.LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=30)


@router.get("/audit")
async def read_audit(at: AtAdministration, asked: Annotated[Listed, Query()]) -> AuditPage:
    """The newest first."""

    def look(connection: Connection, reader: Reader) -> AuditPage:
        page = reading.events(connection, asked.wanted(), limit=asked.limit, cursor=asked.cursor)
        return AuditPage(
            items=[event(each) for each in page.items],
            named=_names(connection, reader, page.items),
            next_cursor=page.next_cursor,
        )

    return await at.read(look)


@router.post("/audit/verify")
async def verify_audit(at: AtAdministration) -> AuditVerdict:
    """Walk the whole chain: what was changed, taken out or put in afterwards shows."""
    verdict = await at.read(lambda c, _: audit.verify(c))
    await at.tell("verified", "audit", detail={"events": verdict.events, "broken_at": verdict.broken_at})
    return AuditVerdict(events=verdict.events, broken_at=verdict.broken_at)


@router.get("/audit/export", response_class=Response)
async def export_audit(at: AtAdministration, asked: Annotated[Asked, Query()]) -> Response:
    """The same as a table that spreadsheets open (CSV in UTF-8), at most 50,000 events."""
    found = await at.read(lambda c, _: list(reading.every(c, asked.wanted(), most=MOST_EXPORTED)))
    detail = {"rows": len(found), "filter": asked.model_dump(exclude_defaults=True)}
    await at.tell("exported", "audit", detail=detail)
    return Response(
        await asyncio.to_thread(_table, found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _names(connection: Connection, reader: Reader, found: Sequence[Told]) -> dict[str, dict[str, str]]:
    """What the values before and after refer to."""
    named: dict[str, dict[str, str]] = {}
    for name in {each.entity for each in found}:
        entity = known.named(name)
        if entity is None:
            continue
        values = [row for each in found if each.entity == name for row in reading.sides(each)]
        fields = shape_of(connection, entity).readable(reader)
        for of, names in codes.names(connection, reader, fields, values).items():
            named.setdefault(of, {}).update(names)
    return named


def _table(found: list[Told]) -> str:
    text = io.StringIO(
        "\N{ZERO WIDTH NO-BREAK SPACE}"
    )  # without the mark, Excel takes UTF-8 for the machine's own code page
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for each in found:
        detail = "" if each.detail is None else json.dumps(each.detail, ensure_ascii=False)
        row = (
            each.seq,
            each.at,
            each.actor,
            each.via,
            each.action,
            each.entity,
            each.object_id or "",
            detail,
        )
        writer.writerow([_harmless(value) for value in row])
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """A text that a spreadsheet would calculate is kept from it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
