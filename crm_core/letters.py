"""Letters: every one kept as it came and went, with what was read out of it, its thread and its attachments."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, func, insert, select

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import case_events, letter_findings, letter_rows, outbox
from crm_core.letter_types import (
    Attachment,
    AttachmentContent,
    CaseLetter,
    Letter,
    NewAttachment,
    NewLetter,
    ParsedFields,
    StoredLetter,
)
from crm_core.mail_in import large
from crm_core.paging import columns
from crm_core.search import index, sources
from crm_core.sla.clock import Happened
from crm_core.tables import attachment as attachment_table
from crm_core.tables import letter as letter_table
from crm_core.tables import letter_raw, letter_sending, message_out, user_account
from crm_core.tables import outbox as outbox_table

__all__ = [
    "Attachment",
    "AttachmentContent",
    "CaseLetter",
    "Letter",
    "NewAttachment",
    "NewLetter",
    "ParsedFields",
    "StoredLetter",
    "attachment",
    "by_spool_id",
    "case_by_message_ids",
    "is_known",
    "is_stored",
    "letter",
    "participants",
    "queue_reply",
    "raw",
    "store_letter",
    "thread",
]

BY_MACHINES = frozenset({"auto_generated", "bulk", "bounce", "transcript"})
"""Marks of letters to which nobody waits for an answer: machines' ones, and what was answered as it was said (a chat)."""
NOT_MAIL = frozenset({"sms", "post"})
"""Marks of what came, or went, by another written channel: no mail answers it."""


def store_letter(
    conn: Connection,
    new: NewLetter,
    *,
    case_id: str | None,
    interaction_id: str | None,
    party_id: str | None,
    in_pieces: Collection[int] = (),
    is_new: bool = False,
) -> StoredLetter:
    """Keep a letter that came in. A second storing of the same `spool_id` changes nothing and returns the first. `in_pieces`: of which attachments
    (`large.RAW`: the letter itself) the bytes are there already, under `large.id_of`. `is_new`: this unit has asked `is_known` before."""
    stored = None if is_new else letter_rows.STORED.run(conn, {"of_spool_id": new.spool_id}).first()
    if stored is not None:
        return StoredLetter(id=stored.id, new=False)
    values = letter_rows.parsed(new.parsed) | {
        "id": large.id_of(new.spool_id) if in_pieces else new_id(),
        "direction": "in",
        "spool_id": new.spool_id,
        "interaction_id": interaction_id,
        "case_id": case_id,
        "party_id": party_id,
        "sha256": new.sha256,
        "envelope_from": new.envelope_from,
        "envelope_to": new.envelope_to,
        "received_at": new.received_at,
    }
    letter_rows.STORE.run(conn, values)
    letter_id: str = values["id"]
    letter_rows.STORE_RAW.run(
        conn, {"letter_id": letter_id, "raw": b"" if large.RAW in in_pieces else new.raw}
    )
    files = [letter_rows.file(letter_id, at, part) for at, part in enumerate(new.parsed.attachments)]
    letter_rows.STORE_FILES.run(
        conn, [each | {"content": b""} if each["position"] in in_pieces else each for each in files]
    )
    if case_id is not None and BY_MACHINES.isdisjoint(new.parsed.marks):
        case_events.record(
            conn, case_id, Happened.CUSTOMER_WROTE, new.received_at, interaction_id=interaction_id
        )
    document = sources.letter_document(letter_rows.Written(values))
    if document is not None:
        index.put_cut(conn, [document], [new.words or index.cut_words(document)])
    return StoredLetter(id=letter_id, new=True)


def is_stored(conn: Connection, spool_id: str) -> bool:
    """Whether this letter of the spool has been stored before."""
    return letter_rows.STORED.run(conn, {"of_spool_id": spool_id}).first() is not None


def is_known(conn: Connection, spool_id: str, queue_id: str, parsed: ParsedFields) -> bool:
    """The same, or whether this queue has the very letter already, brought by another way: two pollers, two addresses of one queue, a sender that
    lists the recipients otherwise the second time. A machine that numbers all its letters alike still differs in their date."""
    if not parsed.message_id:
        return is_stored(conn, spool_id)
    told = {
        "of_spool_id": spool_id,
        "of_message_id": parsed.message_id,
        "of_queue_id": queue_id,
        "of_from_address": parsed.from_address,
        "of_date": parsed.date,
        "of_subject": parsed.subject,
        "of_text": parsed.text,
    }
    return letter_rows.STORED_OR_TWIN.run(conn, told).first() is not None


