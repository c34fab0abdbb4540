"""Files of an article: small ones, kept in the database as letters' are."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.entities.article import current
from crm_core.knowledge.publishing import may_edit
from crm_core.knowledge.publishing_right import must_not_be_shown
from crm_core.paging import columns
from crm_core.records.change import Acting
from crm_core.tables import article_file
from crm_core.tables.base import metadata

LARGEST_BYTES = 900_000
MOST_FILES = 20
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SIGNS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+\-]*/[a-z0-9][a-z0-9.+\-]*")
_F = article_file.c


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file without its bytes."""

    id: str
    article_id: str
    name: str
    content_type: str
    size: int


def add(
    conn: Connection, acting: Acting, article_id: str, name: str, content_type: str, *, content: bytes
) -> File:
    """Keep a file with an article; with one that is published, whoever may publish. A picture's type is what its first bytes say, never what was claimed."""
    may_edit(conn, acting, article_id)
    must_not_be_shown(conn, acting.reader, article_id)
    if not content or len(content) > LARGEST_BYTES:
        raise Refused("article.file_size", Kind.INVALID, pointer="/name", most=LARGEST_BYTES)
    held = conn.execute(select(func.count()).select_from(article_file).where(_F.article_id == article_id))
    if held.scalar_one() >= MOST_FILES:
        raise Refused("article.files", most=MOST_FILES)
    shown = re.sub(r"[\x00-\x1f\x7f/\\]+", "_", name).strip()[:200] or "file"
    made = File(
        id=new_id(),
        article_id=article_id,
        name=shown,
        content_type=_type_of(content_type, content),
        size=len(content),
    )
    conn.execute(
        insert(article_file).values(
            **{field: getattr(made, field) for field in File.__dataclass_fields__},
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            at=acting.now,
        )
    )
    return made


def remove(conn: Connection, acting: Acting, article_id: str, file_id: str) -> None:
    may_edit(conn, acting, article_id)
    must_not_be_shown(conn, acting.reader, article_id)
    conn.execute(delete(article_file).where(_F.id == file_id, _F.article_id == article_id))


def of_article(conn: Connection, article_id: str) -> list[File]:
    query = select(*(_F[name] for name in File.__dataclass_fields__)).where(_F.article_id == article_id)
    return [File(**columns(row)) for row in conn.execute(query.order_by(_F.at, _F.id))]


def content(conn: Connection, file_id: str, *, public: bool) -> tuple[File, bytes]:
    """With its bytes; with `public`, only of articles that everybody may read. `Refused` (MISSING) else."""
    query = select(*(_F[name] for name in File.__dataclass_fields__), _F.content).where(_F.id == file_id)
    if public:
        article: Any = metadata.tables["article"].c
        query = query.where(
            select(article.id).where(article.id == _F.article_id, current(public=True)).exists()
        )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("article.file_unknown", Kind.MISSING, id=file_id[:100])
    values = dict(columns(row))
    return File(**{name: values[name] for name in File.__dataclass_fields__}), bytes(values["content"])


def _type_of(claimed: str, content: bytes) -> str:
    found = next((kind for sign, kind in _SIGNS.items() if content.startswith(sign)), None)
    if found is None and content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        found = "image/webp"
    plain = claimed.split(";", maxsplit=1)[0].strip().lower()
    if found is not None:
        return found
    return plain if _TYPE.fullmatch(plain) and plain not in PICTURES else "application/octet-stream"
