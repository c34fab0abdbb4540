"""The API of every entity, made from its declaration: list, read, create, change, remove, put back, bulk, history."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, RootModel

from agent_console import coverage
from agent_console import records as documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.api.record_history import add_history
from agent_console.records import BulkAnswer, BulkOutcome, EntitiesAnswer, RecordAnswer, RecordPage
from agent_console.tags import IfMatch, tag_of, version_of
from config.errors import Kind, Refused, RefusedFields
from crm_core.access.reader import Reader
from crm_core.records import codes, describe, known, lists, requests, rows
from crm_core.records.change import Acting
from crm_core.records.declared import Entity
from crm_core.records.lists import Asked, Record
from crm_core.store import Connection

MOST_AT_ONCE = 500
"""Rows of one bulk change: a unit of the writer that takes longer would make calls wait."""
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]


class Listed(Body):
    """Which rows, in which order."""

    filter: str | None = Field(
        default=None, max_length=20_000, description="A condition as JSON, see docs/entities.md"
    )
    sort: str = Field(default="", max_length=300, description="Fields by comma, `-` before one that falls")
    q: str = Field(default="", max_length=200, description="Words to search for")
    limit: int = Field(default=50, ge=1, le=lists.LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=4000)
    deleted: bool = False
    count: bool = False

    def asked(self) -> Asked:
        return Asked(
            filter=_filter(self.filter),
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
            deleted=self.deleted,
            words=self.q,
        )


class Bulk(Body):
    """The rows, and what becomes of all of them: fields that change, or removal."""

    ids: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=MOST_AT_ONCE)]
    action: Literal["change", "remove", "put_back"] = "change"
    change: dict[str, Any] = Field(default_factory=dict)


general = APIRouter(tags=["records"])


@general.get("/records")
async def read_entities(at: AtDesk) -> EntitiesAnswer:
    """What records there are, with their fields, words and one's own rights."""
    found = await at.read(describe.describe)
    off = at.within.settings.modules.off
    return EntitiesAnswer(items=[documents.entity(each) for each in found if each.entity.module not in off])


def routers() -> list[APIRouter]:
    """All of it; the general one comes first."""
    return [general, *(_router(entity) for entity in known.every())]


def _router(entity: Entity) -> APIRouter:
    router = APIRouter(prefix=f"/records/{entity.collection}", tags=[entity.collection])
    given_fields: Any = documents.body_of(entity)

    @router.get("", name=f"list_{entity.collection}")
    async def list_rows(at: AtDesk, asked: Annotated[Listed, Query()]) -> RecordPage:
        _must_be_on(at, entity)
        given, now = asked.asked(), at.within.clock.now()
        page = await at.read(lambda c, reader: _page(c, reader, entity, given, counted=asked.count, now=now))
        if entity.personal:
            detail = {"filter": given.filter, "words": given.words, "rows": len(page["items"])}
            await at.tell("listed", entity.name, detail=detail)
        return page

    @router.post("", status_code=201, name=f"create_{entity.collection}")
    async def create_row(at: AtDesk, given: given_fields, key: Key = None) -> JSONResponse:
        _must_be_on(at, entity)
        return await _once(at, entity, key, "POST", given)

    @router.get("/{record}", name=f"read_{entity.collection}")
    async def read_row(at: AtDesk, record: str, response: Response, *, deleted: bool = False) -> RecordAnswer:
        _must_be_on(at, entity)
        now = at.within.clock.now()
        answer = await at.read(
            lambda c, reader: _answer(
                c, reader, entity, lists.read(c, reader, entity, record, deleted=deleted), now
            )
        )
        if entity.personal:
            await at.tell("read", entity.name, record)
        response.headers["ETag"] = _tag(answer)
        return answer

    @router.patch("/{record}", name=f"change_{entity.collection}")
    async def change_row(
        at: AtDesk, record: str, given: given_fields, response: Response, match: IfMatch = None
    ) -> RecordAnswer:
        _must_be_on(at, entity)
        version = version_of(match)

        def change(connection: Connection, acting: Acting) -> RecordAnswer:
            changed = rows.patch(connection, acting, entity, record, given.root, version=version)
            return _answer(connection, acting.reader, entity, changed, acting.now)

        answer = await at.write(change)
        _published(at, entity, record)
        response.headers["ETag"] = _tag(answer)
        return answer

    @router.delete("/{record}", status_code=204, name=f"remove_{entity.collection}")
    async def remove_row(at: AtDesk, record: str, match: IfMatch = None) -> None:
        _must_be_on(at, entity)
        version = version_of(match)
        await at.write(lambda c, acting: rows.remove(c, acting, entity, record, version=version))
        _published(at, entity, record)

    @router.post("/{record}/put-back", name=f"put_back_{entity.collection}")
    async def put_back_row(at: AtDesk, record: str) -> RecordAnswer:
        _must_be_on(at, entity)

        def put_back(connection: Connection, acting: Acting) -> RecordAnswer:
            row = rows.put_back(connection, acting, entity, record)
            return _answer(connection, acting.reader, entity, row, acting.now)

        answer = await at.write(put_back)
        _published(at, entity, record)
        return answer

    add_history(router, entity)

    @router.post("/bulk", name=f"bulk_{entity.collection}")
    async def change_many(at: AtDesk, given: Bulk) -> BulkAnswer:
        _must_be_on(at, entity)
        outcomes = [await _one_of_many(at, entity, row_id, given) for row_id in dict.fromkeys(given.ids)]
        done = sum(each["outcome"] == "done" for each in outcomes)
        return BulkAnswer(items=outcomes, done=done, refused=len(outcomes) - done)

    return router


