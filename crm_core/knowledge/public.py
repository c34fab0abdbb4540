"""What visitors read: published, for everybody, not expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from crm_core.access.model import Rights, Role, allowed
from crm_core.access.reader import Reader
from crm_core.entities.article import current
from crm_core.knowledge import texts
from crm_core.knowledge.texts import Version
from crm_core.search import find
from crm_core.tables.base import metadata

GUEST = Reader(
    user_id="", everything=False, rights=Rights(roles=(Role(scopes={"article": allowed(read="own")}),))
)
"""Somebody without a name: nothing is their own, and what is lent to them is public."""
MOST_LISTED = 500
MOST_FOUND = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article in a list, in the reader's language where there is that one."""

    id: str
    slug: str
    category: str | None
    language: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article to be read. `languages`: those in which it can be."""

    id: str
    slug: str
    category: str | None
    text: Version
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category's word in the three languages."""

    code: str
    labels: dict[str, str]


def listed(conn: Connection, language: str) -> list[Listed]:
    """All articles, the latest changed first."""
    row: Any = metadata.tables["article"].c
    query = select(row.id).where(current(public=True)).order_by(row.updated_at.desc(), row.id)
    return _listed(conn, list(conn.execute(query.limit(MOST_LISTED)).scalars()), language)


def found(conn: Connection, words: str, language: str, now: float) -> list[Listed]:
    """What fits these words, best first."""
    page = find.find(conn, GUEST, words, now=now, kinds=("article",), limit=MOST_FOUND)
    return _listed(conn, [hit.id for hit in page.items], language)


def page(conn: Connection, slug: str, language: str) -> Page | None:
    """The article of an address; None when there is none for everybody."""
    row: Any = metadata.tables["article"].c
    query = select(row.id, row.slug, row.category, row.language).where(row.slug == slug, current(public=True))
    known = conn.execute(query).one_or_none()
    if known is None:
        return None
    shown = texts.published(conn, [known.id]).get(known.id, {})
    if not shown:
        return None
    text = chosen(shown, language, known.language)
    languages = tuple(each for each in texts.LANGUAGES if each in shown)
    return Page(id=known.id, slug=known.slug, category=known.category, text=text, languages=languages)


def chosen(shown: dict[str, Version], language: str, main: str) -> Version:
    """In the language asked for; another Chinese for a Chinese; else the main one, else any."""
    other = {"zh-TW": "zh-CN", "zh-CN": "zh-TW"}.get(language, "")
    return shown.get(language) or shown.get(other) or shown.get(main) or next(iter(shown.values()))


def categories(conn: Connection) -> list[Category]:
    """The words of the list, retired ones too: articles may still be in them."""
    row: Any = metadata.tables["code_value"].c
    query = select(row.code, row.label_en, row.label_zh_tw, row.label_zh_cn).where(
        row.list == "article_category", row.deleted_at.is_(None)
    )
    return [
        Category(
            code=each.code,
            labels={
                "en": each.label_en,
                "zh-TW": each.label_zh_tw or each.label_en,
                "zh-CN": each.label_zh_cn or each.label_en,
            },
        )
        for each in conn.execute(query.order_by(row.position, row.code))
    ]


def _listed(conn: Connection, ids: Sequence[str], language: str) -> list[Listed]:
    table = metadata.tables["article"]
    rows = {row.id: row for row in conn.execute(select(table).where(table.c.id.in_(list(ids))))}
    shown = texts.published(conn, ids)
    made = []
    for article_id in ids:
        if article_id not in rows or article_id not in shown:
            continue
        row, text = rows[article_id], chosen(shown[article_id], language, rows[article_id].language)
        made.append(
            Listed(
                id=row.id,
                slug=row.slug,
                category=row.category,
                language=text.language,
                title=text.title,
                summary=text.summary,
            )
        )
    return made
