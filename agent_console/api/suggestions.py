"""What is proposed while an agent types, and memos at the right moment."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import knowledge_documents as documents
from agent_console.acting import AtDesk
from agent_console.api.article_answers import Id, must_be_on
from agent_console.api.bodies import Body
from agent_console.knowledge_documents import MemosAnswer, ReadingsAnswer, SuggestAnswer
from crm_core import rights
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.knowledge import markdown, memos
from crm_core.knowledge.suggest import Suggestion, suggest
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class Typed(Body):
    """What somebody writes, and what it is about."""

    text: Annotated[str, Field(max_length=20_000)]
    case_id: Id | None = None
    interaction_id: Id | None = None
    language: Literal["", "en", "zh-TW", "zh-CN"] = ""
    product: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 5


@router.post("/suggest")
async def suggest_articles(given: Typed, at: AtDesk) -> SuggestAnswer:
    """Articles and solved cases like it with their solutions, best first; nothing for a text that tells nothing."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> tuple[list[Suggestion], frozenset[str]]:
        lists.must(reader, known.entity("article"), Action.READ)
        on_screen = memos.About(product_id=given.product or None)
        if given.interaction_id is not None:
            on_screen = memos.about(connection, given.interaction_id, given.product or None)
        found = suggest(
            connection,
            given.text,
            language=given.language or on_screen.language or "",
            product_id=on_screen.product_id or "",
            case_id=given.case_id or "",
            limit=given.limit,
        )
        theirs = {each.case_id for each in found if each.case_id}
        return found, frozenset(each for each in theirs if rights.may_read_case(connection, reader, each))

    found, readable = await at.read(look)
    origin = min(at.within.origins)
    return SuggestAnswer(items=[documents.suggestion(each, origin, readable) for each in found])


@router.get("/memos")
async def current_memos(
    at: AtDesk,
    interaction: Annotated[str, Query(max_length=100)] = "",
    product: Annotated[str, Query(max_length=100)] = "",
) -> MemosAnswer:
    """What supervisors want known now: in general, and about what is on the screen; unread and urgent ones first."""
    must_be_on(at)
    now = at.within.clock.now()

    def look(connection: Connection, _: Reader) -> list[memos.Memo]:
        about = (
            memos.about(connection, interaction, product or None)
            if interaction
            else memos.About(product_id=product or None)
        )
        return memos.current(connection, at.user.id, about, now)

    found = await at.read(look)
    html = await asyncio.to_thread(lambda: {each.id: markdown.render(each.body) for each in found})
    return MemosAnswer(items=[documents.memo(each, html) for each in found])


@router.post("/memos/{memo}/read", status_code=204)
async def read_memo(memo: str, at: AtDesk) -> None:
    """Confirm that one has read it."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        memos.read(connection, memo, at.user.id, acting.now)

    await at.write(work)


@router.get("/memos/{memo}/readings")
async def list_readings(memo: str, at: AtDesk) -> ReadingsAnswer:
    """Who has read it and who has not; for those who may change memos."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> list[memos.Reading]:
        entity = known.entity("memo")
        lists.row_of(connection, entity, memo)
        lists.may(connection, reader, entity, memo, Action.UPDATE)
        return memos.readings(connection, memo)

    found = await at.read(look)
    return ReadingsAnswer(
        items=[documents.reading(each) for each in found],
        read=sum(each.at is not None for each in found),
        of=len(found),
    )
