"""Files of articles that may go along with a letter: of what is published, those of the case's own articles first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.entities.article import current
from crm_core.records import filters, known
from crm_core.tables import article_file, article_use
from crm_core.tables.base import metadata

MOST = 12
_F, _U = article_file.c, article_use.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendable:
    """A file, and the article that it is of. `of_case`: the article is kept on the case that is written about."""

    id: str
    name: str
    content_type: str
    size: int
    article_id: str
    number: str
    title: str
    of_case: bool


def listed(conn: Connection, reader: Reader, words: str, case_id: str | None) -> list[Sendable]:
    """At most `MOST`. `words`: all of them stand in the file's name, or in the article's title or number."""
    article: Any = metadata.tables["article"].c
    kept = and_(_U.article_id == _F.article_id, _U.case_id == case_id)
    of_case = select(_U.id).where(kept).exists() if case_id else None
    fits = [
        or_(
            *(
                func.lower(column).like(f"%{filters.escaped(word)}%", escape="\\")
                for column in (_F.name, article.title, article.number)
            )
        )
        for word in words.replace(chr(0), "").lower().split()[:8]
    ]
    first = [case((of_case, 0), else_=1)] if of_case is not None else []
    query = (
        select(
            *(_F[name] for name in ("id", "name", "content_type", "size", "article_id")),
            article.number,
            article.title,
            *([of_case.label("of_case")] if of_case is not None else []),
        )
        .join(metadata.tables["article"], article.id == _F.article_id)
        .where(current(public=False), readable(known.entity("article"), reader), *fits)
        .order_by(*first, _F.at.desc(), _F.id)
        .limit(MOST)
    )
    return [Sendable(**{"of_case": False, **row._asdict()}) for row in conn.execute(query)]
