"""Who may publish: what others read is theirs alone to change."""

from typing import Any

from sqlalchemy import Connection, select

from config.errors import Kind, Refused
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.tables.base import metadata


def may_publish(conn: Connection, reader: Reader, article_id: str) -> bool:
    """The reviewer that is named, else whoever may change all articles; the house's administrators always."""
    if reader.scope("article", Action.UPDATE) is not Scope.ALL:
        return False
    article: Any = metadata.tables["article"].c
    reviewer = conn.execute(select(article.reviewer_id).where(article.id == article_id)).scalar()
    may_configure = reader.scope("code_value", Action.UPDATE) is Scope.ALL
    return reviewer in (None, reader.user_id) or may_configure


def must_publish(conn: Connection, reader: Reader, article_id: str) -> None:
    """`Refused` unless they may."""
    if not may_publish(conn, reader, article_id):
        raise Refused("article.not_reviewer", Kind.FORBIDDEN)


def must_not_be_shown(conn: Connection, reader: Reader, article_id: str) -> None:
    """What is published as it stands changes at once for its readers: that is publishing."""
    article: Any = metadata.tables["article"].c
    state = conn.execute(select(article.state).where(article.id == article_id)).scalar()
    if state == "published":
        must_publish(conn, reader, article_id)
