"""Search over customers, cases, letters and notes."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import scope
from agent_console.access import InContext, SignedIn
from agent_console.answers import ExcerptDocument, FoundDocument, OwnerDocument, SearchPage
from agent_console.api.bodies import Body
from crm_core.search import find, shown
from crm_core.search.shown import Excerpt, Shown
from crm_core.store import Connection

router = APIRouter(tags=["search"])


class Question(Body):
    """What is sought."""

    q: str = Field(max_length=200)
    kinds: str = Field(
        default="",
        max_length=400,
        description="party, case, letter, note, or any entity that is searched; by comma",
    )
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=4000)


@router.get("/search")
async def search(user: SignedIn, within: InContext, asked: Annotated[Question, Query()]) -> SearchPage:
    """What the reader may read of it, best first: all words, "phrases", -without, begin*; Chinese in either script.

    Texts come with the places that fit, half open and in code points, never as HTML."""
    held, now = scope.held_by(within, user), within.clock.now()

    def look(connection: Connection) -> tuple[list[Shown], str | None]:
        reader = scope.reader(connection, user, held)
        page = find.find(
            connection,
            reader,
            asked.q,
            now=now,
            kinds=tuple(filter(None, asked.kinds.split(","))) or None,
            limit=asked.limit,
            cursor=asked.cursor,
        )
        return shown.show(connection, reader, page.items, asked.q), page.next_cursor

    items, next_cursor = await within.store.read(look)
    return SearchPage(items=[_document(each) for each in items], next_cursor=next_cursor)


def _document(row: Shown) -> FoundDocument:
    hit = row.hit
    return FoundDocument(
        kind=hit.kind,
        id=hit.id,
        title=_excerpt(row.title),
        snippet=_excerpt(row.snippet),
        party=OwnerDocument(id=row.party.id, name=row.party.name) if row.party else None,
        case_id=hit.case_id,
        interaction_id=hit.interaction_id,
        at=hit.at,
        rank=hit.rank,
    )


def _excerpt(row: Excerpt) -> ExcerptDocument:
    return ExcerptDocument(text=row.text, marks=list(row.marks))
