"""Files of letters that are being written: uploaded, or taken from what is there already."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from agent_console import drafting, scope
from agent_console import writing_documents as documents
from agent_console.acting import AtDesk
from agent_console.api.article_answers import must_read
from agent_console.api.bodies import Body
from agent_console.api.letters import download
from agent_console.writing_documents import DraftFileDocument
from config.errors import Kind, Refused
from crm_core import letters
from crm_core.access.reader import Reader
from crm_core.drafts import files
from crm_core.drafts.model import DraftFile, FullFile
from crm_core.knowledge import files as article_files
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/drafts/{draft}/files", tags=["letters"])


class Taken(Body):
    """A file of a letter, or of an article."""

    attachment_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    article_file_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None


@router.put("/{name}", status_code=201)
async def add_draft_file(
    at: AtDesk, draft: str, name: str, request: Request, *, inline: bool = False
) -> DraftFileDocument:
    """Attach a file; its bytes are the request's body. `inline`: a picture that stands within the words as `cid:<id>`."""
    content, kind = await request.body(), request.headers.get("content-type", "")
    most = at.within.settings.mail.attachments_max_bytes

    def write(conn: Connection, acting: Acting) -> DraftFile:
        to = drafting.writable(conn, acting.reader, draft)
        return files.add(conn, to, name, kind, content, acting.now, most_bytes=most, inline=inline)

    return documents.file(await at.write(write))


@router.post("", status_code=201)
async def take_file(at: AtDesk, draft: str, given: Taken) -> DraftFileDocument:
    """Attach what a letter of the case or an article has."""
    most = at.within.settings.mail.attachments_max_bytes
    if given.attachment_id is not None:
        await _may_read_letter_of(at, given.attachment_id)

    def write(conn: Connection, acting: Acting) -> DraftFile:
        to = drafting.writable(conn, acting.reader, draft)
        name, kind, content = _taken(conn, acting.reader, given)
        return files.add(conn, to, name, kind, content, acting.now, most_bytes=most)

    return documents.file(await at.write(write))


@router.get("/{file}", response_class=Response)
async def read_draft_file(at: AtDesk, draft: str, file: str) -> Response:
    """The file as a download; a picture may be shown within the page."""

    def look(conn: Connection, reader: Reader) -> FullFile:
        return files.one(conn, drafting.seen(conn, reader, draft).id, file)

    found = await at.read(look)
    return download(found.content, found.name, found.content_type)


@router.delete("/{file}", status_code=204)
async def remove_draft_file(at: AtDesk, draft: str, file: str) -> None:
    def write(conn: Connection, acting: Acting) -> None:
        files.remove(conn, drafting.writable(conn, acting.reader, draft), file)

    await at.write(write)


async def _may_read_letter_of(at: AtDesk, attachment_id: str) -> None:
    found = await at.within.store.read(lambda c: letters.attachment(c, attachment_id))
    letter = await at.within.store.read(lambda c: letters.letter(c, found.letter_id)) if found else None
    if letter is None:
        raise Refused("attachment.unknown", Kind.MISSING, id=attachment_id)
    await scope.check_letter(at.within, at.user, letter)


def _taken(conn: Connection, reader: Reader, given: Taken) -> tuple[str, str, bytes]:
    if given.attachment_id is not None:
        found = letters.attachment(conn, given.attachment_id)
        if found is not None and found.danger:
            raise Refused("attachment.dangerous", id=given.attachment_id, danger=found.danger)
        if found is not None:
            return found.name, found.content_type, found.content
    if given.article_file_id is not None:
        kept, content = article_files.content(conn, given.article_file_id, public=False)
        must_read(conn, reader, kept.article_id)
        return kept.name, kept.content_type, content
    raise Refused("draft.file_unknown", Kind.INVALID, pointer="/attachment_id")
