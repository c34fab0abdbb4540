"""Versions of what is changed over HTTP (RFC 9110, 8.8.3 and 13.1.1)."""

from typing import Annotated

from fastapi import Header

from config.errors import Kind, Refused

IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=50)]


def version_of(match: str | None) -> int | None:
    """`"7"` or `*`; None: whatever is there."""
    if match is None or match == "*":
        return None
    text = match.removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused("request.if_match", Kind.INVALID, pointer="/header/if-match")
    return int(text)


def tag_of(version: int) -> str:
    return f'"{version}"'
