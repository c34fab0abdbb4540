"""What routes about articles share: who may see and change one, and the article as an answer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from agent_console import knowledge_documents as documents
from agent_console import records
from agent_console.acting import Desk
from agent_console.knowledge_documents import (
    ArticleAnswer,
)
from config.errors import Kind, Refused
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.knowledge import files, publishing_right, texts, usefulness
from crm_core.knowledge.usefulness import Usefulness
from crm_core.records import codes, known, lists
from crm_core.records.shape import shape_of
from crm_core.store import Connection

Id = Annotated[str, Field(min_length=1, max_length=100)]
Language = Literal["en", "zh-TW", "zh-CN"]


def must_be_on(at: Desk) -> None:
    """A module that is switched off has no API."""
    if "knowledge" in at.within.settings.modules.off:
        raise Refused("module.off", Kind.MISSING, module="knowledge")


def must_edit(connection: Connection, reader: Reader, article: str) -> None:
    """Versions and drafts are for whoever may change the article."""
    entity = known.entity("article")
    lists.row_of(connection, entity, article)
    lists.may(connection, reader, entity, article, Action.UPDATE)


def must_read(connection: Connection, reader: Reader, article: str) -> None:
    lists.read(connection, reader, known.entity("article"), article)


async def changed(at: Desk, article: str) -> ArticleAnswer:
    at.within.bus.publish("article", article)
    return await answer(at, article)


async def answer(at: Desk, article: str) -> ArticleAnswer:
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
        publishable=editable and publishing_right.may_publish(connection, reader, article),
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
