"""What was done to a record: who, when, which fields, before and after, as far as its reader may see them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.audit_documents import HistoryPage, past
from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.audit import reading
from crm_core.audit.reading import Wanted
from crm_core.records import codes, lists
from crm_core.records.declared import Entity
from crm_core.records.shape import shape_of
from crm_core.store import Connection


class Asked(Body):
    """Which part of it. `reads`: with those who only looked; supervisors and administrators may ask."""

    limit: int = Field(default=30, ge=1, le=reading.LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=30)
    reads: bool = False


def add_history(router: APIRouter, entity: Entity) -> None:
    """The route for one entity's records."""

    @router.get("/{record}/history", name=f"history_of_{entity.collection}")
    async def history(at: AtDesk, record: str, asked: Annotated[Asked, Query()]) -> HistoryPage:
        if entity.module in at.within.settings.modules.off:
            raise Refused("module.off", Kind.MISSING, module=entity.module)
        if asked.reads and at.user.role == "agent":
            raise Refused("access.role", Kind.FORBIDDEN, role=at.user.role)
        return await at.read(lambda c, reader: _page(c, reader, entity, record, asked))


def _page(connection: Connection, reader: Reader, entity: Entity, record: str, asked: Asked) -> HistoryPage:
    lists.read(connection, reader, entity, record, deleted=True)  # who may read it may read its past
    wanted = Wanted(entity=entity.name, object_id=record, unread=not asked.reads)
    page = reading.events(connection, wanted, limit=asked.limit, cursor=asked.cursor)
    fields = shape_of(connection, entity).readable(reader)
    names = [field.name for field in fields]
    told = [reading.within(each, names) for each in page.items]
    return HistoryPage(
        items=[past(each) for each in told],
        named=codes.names(connection, reader, fields, [row for each in told for row in reading.sides(each)]),
        next_cursor=page.next_cursor,
    )
