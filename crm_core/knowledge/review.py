"""What editors and reviewers have before them: texts that wait, articles whose review is due, and those that have expired."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, exists, func, insert, or_, select

from config.ids import new_id
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.access.scopes import within_reach
from crm_core.entities.article import ARTICLE
from crm_core.knowledge.usefulness import Usefulness, usefulness
from crm_core.paging import columns
from crm_core.tables import article_text, article_use, article_vote, user_account
from crm_core.tables.base import metadata

MOST = 100
_T = article_text.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`why`: submitted, review_due, expired or unhelpful. `language` is empty where the whole article is meant."""

    why: str
    article_id: str
    number: str
    title: str
    language: str
    since: float
    by: str | None
    usefulness: Usefulness


def waiting(conn: Connection, reader: Reader, now: float) -> list[Waiting]:
    """All that they may see of it, the oldest first."""
    found = [*_submitted(conn, reader), *_due(conn, reader, now), *_unhelpful(conn, reader)]
    told = usefulness(conn, [each["article_id"] for each in found])
    made = [Waiting(usefulness=told.get(each["article_id"], Usefulness()), **each) for each in found]
    return sorted(made, key=lambda one: (one.since, one.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An article whose review came due, and whose matter that is."""

    id: str
    number: str
    title: str
    owner_id: str | None
    reviewer_id: str | None
    review_at: float


def newly_due(conn: Connection, now: float, limit: int = 50) -> list[Due]:
    """Published articles whose review came due and of which nobody was told."""
    row: Any = metadata.tables["article"].c
    use = article_use.c
    told = exists().where(use.article_id == row.id, use.kind == "review_due", use.at >= row.review_at)
    query = select(*(row[name] for name in Due.__dataclass_fields__)).where(
        row.deleted_at.is_(None), row.state == "published", row.review_at <= now, ~told
    )
    found = conn.execute(query.order_by(row.review_at, row.id).limit(limit))
    return [Due(**columns(each)) for each in found]


def told(conn: Connection, due: Due, now: float) -> None:
    """Remember that they were told: once for each date of review."""
    conn.execute(
        insert(article_use).values(
            id=new_id(), article_id=due.id, kind="review_due", user_id=due.reviewer_id or due.owner_id, at=now
        )
    )


def _submitted(conn: Connection, reader: Reader) -> list[Mapping[str, Any]]:
    row: Any = metadata.tables["article"].c
    query = (
        select(row.id, row.number, row.title, _T.language, _T.changed_at, user_account.c.name)
        .join(article_text, _T.article_id == row.id)
        .outerjoin(user_account, user_account.c.id == _T.submitted_by)
        .where(
            _T.state == "in_review", row.deleted_at.is_(None), within_reach(ARTICLE, reader, Action.UPDATE)
        )
        .order_by(_T.changed_at)
        .limit(MOST)
    )
    return [
        _found("submitted", each, each.language, each.changed_at, each.name) for each in conn.execute(query)
    ]


def _due(conn: Connection, reader: Reader, now: float) -> list[Mapping[str, Any]]:
    row: Any = metadata.tables["article"].c
    query = select(row.id, row.number, row.title, row.review_at, row.expires_at).where(
        row.deleted_at.is_(None),
        row.state == "published",
        or_(row.review_at <= now, row.expires_at <= now),
        within_reach(ARTICLE, reader, Action.UPDATE),
    )
    found = []
    for each in conn.execute(query.order_by(row.review_at, row.id).limit(MOST)):
        expired = each.expires_at is not None and each.expires_at <= now
        why, since = ("expired", each.expires_at) if expired else ("review_due", each.review_at)
        found.append(_found(why, each, "", since, None))
    return found


def _unhelpful(conn: Connection, reader: Reader) -> list[Mapping[str, Any]]:
    """Published articles of which more people say that they do not help than that they do, five at least."""
    row: Any = metadata.tables["article"].c
    query = select(row.id, row.number, row.title, row.updated_at).where(
        row.deleted_at.is_(None),
        row.state == "published",
        row.id.in_(_disliked()),
        within_reach(ARTICLE, reader, Action.UPDATE),
    )
    return [_found("unhelpful", each, "", each.updated_at, None) for each in conn.execute(query.limit(MOST))]


def _disliked() -> Any:
    vote = article_vote.c
    no = func.sum(case((vote.helpful, 0), else_=1))
    return select(vote.article_id).group_by(vote.article_id).having(no >= 5, no > func.count() - no)


def _found(why: str, row: Any, language: str, since: float, by: str | None) -> Mapping[str, Any]:
    return {
        "why": why, "article_id": row.id, "number": row.number, "title": row.title, "language": language,
        "since": since, "by": by,
    }  # fmt: skip
