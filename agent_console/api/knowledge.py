"""Knowledge: articles with their texts, their review, and where they helped."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from agent_console import knowledge_documents as documents
from agent_console import records
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.api.letters import download
from agent_console.knowledge_documents import (
    ArticleAnswer,
    CaseArticlesAnswer,
    DifferenceAnswer,
    FileDocument,
    RenderedAnswer,
    ReviewAnswer,
    VersionsAnswer,
)
from config.errors import Kind, Refused
from crm_core import rights
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.knowledge import collect, files, markdown, publishing, review, texts, usefulness
from crm_core.knowledge.difference import difference
from crm_core.knowledge.texts import Words
from crm_core.knowledge.usefulness import Usefulness
from crm_core.records import codes, known, lists
from crm_core.records.change import Acting
from crm_core.records.shape import shape_of
from crm_core.store import Connection

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
Language = Literal["en", "zh-TW", "zh-CN"]
Id = Annotated[str, Field(min_length=1, max_length=100)]


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


class Vote(Body):
    """Whether it helped."""

    helpful: bool
    language: Language = "en"


class Use(Body):
    """Where an article helped: on a case, or in work that has none."""

    kind: Literal["linked", "inserted", "replied"]
    case_id: Id | None = None
    interaction_id: Id | None = None


@router.post("/articles", status_code=201)
async def create_article(given: NewArticle, at: AtDesk) -> ArticleAnswer:
    """A new article with its first draft."""
    must_be_on(at)
    words = Words(title=given.title, summary=given.summary, body=given.body)
    fields = given.model_dump(exclude={"title", "summary", "body"}, exclude_none=True)
    made = await at.write(lambda c, acting: publishing.create(c, acting, fields, words))
    return await _answer(at, made)


@router.get("/articles/{article}")
async def read_article(article: str, at: AtDesk) -> ArticleAnswer:
    """The article with the newest version of every language, its files and how useful it is."""
    must_be_on(at)
    return await _answer(at, article)


@router.put("/articles/{article}/texts/{language}")
async def write_text(article: str, language: Language, given: NewText, at: AtDesk) -> ArticleAnswer:
    """A further version of a language; 412 `article.stale` when somebody was quicker."""
    must_be_on(at)
    words = Words(title=given.title, summary=given.summary, body=given.body, note=given.note)
    await at.write(lambda c, acting: publishing.write(c, acting, article, language, words, given.base))
    return await _changed(at, article)


@router.post("/articles/{article}/texts/{language}/state")
async def move_text(article: str, language: Language, given: Step, at: AtDesk) -> ArticleAnswer:
    """Submit, publish, give back or retire one language; the others stay as they are."""
    must_be_on(at)
    await at.write(lambda c, acting: publishing.move(c, acting, article, language, given.to, given.note))
    return await _changed(at, article)


@router.post("/articles/{article}/texts/{language}/restore")
async def restore_text(article: str, language: Language, given: Restored, at: AtDesk) -> ArticleAnswer:
    """An old version becomes the newest draft."""
    must_be_on(at)
    await at.write(
        lambda c, acting: publishing.restore(c, acting, article, language, given.version, given.base)
    )
    return await _changed(at, article)


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


@router.post("/articles/{article}/votes", status_code=204)
async def vote(article: str, given: Vote, at: AtDesk) -> None:
    """Say whether it helped; a second vote replaces the first."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        _must_read(connection, acting.reader, article)
        usefulness.vote(
            connection,
            article,
            f"user:{at.user.id}",
            helpful=given.helpful,
            language=given.language,
            now=acting.now,
        )

    await at.write(work)


@router.post("/articles/{article}/uses", status_code=204)
async def use(article: str, given: Use, at: AtDesk) -> None:
    """Keep an article on a case, or that it was put into a reply."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        _must_be_proposed(connection, acting.reader, article)
        case_id = given.case_id
        if given.interaction_id is not None:
            _must_work_on(connection, acting.reader, interaction=given.interaction_id)
            case_id = case_id or usefulness.case_of(connection, given.interaction_id)
        if given.case_id is not None:
            _must_work_on(connection, acting.reader, case=given.case_id)
        usefulness.use(
            connection,
            article,
            given.kind,
            case_id=case_id,
            interaction_id=given.interaction_id,
            user_id=at.user.id,
            now=acting.now,
        )

    await at.write(work)
    if given.interaction_id is not None:
        at.within.bus.publish("interaction", given.interaction_id)


@router.get("/cases/{case}/articles")
async def list_case_articles(case: str, at: AtDesk) -> CaseArticlesAnswer:
    """The articles that are kept on a case, and why."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> list[usefulness.CaseArticle]:
        _must_work_on(connection, reader, case=case)
        return usefulness.of_case(connection, case)

    return CaseArticlesAnswer(items=[documents.case_article(each) for each in await at.read(look)])