def _must_be_on(at: Desk, entity: Entity) -> None:
    """A module that is switched off has no API."""
    if entity.module in at.within.settings.modules.off:
        raise Refused("module.off", Kind.MISSING, module=entity.module)


def _filter(given: str | None) -> Any:
    if given is None:
        return None
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise Refused("filter.form", Kind.INVALID, pointer="/query/filter") from error


def _page(
    connection: Connection, reader: Reader, entity: Entity, asked: Asked, *, counted: bool, now: float
) -> RecordPage:
    found = lists.listing(connection, reader, entity, asked, now=now, count=counted)
    rows_shown = found.page.items
    return RecordPage(
        items=[documents.record(row, found.fields) for row in rows_shown],
        named=codes.names(connection, reader, found.fields, [row.values for row in rows_shown]),
        next_cursor=found.page.next_cursor,
        count=found.count,
    )


def _answer(connection: Connection, reader: Reader, entity: Entity, row: Record, now: float) -> RecordAnswer:
    named = codes.names(connection, reader, row.fields, [row.values])
    return RecordAnswer(
        record=documents.record(row, row.fields),
        named=named,
        warnings=coverage.warnings_of(connection, entity.name, row.id, now),
    )


async def _once(
    at: Desk, entity: Entity, key: str | None, method: str, given: RootModel[dict[str, Any]]
) -> JSONResponse:
    asked = requests.fingerprint(method, entity.name, given.root)

    def create(connection: Connection, acting: Acting) -> requests.Answer:
        def work() -> requests.Answer:
            made = rows.create(connection, acting, entity, given.root)
            return requests.Answer(
                status=201, body=dict(_answer(connection, acting.reader, entity, made, acting.now))
            )

        return requests.once(connection, user_id=at.user.id, key=key, asked=asked, now=acting.now, work=work)

    answer = await at.write(create)
    _published(at, entity, answer.body["record"]["id"])
    headers = {
        "ETag": _tag(answer.body),
        "Location": f"/api/v1/records/{entity.collection}/{answer.body['record']['id']}",
    }
    return JSONResponse(answer.body, answer.status, headers)


async def _one_of_many(at: Desk, entity: Entity, row_id: str, given: Bulk) -> BulkOutcome:
    """Each row is a unit of its own: one that is refused leaves the others alone, and calls never wait for all of them."""

    def work(connection: Connection, acting: Acting) -> None:
        match given.action:
            case "change":
                rows.patch(connection, acting, entity, row_id, given.change)
            case "remove":
                rows.remove(connection, acting, entity, row_id)
            case "put_back":
                rows.put_back(connection, acting, entity, row_id)

    try:
        await at.write(work)
    except Refused as refusal:
        faults = refusal.faults if isinstance(refusal, RefusedFields) else ()
        errors = [
            {"pointer": each.pointer, "code": each.code, "params": dict(each.params)} for each in faults
        ]
        return BulkOutcome(id=row_id, outcome="refused", code=refusal.code, errors=errors)
    _published(at, entity, row_id)
    return BulkOutcome(id=row_id, outcome="done", code=None, errors=[])


_WORKED_BY = frozenset({"blocked_caller", "dial_plan", "dial_plan_use", "entry", "queue"})


def _published(at: Desk, entity: Entity, row_id: str) -> None:
    """Whoever shows the record looks again, and whoever works by it works by what it says now."""
    at.within.bus.publish(entity.name, row_id)
    if entity.name in _WORKED_BY:
        at.within.bus.publish("config", row_id)


def _tag(answer: Any) -> str:
    return tag_of(answer["record"]["row_version"])
