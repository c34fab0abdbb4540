"""Where articles helped: votes, uses, the articles of a case and the draft that is made of one."""

from typing import Literal

from fastapi import APIRouter

from agent_console import knowledge_documents as documents
from agent_console.acting import AtDesk
from agent_console.api.article_answers import Id, Language, answer, must_be_on, must_read
from agent_console.api.bodies import Body
from agent_console.knowledge_documents import (
    ArticleAnswer,
    CaseArticlesAnswer,
)
from config.errors import Kind, Refused
from crm_core import rights
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.knowledge import collect, usefulness
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


class Vote(Body):
    """Whether it helped."""

    helpful: bool
    language: Language = "en"


class Use(Body):
    """Where an article helped: on a case, or in work that has none."""

    kind: Literal["linked", "inserted", "replied"]
    case_id: Id | None = None
    interaction_id: Id | None = None


@router.post("/articles/{article}/votes", status_code=204)
async def vote(article: str, given: Vote, at: AtDesk) -> None:
    """Say whether it helped; a second vote replaces the first."""
    must_be_on(at)

    def work(connection: Connection, acting: Acting) -> None:
        must_read(connection, acting.reader, article)
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

    return await answer(at, await at.write(work))


def _must_be_proposed(connection: Connection, reader: Reader, article: str) -> None:
    """What may be read, or was proposed as the solution of a solved case."""
    row = lists.row_of(connection, known.entity("article"), article)
    if row.source_case_id is None or row.state != "draft":
        must_read(connection, reader, article)


def _must_work_on(
    connection: Connection, reader: Reader, *, case: str | None = None, interaction: str | None = None
) -> None:
    allowed = (case is None or rights.may_read_case(connection, reader, case)) and (
        interaction is None or rights.may_read_interaction(connection, reader, interaction)
    )
    if not allowed:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
