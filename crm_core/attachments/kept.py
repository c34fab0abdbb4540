"""What attachments say: written by whoever reads them, found by search."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core import letters
from crm_core.search import index
from crm_core.tables import attachment, attachment_text, inserting, letter

READ, NOTHING, ENCRYPTED, TOO_LARGE, BROKEN, UNKNOWN_TYPE = (
    "read",
    "none",
    "encrypted",
    "too_large",
    "broken",
    "unknown_type",
)
VERDICTS = (READ, NOTHING, ENCRYPTED, TOO_LARGE, BROKEN, UNKNOWN_TYPE)
_A, _T = attachment.c, attachment_text.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An attachment that nobody has read; `size` in bytes."""

    id: str
    letter_id: str
    name: str
    content_type: str
    size: int


def unread(conn: Connection, after: str, limit: int) -> list[Unread]:
    """Those behind this id, in the order of their making. Ids rise with time, so that what was seen need not be looked through again."""
    query = (
        select(*(_A[name] for name in Unread.__dataclass_fields__))
        .outerjoin(attachment_text, _T.attachment_id == _A.id)
        .where(_A.id > after, _T.attachment_id.is_(None))
        .order_by(_A.id)
        .limit(limit)
    )
    return [Unread(**row._asdict()) for row in conn.execute(query)]


def content(conn: Connection, attachment_id: str) -> bytes | None:
    """Its bytes; None when it is gone meanwhile, or closed because a scanner found something in it."""
    found = letters.attachment(conn, attachment_id)
    return None if found is None or found.danger else found.content


def keep(  # noqa: PLR0917 - of which one, what, when
    conn: Connection, of: Unread, verdict: str, text: str, pages: int | None, now: float
) -> None:
    """What was read, once; search knows it from here on."""
    if conn.execute(select(_A.id).where(_A.id == of.id)).first() is None:
        return
    values = {
        "attachment_id": of.id,
        "letter_id": of.letter_id,
        "verdict": verdict,
        "text": text,
        "pages": pages,
        "read_at": now,
    }
    conn.execute(inserting(conn, attachment_text).values(**values).on_conflict_do_nothing())
    index.refresh(conn, "attachment", of.id)


def refresh_of_letters(conn: Connection, letter_ids: Sequence[str]) -> None:
    """Their letters are of another case now, or have no words any more."""
    ids = conn.execute(select(_A.id).where(_A.letter_id.in_(list(letter_ids))).order_by(_A.id)).scalars()
    index.refresh_many(conn, "attachment", list(ids))


def forget_of_letters(conn: Connection, letter_ids: Sequence[str]) -> None:
    """Before the attachments go."""
    ids = conn.execute(select(_A.id).where(_A.letter_id.in_(list(letter_ids)))).scalars()
    index.forget_many(conn, "attachment", list(ids))


def letter_of(conn: Connection, attachment_id: str) -> str | None:
    """Whose it is."""
    query = select(letter.c.id).join(attachment, _A.letter_id == letter.c.id).where(_A.id == attachment_id)
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found
