"""Letters on paper that somebody logs by hand, with a scan: they came, or went, by post."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from config.ids import new_id
from crm_core import case_events, cases, letters
from crm_core.letter_types import NewAttachment, NewLetter, ParsedFields
from crm_core.search import index
from crm_core.sla.clock import Happened
from crm_core.tables import attachment, letter, letter_raw

_MARKS = ("post", "by_hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """`at`: when it was written or sent, by its date; `key`: the same letter again changes nothing."""

    case_id: str
    direction: str
    subject: str
    note: str
    at: float
    scan: NewAttachment
    author_id: str
    key: str


def log(conn: Connection, given: Logged, now: float) -> str:
    """Keep it in its case's history; the letter."""
    key = f"paper:{hashlib.sha256(f'{given.author_id} {given.key}'.encode()).hexdigest()}"
    before = letters.by_spool_id(conn, key)
    if before is not None:
        return before.id
    about = cases.case(conn, given.case_id)
    party_id = about.party_id if about else None
    if given.direction == "in":
        cases.customer_wrote(conn, given.case_id, now)
        return letters.store_letter(
            conn, _came(given, key, now), case_id=given.case_id, interaction_id=None, party_id=party_id
        ).id
    return _went(conn, given, key, party_id, now)


def _came(given: Logged, key: str, now: float) -> NewLetter:
    parsed = ParsedFields(
        message_id=f"<{key[6:46]}@post>",
        subject=given.subject,
        date=given.at,
        text=given.note,
        marks=_MARKS,
        attachments=(given.scan,),
    )
    return NewLetter(
        spool_id=key,
        raw=b"",
        sha256=hashlib.sha256(given.scan.content).hexdigest(),
        envelope_from="",
        envelope_to=(),
        received_at=now,
        parsed=parsed,
    )


def _went(conn: Connection, given: Logged, key: str, party_id: str | None, now: float) -> str:
    letter_id, scan = new_id(), given.scan
    conn.execute(
        insert(letter).values(
            id=letter_id,
            direction="out",
            spool_id=key,
            case_id=given.case_id,
            party_id=party_id,
            author_id=given.author_id,
            sha256=hashlib.sha256(scan.content).hexdigest(),
            envelope_from="",
            envelope_to=(),
            received_at=now,
            message_id=f"<{key[6:46]}@post>",
            in_reply_to="",
            reference_ids=(),
            from_address="",
            from_name="",
            to=(),
            cc=(),
            subject=given.subject,
            date=given.at,
            text=given.note,
            html="",
            marks=_MARKS,
        )
    )
    conn.execute(insert(letter_raw).values(letter_id=letter_id, raw=b""))
    conn.execute(
        insert(attachment).values(
            id=new_id(),
            letter_id=letter_id,
            position=0,
            name=scan.name,
            content_type=scan.content_type,
            size=len(scan.content),
            inline=False,
            content_id="",
            content=scan.content,
        )
    )
    case_events.record(conn, given.case_id, Happened.AGENT_ANSWERED, now, agent_id=given.author_id)
    cases.replied(conn, given.case_id, now, given.author_id)
    index.refresh(conn, "letter", letter_id)
    return letter_id