def by_spool_id(conn: Connection, spool_id: str) -> Letter | None:
    """The letter that was stored under this id."""
    return next(iter(_letters(conn, letter_table.c.spool_id == spool_id)), None)


def queue_reply(
    conn: Connection,
    *,
    interaction_id: str | None,
    case_id: str | None,
    author_id: str | None,
    envelope_from: str,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    text: str,
    message_id: str,
    in_reply_to: str,
    references: Sequence[str],
    raw: bytes,
    now: float,
    from_address: str = "",
    from_name: str = "",
    letter_id: str | None = None,
    bcc: Sequence[str] = (),
    html: str = "",
    attachments: Sequence[NewAttachment] = (),
    marks: Sequence[str] = (),
    answers: bool = True,
) -> Letter:
    """Record a letter of ours and, in the same unit, that it is to be sent. A second one with the same `message_id` changes nothing and
    returns the first. Without an author a machine wrote it, which is no answer to anybody. `letter_id`: one that is named in its envelope; `answers`: the customer
    waits no longer."""
    known = conn.execute(
        select(letter_table.c.id).where(
            letter_table.c.message_id == message_id, letter_table.c.direction == "out"
        )
    ).first()
    if known is not None:
        return _existing(conn, known.id)
    letter_id = letter_id or new_id()
    conn.execute(
        insert(letter_table).values(
            id=letter_id,
            direction="out",
            interaction_id=interaction_id,
            case_id=case_id,
            author_id=author_id,
            sha256=hashlib.sha256(raw).hexdigest(),
            envelope_from=envelope_from,
            envelope_to=(*to, *cc, *bcc),
            received_at=now,
            message_id=message_id,
            in_reply_to=in_reply_to,
            reference_ids=tuple(references),
            from_address=from_address or envelope_from,
            from_name=from_name,
            to=tuple(to),
            cc=tuple(cc),
            subject=subject,
            date=now,
            text=text,
            html=html,
            marks=tuple(marks) if author_id else ("auto_generated", *marks),
        )
    )
    conn.execute(insert(letter_raw).values(letter_id=letter_id, raw=raw))
    for position, part in enumerate(attachments):
        conn.execute(insert(attachment_table).values(**letter_rows.file(letter_id, position, part)))
    outbox.put(conn, letter_id=letter_id, envelope_from=envelope_from, to=(*to, *cc, *bcc), now=now)
    if case_id is not None and author_id is not None and answers:
        case_events.record(
            conn,
            case_id,
            Happened.AGENT_ANSWERED,
            now,
            interaction_id=interaction_id,
            agent_id=author_id,
        )
    index.refresh(conn, "letter", letter_id)
    return _existing(conn, letter_id)


def sent_by_machines(conn: Connection, address: str, since: float) -> int:
    """How many letters went to this address that no person wrote, whatever they are about."""
    row = letter_table.c
    query = select(func.count()).where(
        row.direction == "out",
        row.author_id.is_(None),
        row.received_at > since,
        row.envelope_to == (address,),
    )
    number: int = conn.execute(query).scalar_one()
    return number


def case_by_message_ids(conn: Connection, ids: Sequence[str]) -> list[CaseLetter]:
    """The cases whose letters have these Message-IDs, with everybody who wrote or was written to in each case (for
    the participant check), in the order of `ids`."""
    query = select(letter_table.c.case_id, letter_table.c.message_id).where(
        letter_table.c.message_id.in_(list(ids)), letter_table.c.case_id.is_not(None)
    )
    found = {(row.case_id, row.message_id) for row in conn.execute(query)}
    taking_part = {case_id: participants(conn, case_id) for case_id, _ in found}
    return [
        CaseLetter(case_id=case_id, message_id=message_id, participants=taking_part[case_id])
        for case_id, message_id in sorted(found, key=lambda pair: (list(ids).index(pair[1]), pair[0]))
    ]


def participants(conn: Connection, case_id: str) -> frozenset[str]:
    """Everybody who wrote or was written to in a case, in lower case."""
    row = letter_table.c
    query = select(row.from_address, row.envelope_from, row.to, row.cc).where(row.case_id == case_id)
    return frozenset(
        address.lower()
        for found in conn.execute(query)
        for address in (found.from_address, found.envelope_from, *found.to, *found.cc)
        if address
    )


