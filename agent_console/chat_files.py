"""Files in chats, from both sides: what may come in, and how they go out again."""

import re
from urllib.parse import unquote

from fastapi import Request

from config.errors import Kind, Refused
from crm_core.chat.model import NewFile

PATHS = re.compile(r"/(?:chat/files|api/v1/interactions/[^/]+/chat/files)")
"""Where they are sent to; their bodies may be larger than others (`agent_console.headers`)."""
MAX_FILE_BYTES = 21_000_000
_LONGEST_NAME = 200
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures that browsers draw without running anything in them."""
_SIGNS = {
    "image/png": b"\x89PNG\r\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")


async def received(request: Request, name: str, most_mb: int) -> NewFile:
    """The body as a file. `Refused`: chat.file_empty, chat.file_too_large. What calls itself a picture and is none, is not shown as one."""
    content = await request.body()
    if not content:
        raise Refused("chat.file_empty", Kind.INVALID)
    if len(content) > most_mb * 1_000_000:
        raise Refused("chat.file_too_large", Kind.INVALID, most=most_mb)
    shown = "".join(each if each.isprintable() and each not in '/\\"' else "_" for each in unquote(name))
    return NewFile(
        name=shown.strip()[-_LONGEST_NAME:] or "file", content_type=_type(request, content), content=content
    )


def _type(request: Request, content: bytes) -> str:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(said) or (said in _SIGNS and not content.startswith(_SIGNS[said])):
        return "application/octet-stream"
    return said
