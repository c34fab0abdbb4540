"""Attachments by themselves: found by name, text, type, sender and case; looked at without their letter."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import scope
from agent_console.access import InContext, SignedIn
from agent_console.answers import ExcerptDocument
from agent_console.api.bodies import Body
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core import letters
from crm_core.attachments import finding
from crm_core.attachments.finding import Found, Wanted
from crm_core.letter_types import AttachmentContent
from crm_core.paging import Page
from crm_core.search.shown import Excerpt
from crm_core.store import Connection
from crm_core.users import User

router = APIRouter(tags=["letters"])
MOST_PAGES = 500


class AttachmentsAsked(Body):
    """What is sought. Without words: the newest."""

    q: str = Field(default="", max_length=200)
    type: str = Field(
        default="",
        max_length=20,
        description="pdf, document, spreadsheet, slides, image, text, mail, archive, sound, video, calendar, other",
    )
    sender: str = Field(default="", max_length=100, description="Part of an address or a name")
    case: str = Field(default="", max_length=100, description="Part of a number, or an id")
    limit: int = Field(default=30, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=4000)


class FoundAttachmentDocument(TypedDict):
    """An attachment with its letter and case. `verdict`: read, none (it has no words), encrypted, too_large, broken, unknown_type."""

    id: str
    name: str
    content_type: str
    type: str
    size: int
    pages: int | None
    verdict: str | None
    title: ExcerptDocument
    snippet: ExcerptDocument
    letter_id: str
    direction: str
    subject: str
    from_name: str
    from_address: str
    at: float
    case_id: str | None
    case_number: str | None
    interaction_id: str | None


class AttachmentPage(TypedDict):
    """Some of them, best or newest first."""

    items: list[FoundAttachmentDocument]
    next_cursor: str | None


@router.get("/attachments")
async def search_attachments(
    user: SignedIn, within: InContext, asked: Annotated[AttachmentsAsked, Query()]
) -> AttachmentPage:
    """Of the letters that one may read: all words, "phrases", -without, begin*; Chinese in either script."""
    held, now = scope.held_by(within, user), within.clock.now()
    wanted = Wanted(words=asked.q, type=asked.type, sender=asked.sender, case=asked.case)

    def look(conn: Connection) -> Page[Found]:
        reader = scope.reader(conn, user, held)
        return finding.search(conn, reader, wanted, now=now, limit=asked.limit, cursor=asked.cursor)

    page = await within.store.read(look)
    return AttachmentPage(items=[_document(each) for each in page.items], next_cursor=page.next_cursor)


@router.get("/attachments/{attachment}/picture", response_class=Response)
async def read_attachment_picture(
    attachment: str,
    user: SignedIn,
    within: InContext,
    page: Annotated[int, Query(ge=0, lt=MOST_PAGES)] = 0,
) -> Response:
    """A page of a PDF or an image, as PNG, drawn by a process of its own. 404 `attachment.no_picture` where there is nothing to be seen."""
    found = await _readable(within, user, attachment)
    shown = await within.pictures.picture(found.content, page)
    if shown is None:
        raise Refused("attachment.no_picture", Kind.MISSING, id=attachment[:100])
    return Response(
        shown, media_type="image/png", headers={"Content-Security-Policy": "sandbox; default-src 'none'"}
    )


async def _readable(within: Context, user: User, name: str) -> AttachmentContent:
    found = await within.store.read(lambda conn: letters.attachment(conn, name))
    if found is None:
        raise Refused("attachment.unknown", Kind.MISSING, id=name[:100])
    letter = await within.store.read(lambda conn: letters.letter(conn, found.letter_id))
    if letter is None:
        raise Refused("attachment.unknown", Kind.MISSING, id=name[:100])
    await scope.check_letter(within, user, letter)
    if found.danger:
        raise Refused("attachment.dangerous", id=name[:100], danger=found.danger)
    return found


def _document(row: Found) -> FoundAttachmentDocument:
    return FoundAttachmentDocument(
        id=row.id,
        name=row.name,
        content_type=row.content_type,
        type=row.type,
        size=row.size,
        pages=row.pages,
        verdict=row.verdict,
        title=_excerpt(row.title),
        snippet=_excerpt(row.snippet),
        letter_id=row.letter_id,
        direction=row.direction,
        subject=row.subject,
        from_name=row.from_name,
        from_address=row.from_address,
        at=row.at,
        case_id=row.case_id,
        case_number=row.case_number,
        interaction_id=row.interaction_id,
    )


def _excerpt(row: Excerpt) -> ExcerptDocument:
    return ExcerptDocument(text=row.text, marks=list(row.marks))
