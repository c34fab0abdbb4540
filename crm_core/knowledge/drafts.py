"""Drafts that were made of cases: they go when the customer of the case does."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, exists, select

from crm_core.search import index
from crm_core.tables import article_file, article_text, article_use, article_version, article_vote
from crm_core.tables.base import metadata


def forget_drafts(conn: Connection, carried: Mapping[str, Collection[str]]) -> None:
    """The customer of these cases is erased: drafts that nobody has published go with them. What was published was read by a reviewer,
    and is about the matter."""
    article: Any = metadata.tables["article"].c
    shown = exists().where(article_text.c.article_id == article.id, article_text.c.published.is_not(None))
    for case_id in carried["case"]:
        found = conn.execute(select(article.id).where(article.source_case_id == case_id, ~shown)).scalars()
        for article_id in found.all():
            index.forget(conn, "article", article_id)
            for table in (article_version, article_text, article_file, article_vote, article_use):
                conn.execute(delete(table).where(table.c.article_id == article_id))
            conn.execute(delete(metadata.tables["article"]).where(article.id == article_id))
