"""Letters in the forms that are not JSON: their HTML as a page of its own, the raw letter, attachments."""

import asyncio
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from agent_console import letter_page, scope
from agent_console.access import InContext, SignedIn
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core import letters
from crm_core.letter_types import AttachmentContent, Letter
from crm_core.store import Connection
from crm_core.users import User

router = APIRouter(tags=["letters"])
_UNKNOWN_TYPE = "application/octet-stream"


@router.get("/letters/{letter}/html", response_class=HTMLResponse)
async def read_letter_html(letter: str, user: SignedIn, within: InContext) -> Response:
    """The cleaned HTML; nothing in it runs, nothing is fetched from elsewhere."""
    found = await _readable(within, user, letter)
    if not found.html:
        raise Refused("letter.no_html", Kind.MISSING, id=letter)
    images = await within.store.read(lambda c: _inline_images(c, found))
    page = await asyncio.to_thread(letter_page.render, found.html, images)
    return HTMLResponse(page, headers={"Content-Security-Policy": letter_page.POLICY})


@router.get("/letters/{letter}/raw", response_class=Response)
async def download_letter(letter: str, user: SignedIn, within: InContext) -> Response:
    """The letter as it came or went (RFC 5322)."""
    await _readable(within, user, letter)
    raw = await within.store.read(lambda c: letters.raw(c, letter))
    if raw is None:
        raise Refused("letter.unknown", Kind.MISSING, id=letter)
    return download(raw, f"{letter}.eml", "message/rfc822")


@router.get("/attachments/{attachment}", response_class=Response)
async def download_attachment(attachment: str, user: SignedIn, within: InContext) -> Response:
    """One attachment, never shown by the browser itself."""
    found = await within.store.read(lambda c: letters.attachment(c, attachment))
    if found is None:
        raise Refused("attachment.unknown", Kind.MISSING, id=attachment)
    await _readable(within, user, found.letter_id)
    if found.danger:
        raise Refused("attachment.dangerous", id=attachment, danger=found.danger)
    return download(found.content, found.name, found.content_type)


async def _readable(within: Context, user: User, name: str) -> Letter:
    found = await within.store.read(lambda c: letters.letter(c, name))
    if found is None:
        raise Refused("letter.unknown", Kind.MISSING, id=name)
    await scope.check_letter(within, user, found)
    return found


def _inline_images(connection: Connection, letter: Letter) -> list[tuple[str, AttachmentContent]]:
    """By Content-ID, those that may be shown inside the page."""
    wanted = [
        each
        for each in letter.attachments
        if each.content_id
        and not each.danger
        and each.content_type in letter_page.SHOWN_IMAGES
        and each.size <= letter_page.LARGEST_IMAGE_BYTES
    ]
    found = [(each.content_id, letters.attachment(connection, each.id)) for each in wanted]
    return [(content_id, content) for content_id, content in found if content is not None]


def download(content: bytes, name: str, content_type: str) -> Response:
    """A file that the browser keeps and never shows."""
    plain = "".join(
        letter if letter.isalnum() or letter in "._-" else "_" for letter in name if letter.isascii()
    )
    # RFC 6266: an ASCII name for all, the real one encoded
    disposition = f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    safe_type = content_type if content_type.isascii() and content_type.isprintable() else _UNKNOWN_TYPE
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, media_type=safe_type, headers=headers)
