"""Memos at the right moment: those for what is on an agent's screen, and the general ones; who has read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from config.errors import Kind, Refused
from crm_core.tables import inserting, interaction, memo_read, party, queue, user_account
from crm_core.tables.base import metadata

MOST = 50
_R = memo_read.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """A memo as an agent sees it; `read_at` is when they confirmed it, `meant`: for what is on their screen."""

    id: str
    title: str
    body: str
    urgent: bool
    queue_id: str | None
    product_id: str | None
    language: str | None
    shown_from: float
    shown_until: float | None
    read_at: float | None
    meant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who read a memo, and when; None: not yet."""

    user_id: str
    name: str
    at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is on the screen."""

    queue_id: str | None = None
    product_id: str | None = None
    language: str | None = None


def about(conn: Connection, interaction_id: str, product_id: str | None = None) -> About:
    """What an interaction is about: its queue, its case's product, its customer's language or else the queue's."""
    row = interaction.c
    query = (
        select(row.queue_id, row.case_id, party.c.language, queue.c.language.label("of_queue"))
        .outerjoin(party, party.c.id == row.party_id)
        .outerjoin(queue, queue.c.id == row.queue_id)
        .where(row.id == interaction_id)
    )
    found = conn.execute(query).one_or_none()
    if found is None:
        return About(product_id=product_id)
    of_case = _product_of(conn, found.case_id) if found.case_id else None
    return About(
        queue_id=found.queue_id, product_id=product_id or of_case, language=found.language or found.of_queue
    )


def current(conn: Connection, user_id: str, on_screen: About, now: float) -> list[Memo]:
    """What is to be shown now: general memos, and those that are meant for what is on the screen; urgent and unread first."""
    memo: Any = metadata.tables["memo"].c
    fits = [
        or_(memo.queue_id.is_(None), memo.queue_id == on_screen.queue_id),
        or_(memo.product_id.is_(None), memo.product_id == on_screen.product_id),
        or_(memo.language.is_(None), memo.language == on_screen.language),
    ]
    query = (
        select(memo.id.table, _R.at.label("read_at"))
        .outerjoin(memo_read, and_(_R.memo_id == memo.id, _R.user_id == user_id))
        .where(
            memo.deleted_at.is_(None),
            memo.shown_from <= now,
            or_(memo.shown_until.is_(None), memo.shown_until > now),
            *fits,
        )
        .order_by(memo.urgent.desc(), memo.shown_from.desc(), memo.id.desc())
        .limit(MOST)
    )
    found = [_memo(row) for row in conn.execute(query)]
    return sorted(found, key=lambda one: (one.read_at is not None, not one.urgent, not one.meant))


def read(conn: Connection, memo_id: str, user_id: str, now: float) -> None:
    """They have read it; the first time counts. `Refused` (MISSING) for a memo that there is not."""
    memo: Any = metadata.tables["memo"].c
    if conn.execute(select(memo.id).where(memo.id == memo_id, memo.deleted_at.is_(None))).first() is None:
        raise Refused("record.unknown", Kind.MISSING, entity="memo", id=memo_id[:100])
    conn.execute(
        inserting(conn, memo_read).values(memo_id=memo_id, user_id=user_id, at=now).on_conflict_do_nothing()
    )


def readings(conn: Connection, memo_id: str) -> list[Reading]:
    """All agents, those who have not read it first."""
    user = user_account.c
    query = (
        select(user.id, user.name, _R.at)
        .outerjoin(memo_read, and_(_R.user_id == user.id, _R.memo_id == memo_id))
        .where(user.active, or_(user.role == "agent", _R.at.is_not(None)))
        .order_by(_R.at.is_not(None), user.name, user.id)
    )
    return [Reading(user_id=row.id, name=row.name, at=row.at) for row in conn.execute(query)]


def read_counts(conn: Connection, memo_ids: Sequence[str]) -> dict[str, int]:
    """How many have read each."""
    query = select(_R.memo_id, func.count().label("n")).where(_R.memo_id.in_(list(memo_ids)))
    return {row.memo_id: row.n for row in conn.execute(query.group_by(_R.memo_id))}


def _memo(row: Any) -> Memo:
    return Memo(
        **{name: getattr(row, name) for name in Memo.__dataclass_fields__ if name not in ("body", "meant")},
        body=row.body or "",
        meant=any((row.queue_id, row.product_id, row.language)),
    )


def _product_of(conn: Connection, case_id: str) -> str | None:
    """Cases name their product where the centre has that field."""
    column = metadata.tables["support_case"].c.get("product_id")
    if column is None:
        return None
    found = conn.execute(select(column).where(metadata.tables["support_case"].c.id == case_id)).scalar()
    return None if found is None else str(found)
