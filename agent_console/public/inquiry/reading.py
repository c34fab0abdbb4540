"""What a form's page, or a program, sends: words by field, and files; multipart (RFC 7578) or plain."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from config.errors import Kind, Refused
from crm_core.inquiries.files import Upload
from crm_core.inquiries.model import MOST_FIELDS

MOST_FILES = 30
MOST_PART_BYTES = 200_000
_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """By name, each as often as it was sent; line breaks are LF."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def text(self, name: str, most: int) -> str:
        """The first of a name, at most so long: what is longer was not typed into our field."""
        return next(iter(self.words.get(name, ())), "").strip()[:most]


async def read(request: Request) -> Sent:
    """`Refused` (request.form) for what no browser sends."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() not in _TYPES:
        raise Refused("request.form", Kind.INVALID)
    try:
        async with request.form(
            max_files=MOST_FILES, max_fields=MOST_FIELDS * 20, max_part_size=MOST_PART_BYTES
        ) as form:
            return await _sent(form)
    except HTTPException as wrong:
        if wrong.status_code == 413:
            raise Refused("request.too_large", Kind.INVALID) from wrong
        raise Refused("request.form", Kind.INVALID) from wrong


async def _sent(form: FormData) -> Sent:
    words: dict[str, tuple[str, ...]] = {}
    files: dict[str, tuple[Upload, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if value.filename or content:
                files[name] = (*files.get(name, ()), Upload(name=value.filename or "file", content=content))
            continue
        if "\0" in value or "\0" in name:
            raise Refused("request.form", Kind.INVALID)  # nobody types it
        words[name] = (*words.get(name, ()), value.replace("\r\n", "\n").replace("\r", "\n"))
    return Sent(words=words, files=files)
