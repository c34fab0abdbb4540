"""What is proposed while somebody types: articles, and solved cases like this one with their solutions.

Solved cases are proposed as the drafts that were made of them (`collect`): people are masked in those, so that everybody at work may
read the solution without the case.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from crm_core.entities.article import current
from crm_core.knowledge import texts
from crm_core.knowledge.markdown import plain
from crm_core.knowledge.texts import Version
from crm_core.knowledge.usefulness import Usefulness, usefulness
from crm_core.search.like import Alike, like
from crm_core.search.words import fold, tokens
from crm_core.tables import search_document
from crm_core.tables.base import metadata

MOST_TEXT = 4_000
"""Characters of what is typed that are looked at: the last ones."""
LEAST_SHARE = 0.08
"""Below, what is shared is chance."""
_PREVIEW = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`kind`: article, or case (the solution of a solved one). `language` is the text's, which may not be the one asked for. `text` is what
    goes into a reply: plain, and of a solved case its answer alone."""

    kind: str
    article_id: str
    number: str
    slug: str
    public: bool
    language: str
    title: str
    summary: str
    body: str
    text: str
    case_id: str | None
    score: float
    shared: tuple[str, ...]
    usefulness: Usefulness


def suggest(
    conn: Connection,
    text: str,
    *,
    language: str = "",
    product_id: str = "",
    case_id: str = "",
    limit: int = 5,
) -> list[Suggestion]:
    """The best, best first; nothing for a text that tells nothing. What was made of `case_id` itself is left out."""
    found = like(conn, "article", text[-MOST_TEXT:], _proposed(case_id))
    found = [each for each in found if each.share >= LEAST_SHARE]
    rows = _rows(conn, [each.id for each in found])
    shown = texts.published(conn, list(rows))
    drafts = texts.newest(conn, [each for each in rows if each not in shown])
    told = usefulness(conn, list(rows))
    made = [
        _suggestion(each, rows[each.id], shown.get(each.id) or drafts[each.id], told, language, product_id)
        for each in found
        if each.id in rows
    ]
    return sorted(made, key=lambda one: (-one.score, one.number))[:limit]


def _proposed(case_id: str) -> ColumnElement[bool]:
    """Published and not expired, or the solution of a solved case that nobody has rejected."""
    article: Any = metadata.tables["article"].c
    solved = and_(article.deleted_at.is_(None), article.state == "draft", article.source_case_id.is_not(None))
    other = or_(article.source_case_id.is_(None), article.source_case_id != case_id)
    return (
        select(article.id)
        .where(article.id == search_document.c.source_id, or_(current(public=False), solved), other)
        .exists()
    )


def _rows(conn: Connection, ids: Sequence[str]) -> dict[str, Any]:
    table = metadata.tables["article"]
    return {row.id: row for row in conn.execute(select(table).where(table.c.id.in_(list(ids))))}


def _suggestion(  # noqa: PLR0917 - the parts of one
    alike: Alike,
    row: Any,
    by_language: Mapping[str, Version],
    told: Mapping[str, Usefulness],
    language: str,
    product_id: str,
) -> Suggestion:
    text = by_language.get(language) or by_language.get(row.language) or next(iter(by_language.values()))
    helped = told.get(row.id, Usefulness())
    kind = "article" if row.state == "published" else "case"
    return Suggestion(
        kind=kind,
        article_id=row.id,
        number=row.number,
        slug=row.slug,
        public=row.audience == "public" and kind == "article",
        language=text.language,
        title=text.title,
        summary=text.summary or plain(text.body)[:_PREVIEW],
        body=text.body,
        text=_reply(text.body, kind),
        case_id=row.source_case_id,
        score=round(
            _score(
                alike,
                text,
                helped,
                fits=bool(product_id and product_id in row.product_ids),
                kind=kind,
                same=text.language == language,
            ),
            4,
        ),
        shared=alike.shared,
        usefulness=helped,
    )


def _reply(body: str, kind: str) -> str:
    answer = body.rpartition("\n## ")[2].partition("\n")[2] if kind == "case" and "\n## " in body else body
    lines = (" ".join(line.split()) for line in plain(answer).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _score(alike: Alike, text: Version, helped: Usefulness, *, fits: bool, kind: str, same: bool) -> float:
    """What is shared counts most; then the title's words, the product, the language, and what helped before. An article that was
    reviewed stands above a solution that was not."""
    of_title = set(tokens(fold(text.title)))
    in_title = len(of_title.intersection(alike.shared)) / (len(alike.shared) or 1)
    votes = helped.helpful + helped.not_helpful
    liked = (helped.helpful - helped.not_helpful) / (votes + 4)
    used = helped.used / (helped.used + 10)
    return (
        alike.share * (1 + 0.5 * in_title)
        + (0.15 if fits else 0.0)
        + (0.05 if same else 0.0)
        + (0.08 if kind == "article" else 0.0)
        + 0.1 * liked
        + 0.05 * used
    )
