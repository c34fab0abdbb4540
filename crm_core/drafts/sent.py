"""What is kept of a letter of ours that went: what it was written as, whether it was read; and the outbox as those who keep watch see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.errors import Kind, Refused
from crm_core.drafts.model import Content, from_json, to_json
from crm_core.paging import columns
from crm_core.tables import letter, letter_sending, outbox, support_case, user_account

MOST_SHOWN = 200
_S, _O, _L = letter_sending.c, outbox.c, letter.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter in the outbox. `state`: queued, failed, bounced; `refused`: by address what was answered."""

    letter_id: str
    case_id: str | None
    number: str | None
    author: str | None
    to: tuple[str, ...]
    subject: str
    state: str
    attempts: int
    due_at: float
    tried_at: float | None
    error: str
    refused: Mapping[str, str] | None


def record(conn: Connection, letter_id: str, draft_id: str, content: Content) -> None:
    conn.execute(
        insert(letter_sending).values(
            letter_id=letter_id,
            draft_id=draft_id,
            bcc=content.bcc,
            receipt_wanted=content.receipt,
            content=to_json(content),
        )
    )


def letter_of(conn: Connection, draft_id: str) -> str | None:
    """The letter that this draft has become."""
    return conn.execute(select(_S.letter_id).where(_S.draft_id == draft_id)).scalar_one_or_none()


def written_as(conn: Connection, letter_id: str) -> Content | None:
    """As it was before it was a letter; None for one that was not written in the composer."""
    found = conn.execute(select(_S.content).where(_S.letter_id == letter_id)).one_or_none()
    return from_json(found.content or {}) if found else None


def was_read(conn: Connection, message_id: str, reader: str, at: float) -> str | None:
    """Somebody to whom we wrote says that they have read this letter; its id, or None when it is none of ours to them. The first word counts."""
    query = select(_L.id, _L.envelope_to).where(_L.message_id == message_id, _L.direction == "out")
    found = conn.execute(query).first()
    if found is None or reader.lower() not in {each.lower() for each in found.envelope_to}:
        return None
    asked = (_S.letter_id == found.id) & _S.receipt_wanted
    conn.execute(update(letter_sending).where(asked, _S.read_at.is_(None)).values(read_at=at))
    known: str | None = conn.execute(select(_S.letter_id).where(asked)).scalar_one_or_none()
    return known


def waiting(conn: Connection, states: Sequence[str] = ("queued", "failed", "bounced")) -> list[Outgoing]:
    """What has not arrived, failures first, the latest first."""
    query = (
        select(
            _O.letter_id,
            _L.case_id,
            support_case.c.number,
            user_account.c.name.label("author"),
            _O.to,
            _L.subject,
            _O.state,
            _O.attempts,
            _O.due_at,
            _O.tried_at,
            _O.error,
            _O.refused,
        )
        .join(letter, _L.id == _O.letter_id)
        .outerjoin(support_case, support_case.c.id == _L.case_id)
        .outerjoin(user_account, user_account.c.id == _L.author_id)
        .where(_O.state.in_(list(states)))
        .order_by((_O.state == "queued"), _O.due_at.desc(), _O.id)
        .limit(MOST_SHOWN)
    )
    return [Outgoing(**_values(row)) for row in conn.execute(query)]


def retry(conn: Connection, letter_id: str, now: float) -> None:
    """Try again at once; as often as a new one. `Refused` when nothing waits or failed."""
    done = conn.execute(
        update(outbox)
        .where(_O.letter_id == letter_id, _O.state.in_(["queued", "failed"]))
        .values(state="queued", due_at=now, attempts=0)
    )
    if done.rowcount == 0:
        raise Refused("outbox.unknown", Kind.MISSING, id=letter_id[:100])


def _values(row: Any) -> dict[str, Any]:
    values = columns(row)
    return {name: values[name] for name in Outgoing.__dataclass_fields__}
