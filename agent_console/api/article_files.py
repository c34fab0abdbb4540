"""Files of articles."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from agent_console import knowledge_documents as documents
from agent_console.acting import AtDesk
from agent_console.api.article_answers import must_be_on, must_read
from agent_console.api.letters import download
from agent_console.knowledge_documents import (
    FileDocument,
    SendableAnswer,
)
from config.errors import Kind, Refused
from crm_core import rights
from crm_core.access.reader import Reader
from crm_core.knowledge import files, sendable
from crm_core.store import Connection

router = APIRouter(prefix="/knowledge", tags=["knowledge"])


@router.put("/articles/{article}/files/{name}", status_code=201)
async def add_file(article: str, name: str, request: Request, at: AtDesk) -> FileDocument:
    """Attach a file, at most 900,000 bytes; its bytes are the request's body."""
    must_be_on(at)
    content, kind = await request.body(), request.headers.get("content-type", "")
    made = await at.write(lambda c, acting: files.add(c, acting, article, name, kind, content=content))
    return documents.file(made)


@router.get("/files")
async def list_files(
    at: AtDesk,
    q: Annotated[str, Query(max_length=200)] = "",
    case: Annotated[str | None, Query(min_length=1, max_length=100, pattern=r"^[^\x00]+$")] = None,
) -> SendableAnswer:
    """Files of published articles, to be attached to a letter: those of the case's articles first, then the newest; all words of `q` are in the
    name, the title or the number."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> list[sendable.Sendable]:
        if case is not None and not rights.may_read_case(connection, reader, case):
            raise Refused("interaction.not_yours", Kind.FORBIDDEN)
        return sendable.listed(connection, reader, q, case)

    return SendableAnswer(items=[documents.sendable(each) for each in await at.read(look)])


@router.get("/files/{file}", response_class=Response)
async def read_file(file: str, at: AtDesk) -> Response:
    """A file as a download."""
    must_be_on(at)

    def look(connection: Connection, reader: Reader) -> tuple[files.File, bytes]:
        found, content = files.content(connection, file, public=False)
        must_read(connection, reader, found.article_id)
        return found, content

    found, content = await at.read(look)
    return download(content, found.name, found.content_type)


@router.delete("/articles/{article}/files/{file}", status_code=204)
async def remove_file(article: str, file: str, at: AtDesk) -> None:
    must_be_on(at)
    await at.write(lambda c, acting: files.remove(c, acting, article, file))
