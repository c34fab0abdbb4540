"""From draft to published, language by language: editors write, reviewers publish, and nobody's page changes before that.

    draft -> in_review -> published -> retired
An edit of what is published is a draft again, while others go on reading what was published.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action
from crm_core.knowledge import texts
from crm_core.knowledge.publishing_right import must_publish
from crm_core.knowledge.texts import Text, Words
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting
from crm_core.search import index
from crm_core.tables import article_text
from crm_core.tables.base import metadata

STEPS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"in_review", "published", "retired"}),
    "in_review": frozenset({"draft", "published", "retired"}),
    "published": frozenset({"retired", "draft"}),
    "retired": frozenset({"draft"}),
}
"""What may become of a text. Straight from draft to published is for whoever may publish anyway."""
MOST_BODY = 100_000
_T = article_text.c


def create(conn: Connection, acting: Acting, given: Mapping[str, Any], words: Words) -> str:
    """An article with its first draft; its id. `given`: the fields of the entity."""
    made = rows.create(conn, acting, known.entity("article"), {**given, "title": words.title})
    if words.summary or words.body:
        language = str(made.values["language"])
        texts.write(conn, made.id, language, _checked(words), 1, author=_author(acting), now=acting.now)
        index.refresh(conn, "article", made.id)
    return made.id


def write(  # noqa: PLR0917 - what, where, by whom
    conn: Connection, acting: Acting, article_id: str, language: str, words: Words, base: int
) -> int:
    """A further version of a language; its number."""
    may_edit(conn, acting, article_id)
    if language not in texts.LANGUAGES:
        raise Refused("article.language", Kind.INVALID, pointer="/language", given=language[:20])
    number = texts.write(
        conn, article_id, language, _checked(words), base, author=_author(acting), now=acting.now
    )
    _tell(conn, acting, article_id, "written", {"language": language, "version": number})
    return number


def restore(  # noqa: PLR0917 - what, where, by whom
    conn: Connection, acting: Acting, article_id: str, language: str, number: int, base: int
) -> int:
    """An old version as a new draft: nothing is overwritten."""
    old = texts.version(conn, article_id, language, number)
    words = Words(title=old.title, summary=old.summary, body=old.body, note=f"= {number}")
    return write(conn, acting, article_id, language, words, base)


def move(  # noqa: PLR0917 - what, where, by whom
    conn: Connection, acting: Acting, article_id: str, language: str, to: str, note: str = ""
) -> Text:
    """Lead a text to another state. Publishing and retiring are the reviewer's; `Refused` names what does not fit."""
    may_edit(conn, acting, article_id)
    row = texts.state_of(conn, article_id, language)
    if row is None:
        raise Refused("article.no_text", Kind.MISSING, language=language[:20])
    if to not in STEPS.get(row.state, frozenset()):
        raise Refused("article.step", state=row.state, to=to[:20])
    if to in ("published", "retired") or (row.state == "in_review" and to == "draft"):
        must_publish(conn, acting.reader, article_id)
    if to == "published":
        _complete(texts.version(conn, article_id, language, row.version))
    conn.execute(
        update(article_text)
        .where(_T.article_id == article_id, _T.language == language)
        .values(state=to, changed_at=acting.now, **_of_step(row, to, acting))
    )
    _tell(
        conn, acting, article_id, f"text_{to}", {"language": language, "version": row.version, "note": note}
    )
    return next(text for text in texts.of_article(conn, article_id) if text.language == language)


def _of_step(row: Any, to: str, acting: Acting) -> dict[str, Any]:
    match to:
        case "published":
            return {"published": row.version, "published_at": acting.now}
        case "retired":
            return {"published": None, "published_at": None}
        case "in_review":
            return {"submitted_by": _author(acting)}
        case _:
            return {}


def may_edit(conn: Connection, acting: Acting, article_id: str) -> None:
    """`Refused` unless they may change this article."""
    entity = known.entity("article")
    lists.row_of(conn, entity, article_id)
    lists.may(conn, acting.reader, entity, article_id, Action.UPDATE)


def _checked(words: Words) -> Words:
    title = " ".join(words.title.split())
    if not title:
        raise Refused("field.required", Kind.INVALID, pointer="/title")
    for name, value, most in (
        ("title", title, 200),
        ("summary", words.summary, 2_000),
        ("body", words.body, MOST_BODY),
    ):
        if len(value) > most:
            raise Refused("field.too_long", Kind.INVALID, pointer=f"/{name}", most=most)
    return replace(words, title=title, summary=words.summary.strip(), note=words.note.strip()[:500])


def _complete(version: texts.Version) -> None:
    if not version.body.strip():
        raise Refused("article.empty", pointer="/body")


def _author(acting: Acting) -> str | None:
    return acting.reader.user_id or None


def _tell(conn: Connection, acting: Acting, article_id: str, action: str, detail: Mapping[str, Any]) -> None:
    """The article's row follows its texts; then search and the audit chain hear of it."""
    texts.retell(conn, article_id)
    article = metadata.tables["article"]
    conn.execute(
        update(article)
        .where(article.c.id == article_id)
        .values(updated_at=acting.now, row_version=article.c.row_version + 1)
    )
    index.refresh(conn, "article", article_id)
    audit.record(
        conn,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action=action,
            entity="article",
            object_id=article_id,
            detail=detail,
        ),
    )