def thread(conn: Connection, case_id: str) -> list[Letter]:
    """A case's letters, the oldest first."""
    return _letters(conn, letter_table.c.case_id == case_id)


def of_interaction(conn: Connection, interaction_id: str) -> list[Letter]:
    """An interaction's letters, the oldest first."""
    return _letters(conn, letter_table.c.interaction_id == interaction_id)


def count_thread(conn: Connection, case_id: str) -> int:
    """How many a case has; nobody reads a hundred letters to know that there are a hundred."""
    return _count(conn, letter_table.c.case_id == case_id)


def count_of_interaction(conn: Connection, interaction_id: str) -> int:
    return _count(conn, letter_table.c.interaction_id == interaction_id)


def _count(conn: Connection, condition: Any) -> int:
    number: int = conn.execute(select(func.count()).select_from(letter_table).where(condition)).scalar_one()
    return number


def letter(conn: Connection, letter_id: str) -> Letter | None:
    return next(iter(_letters(conn, letter_table.c.id == letter_id)), None)


def attachment(conn: Connection, attachment_id: str) -> AttachmentContent | None:
    """One attachment with its bytes."""
    names = [field.name for field in fields(AttachmentContent)]
    row = attachment_table.c
    query = select(*(row[name] for name in names), row.position, row.size).where(row.id == attachment_id)
    found = conn.execute(query).one_or_none()
    if found is None:
        return None
    values = {name: getattr(found, name) for name in names}
    if found.size and not found.content:
        values["content"] = large.joined(conn, found.letter_id, found.position)
    return AttachmentContent(**values)


def raw(conn: Connection, letter_id: str) -> bytes | None:
    """The letter as it came or went (RFC 5322)."""
    found = conn.execute(select(letter_raw.c.raw).where(letter_raw.c.letter_id == letter_id)).first()
    return None if found is None else bytes(found.raw) or large.joined(conn, letter_id, large.RAW)


_COLUMNS = [field.name for field in fields(Letter) if field.name in letter_table.c]


def _letters(conn: Connection, condition: Any) -> list[Letter]:
    query = (
        select(
            *(letter_table.c[name] for name in _COLUMNS),
            user_account.c.name.label("author"),
            letter_table.c.reference_ids.label("references"),
            func.coalesce(outbox_table.c.state, message_out.c.state).label("delivery"),
            func.coalesce(outbox_table.c.error, message_out.c.error).label("delivery_error"),
            outbox_table.c.refused,
            letter_sending.c.bcc,
            letter_sending.c.receipt_wanted,
            letter_sending.c.read_at,
        )
        .outerjoin(user_account, user_account.c.id == letter_table.c.author_id)
        .outerjoin(outbox_table, outbox_table.c.letter_id == letter_table.c.id)
        .outerjoin(message_out, message_out.c.letter_id == letter_table.c.id)
        .outerjoin(letter_sending, letter_sending.c.letter_id == letter_table.c.id)
        .where(condition)
        .order_by(letter_table.c.received_at, letter_table.c.id)
    )
    rows = conn.execute(query).all()
    attached = _attachments(conn, [row.id for row in rows])
    return [_letter(columns(row), tuple(attached.get(row.id, ()))) for row in rows]


def _letter(values: dict[str, Any], attached: tuple[Attachment, ...]) -> Letter:
    found = {
        "bounce": letter_findings.bounce_of(values["bounce"]),
        "invite": letter_findings.invite_of(values["invite"]),
        "authentication": letter_findings.checks_of(values["authentication"]),
    }
    return Letter(**{**values, **found, "attachments": attached})


def _attachments(conn: Connection, letter_ids: Sequence[str]) -> dict[str, list[Attachment]]:
    gathered: dict[str, list[Attachment]] = {}
    names = [field.name for field in fields(Attachment)]
    query = (
        select(attachment_table.c.letter_id, *(attachment_table.c[name] for name in names))
        .where(attachment_table.c.letter_id.in_(letter_ids))
        .order_by(attachment_table.c.letter_id, attachment_table.c.position)
    )
    for row in conn.execute(query):
        values = columns(row)
        gathered.setdefault(row.letter_id, []).append(Attachment(**{name: values[name] for name in names}))
    return gathered


def _existing(conn: Connection, letter_id: str) -> Letter:
    found = letter(conn, letter_id)
    if found is None:
        raise Refused("letter.unknown", Kind.MISSING, id=letter_id)
    return found
