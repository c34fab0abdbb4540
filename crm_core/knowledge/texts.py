"""The texts of an article: one for each language, every version kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from config.errors import Kind, Refused
from crm_core.knowledge.markdown import plain
from crm_core.paging import columns
from crm_core.tables import article_text, article_version
from crm_core.tables.base import metadata

LANGUAGES = ("en", "zh-TW", "zh-CN")
_T, _V = article_text.c, article_version.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is written: the body in Markdown; `note` says why it was changed."""

    title: str
    summary: str = ""
    body: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one language, as it was written."""

    language: str
    version: int
    title: str
    summary: str
    body: str
    note: str
    author_id: str | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One language: the newest version, and the one that others read, with its moment."""

    language: str
    state: str
    version: int
    published: int | None
    published_at: float | None
    submitted_by: str | None
    newest: Version


def begin(
    conn: Connection, article_id: str, language: str, words: Words, *, author: str | None, now: float
) -> None:
    """The first version of a language."""
    conn.execute(
        insert(article_text).values(
            article_id=article_id, language=language, state="draft", version=1, changed_at=now
        )
    )
    _append(conn, article_id, language, 1, words, author, now)


def write(
    conn: Connection,
    article_id: str,
    language: str,
    words: Words,
    base: int,
    *,
    author: str | None,
    now: float,
) -> int:
    """A further version, which is a draft again; what is published stays so. `Refused` (STALE) unless `base` is the newest:
    somebody wrote meanwhile. 0 as base begins the language."""
    known = state_of(conn, article_id, language)
    if (known.version if known else 0) != base:
        raise Refused("article.stale", Kind.STALE, version=known.version if known else 0)
    if known is None:
        begin(conn, article_id, language, words, author=author, now=now)
        return 1
    conn.execute(
        update(article_text)
        .where(_T.article_id == article_id, _T.language == language)
        .values(version=base + 1, state="draft", changed_at=now, submitted_by=None)
    )
    _append(conn, article_id, language, base + 1, words, author, now)
    return base + 1


def state_of(conn: Connection, article_id: str, language: str) -> Any:
    """The row of a language; None when there is none."""
    query = select(article_text).where(_T.article_id == article_id, _T.language == language)
    return conn.execute(query).one_or_none()


def of_article(conn: Connection, article_id: str) -> list[Text]:
    """All languages, in our order."""
    query = (
        select(_T.state, _T.published, _T.published_at, _T.submitted_by, *(_V[name] for name in _VERSION))
        .join(article_version, _newest())
        .where(_T.article_id == article_id)
    )
    found = [_text(row) for row in conn.execute(query)]
    return sorted(found, key=lambda text: LANGUAGES.index(text.language))


def versions(conn: Connection, article_id: str, language: str, limit: int = 200) -> list[Version]:
    """Every version of a language, the newest first."""
    query = select(*(_V[name] for name in _VERSION)).where(
        _V.article_id == article_id, _V.language == language
    )
    rows = conn.execute(query.order_by(_V.version.desc()).limit(limit))
    return [Version(**columns(row)) for row in rows]


def version(conn: Connection, article_id: str, language: str, number: int) -> Version:
    """One version; `Refused` (MISSING) when there is none."""
    query = select(*(_V[name] for name in _VERSION)).where(
        _V.article_id == article_id, _V.language == language, _V.version == number
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("article.version_unknown", Kind.MISSING, language=language, version=number)
    return Version(**columns(row))


def published(conn: Connection, article_ids: Sequence[str]) -> dict[str, dict[str, Version]]:
    """What others read, by article and language."""
    query = (
        select(_V.article_id, *(_V[name] for name in _VERSION))
        .join(article_text, and_(_same_text(), _V.version == _T.published))
        .where(_V.article_id.in_(list(article_ids)))
    )
    found: dict[str, dict[str, Version]] = {}
    for row in conn.execute(query):
        of = found.setdefault(row.article_id, {})
        of[row.language] = Version(**{name: getattr(row, name) for name in _VERSION})
    return found


def newest(conn: Connection, article_ids: Sequence[str]) -> dict[str, dict[str, Version]]:
    """What was written last, by article and language, published or not."""
    query = (
        select(_V.article_id, *(_V[name] for name in _VERSION))
        .join(article_text, and_(_same_text(), _V.version == _T.version))
        .where(_V.article_id.in_(list(article_ids)))
    )
    found: dict[str, dict[str, Version]] = {}
    for row in conn.execute(query):
        of = found.setdefault(row.article_id, {})
        of[row.language] = Version(**{name: getattr(row, name) for name in _VERSION})
    return found


def bodies(conn: Connection, article_ids: Sequence[str]) -> dict[str, str]:
    """What search finds an article by: its published texts; the newest ones while none is published."""
    known, drafts = published(conn, article_ids), newest(conn, article_ids)
    return {
        article_id: "\n".join(
            f"{text.title}\n{text.summary}\n{plain(text.body)}"
            for text in (known.get(article_id) or by_language).values()
        )
        for article_id, by_language in drafts.items()
    }


def retell(conn: Connection, article_id: str) -> str:
    """Tell the article's row what its texts say: title, languages, overall state, which is returned."""
    article = metadata.tables["article"]
    main = conn.execute(select(article.c.language).where(article.c.id == article_id)).scalar_one()
    found = of_article(conn, article_id)
    shown = published(conn, [article_id]).get(article_id, {})
    by_language = {text.language: text.newest for text in found} | shown
    pool = shown or by_language
    title = (pool.get(main) or next(iter(pool.values()))).title
    state = overall([(text.state, text.published) for text in found])
    languages = tuple(text.language for text in found)
    conn.execute(
        update(article)
        .where(article.c.id == article_id)
        .values(title=title, state=state, languages=languages)
    )
    return state


def overall(states: Sequence[tuple[str, int | None]]) -> str:
    """An article is as far as its furthest language."""
    if any(shown is not None for _, shown in states):
        return "published"
    words = [state for state, _ in states]
    return next((word for word in ("in_review", "draft") if word in words), "retired")


_VERSION = ("language", "version", "title", "summary", "body", "note", "author_id", "at")


def _same_text() -> Any:
    return and_(_V.article_id == _T.article_id, _V.language == _T.language)


def _newest() -> Any:
    return and_(_same_text(), _V.version == _T.version)


def _text(row: Any) -> Text:
    values = columns(row)
    return Text(
        newest=Version(**{name: values[name] for name in _VERSION}),
        **{
            name: values[name]
            for name in ("language", "version", "state", "published", "published_at", "submitted_by")
        },
    )


def _append(  # noqa: PLR0917 - the columns
    conn: Connection,
    article_id: str,
    language: str,
    number: int,
    words: Words,
    author: str | None,
    now: float,
) -> None:
    conn.execute(
        insert(article_version).values(
            article_id=article_id,
            language=language,
            version=number,
            title=words.title,
            summary=words.summary,
            body=words.body,
            note=words.note,
            author_id=author,
            at=now,
        )
    )