@router.delete("/cases/{case}/articles/{article}", status_code=204)
async def unlink_article(case: str, article: str, at: AtDesk) -> None:
    """It does not fit after all."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        _must_work_on(connection, acting.reader, case=case)
        usefulness.unlink(connection, article, case)

    await at.write(work)


@router.post("/cases/{case}/draft", status_code=201)
async def draft_from_case(case: str, at: AtDesk) -> ArticleAnswer:
    """Make a draft of a case's question and solution, with people masked; the one that was made before, if there is one."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> str:
        _must_work_on(connection, acting.reader, case=case)
        lists.must(acting.reader, known.entity("article"), Action.CREATE)
        return collect.draft_of(connection, acting, case)

    return await _answer(at, await at.write(work))


@router.put("/articles/{article}/files/{name}", status_code=201)
async def add_file(article: str, name: str, request: Request, at: AtDesk) -> FileDocument:
    """Attach a file, at most 900,000 bytes; its bytes are the request's body."""
    must_be_on(at)
    content, kind = await request.body(), request.headers.get("content-type", "")
    made = await at.write(lambda c, acting: files.add(c, acting, article, name, kind, content=content))
    return documents.file(made)


@router.get("/files/{file}", response_class=Response)
async def read_file(file: str, at: AtDesk) -> Response:
    """A file as a download."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> tuple[files.File, bytes]:
        found, content = files.content(connection, file, public=False)
        _must_read(connection, reader, found.article_id)
        return found, content

    found, content = await at.read(look)
    return download(content, found.name, found.content_type)


@router.delete("/articles/{article}/files/{file}", status_code=204)
async def remove_file(article: str, file: str, at: AtDesk) -> None:
    must_be_on(at)
    await at.write(lambda c, acting: files.remove(c, acting, article, file))


def must_be_on(at: Desk) -> None:
    """A module that is switched off has no API."""
    if "knowledge" in at.within.settings.modules.off:
        raise Refused("module.off", Kind.MISSING, module="knowledge")


def must_edit(connection: Connection, reader: Reader, article: str) -> None:
    """Versions and drafts are for whoever may change the article."""
    entity = known.entity("article")
    lists.row_of(connection, entity, article)
    lists.may(connection, reader, entity, article, Action.UPDATE)


def _must_read(connection: Connection, reader: Reader, article: str) -> None:
    lists.read(connection, reader, known.entity("article"), article)


def _must_be_proposed(connection: Connection, reader: Reader, article: str) -> None:
    """What may be read, or was proposed as the solution of a solved case."""
    row = lists.row_of(connection, known.entity("article"), article)
    if row.source_case_id is None or row.state != "draft":
        _must_read(connection, reader, article)


def _must_work_on(
    connection: Connection, reader: Reader, *, case: str | None = None, interaction: str | None = None
) -> None:
    allowed = (case is None or rights.may_read_case(connection, reader, case)) and (
        interaction is None or rights.may_read_interaction(connection, reader, interaction)
    )
    if not allowed:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)


async def _changed(at: Desk, article: str) -> ArticleAnswer:
    at.within.bus.publish("article", article)
    return await _answer(at, article)


async def _answer(at: Desk, article: str) -> ArticleAnswer:
    return await at.read(lambda c, reader: _whole(c, reader, at, article))


def _whole(connection: Connection, reader: Reader, at: Desk, article: str) -> ArticleAnswer:
    entity = known.entity("article")
    row = lists.read(connection, reader, entity, article)
    fields = shape_of(connection, entity).readable(reader)
    names = at.within.hub.world.directory
    editable = lists.reaches(connection, reader, entity, article, Action.UPDATE)
    found = texts.of_article(connection, article)
    if not editable:
        found = _as_published(connection, article, found)
    return ArticleAnswer(
        record=records.record(row, fields),
        named=_named(connection, reader, fields, row, entity),
        texts=[documents.text(each, names) for each in found],
        files=[documents.file(each) for each in files.of_article(connection, article)],
        usefulness=documents.usefulness(
            usefulness.usefulness(connection, [article]).get(article, Usefulness())
        ),
        editable=editable,
        publishable=editable and publishing.may_publish(connection, reader, article),
    )


def _named(
    connection: Connection, reader: Reader, fields: Any, row: Any, entity: Any
) -> dict[str, dict[str, str]]:
    named = codes.names(connection, reader, fields, [row.values])
    products = row.values.get("product_ids") or ()
    of_product = shape_of(connection, known.entity("product")).entity
    wanted = [
        lists.row_of(connection, of_product, each, deleted=True)
        for each in products
        if lists.reaches(connection, reader, of_product, each, Action.READ)
    ]
    return {**named, "product": {each.id: each.name for each in wanted}} if wanted else named


def _as_published(connection: Connection, article: str, found: list[texts.Text]) -> list[texts.Text]:
    """Readers see what is published and nothing of what is being written."""
    shown = texts.published(connection, [article]).get(article, {})
    return [
        texts.Text(
            language=each.language,
            state="published",
            version=shown[each.language].version,
            published=each.published,
            published_at=each.published_at,
            submitted_by=None,
            newest=shown[each.language],
        )
        for each in found
        if each.language in shown
    ]
