"""Knowledge: articles with their texts and their review."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import knowledge_documents as documents
from agent_console.acting import AtDesk
from agent_console.api.article_answers import Id, Language, answer, changed, must_be_on, must_edit
from agent_console.api.bodies import Body
from agent_console.knowledge_documents import (
    ArticleAnswer,
    DifferenceAnswer,
    RenderedAnswer,
    ReviewAnswer,
    VersionsAnswer,
)
from crm_core.access.reader import Reader
from crm_core.knowledge import markdown, publishing, review, texts
from crm_core.knowledge.difference import difference
from crm_core.knowledge.texts import Words
from crm_core.store import Connection

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class NewArticle(Body):
    """A first draft; everything else about it can be given now or changed as of any record (`/records/articles`)."""

    language: Language
    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=2_000)] = ""
    body: Annotated[str, Field(max_length=100_000)] = ""
    audience: Literal["internal", "public"] = "internal"
    category: str | None = Field(default=None, max_length=60)
    product_ids: list[Id] = Field(default_factory=list, max_length=50)
    keywords: list[str] = Field(default_factory=list, max_length=50)


class NewText(Body):
    """A further version. `base` is the version that was edited: 0 begins a language."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Annotated[str, Field(max_length=2_000)] = ""
    body: Annotated[str, Field(max_length=100_000)] = ""
    note: Annotated[str, Field(max_length=500)] = ""
    base: Annotated[int, Field(ge=0)]


class Step(Body):
    """Where a text is to go."""

    to: Literal["draft", "in_review", "published", "retired"]
    note: Annotated[str, Field(max_length=2_000)] = ""


class Restored(Body):
    """An old version that becomes a new draft."""

    version: Annotated[int, Field(ge=1)]
    base: Annotated[int, Field(ge=1)]


class Source(Body):
    """Markdown to be shown."""

    body: Annotated[str, Field(max_length=100_000)]


@router.post("/articles", status_code=201)
async def create_article(given: NewArticle, at: AtDesk) -> ArticleAnswer:
    """A new article with its first draft."""
    must_be_on(at)
    words = Words(title=given.title, summary=given.summary, body=given.body)
    fields = given.model_dump(exclude={"title", "summary", "body"}, exclude_none=True)
    made = await at.write(lambda c, acting: publishing.create(c, acting, fields, words))
    return await answer(at, made)


@router.get("/articles/{article}")
async def read_article(article: str, at: AtDesk) -> ArticleAnswer:
    """The article with the newest version of every language, its files and how useful it is."""
    must_be_on(at)
    return await answer(at, article)


@router.put("/articles/{article}/texts/{language}")
async def write_text(article: str, language: Language, given: NewText, at: AtDesk) -> ArticleAnswer:
    """A further version of a language; 412 `article.stale` when somebody was quicker."""
    must_be_on(at)
    words = Words(title=given.title, summary=given.summary, body=given.body, note=given.note)
    await at.write(lambda c, acting: publishing.write(c, acting, article, language, words, given.base))
    return await changed(at, article)


@router.post("/articles/{article}/texts/{language}/state")
async def move_text(article: str, language: Language, given: Step, at: AtDesk) -> ArticleAnswer:
    """Submit, publish, give back or retire one language; the others stay as they are."""
    must_be_on(at)
    await at.write(lambda c, acting: publishing.move(c, acting, article, language, given.to, given.note))
    return await changed(at, article)


@router.post("/articles/{article}/texts/{language}/restore")
async def restore_text(article: str, language: Language, given: Restored, at: AtDesk) -> ArticleAnswer:
    """An old version becomes the newest draft."""
    must_be_on(at)
    await at.write(
        lambda c, acting: publishing.restore(c, acting, article, language, given.version, given.base)
    )
    return await changed(at, article)


@router.get("/articles/{article}/texts/{language}/versions")
async def list_versions(article: str, language: Language, at: AtDesk) -> VersionsAnswer:
    """Every version, the newest first."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> list[texts.Version]:
        must_edit(connection, reader, article)
        return texts.versions(connection, article, language)

    found = await at.read(look)
    names = at.within.hub.world.directory
    return VersionsAnswer(items=[documents.version(each, names) for each in found])


@router.get("/articles/{article}/texts/{language}/difference")
async def compare_versions(
    article: str,
    language: Language,
    at: AtDesk,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> DifferenceAnswer:
    """What changed from one version to another, line by line."""
    must_be_on(at)

    def both(connection: Connection, reader: Reader) -> tuple[texts.Version, texts.Version]:
        must_edit(connection, reader, article)
        return (
            texts.version(connection, article, language, before),
            texts.version(connection, article, language, after),
        )

    old, new = await at.read(both)
    told = await asyncio.to_thread(
        lambda: [difference(getattr(old, part), getattr(new, part)) for part in ("title", "summary", "body")]
    )
    title, summary, body = map(documents.lines, told)
    return DifferenceAnswer(title=title, summary=summary, body=body)


@router.post("/render")
async def render(given: Source, at: AtDesk) -> RenderedAnswer:
    """Markdown as it will be shown."""
    must_be_on(at)
    return RenderedAnswer(html=await asyncio.to_thread(markdown.render, given.body))


@router.get("/review")
async def list_review(at: AtDesk) -> ReviewAnswer:
    """What waits for a reviewer, what is due, expired, or found unhelpful: of what they may change."""
    must_be_on(at)
    now = at.within.clock.now()
    found = await at.read(lambda c, reader: review.waiting(c, reader, now))
    return ReviewAnswer(items=[documents.waiting(each) for each in found])
