"""A chat as a letter: kept in its case when it has ended, and sent to the visitor who asks for it or has gone."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from channels.chat.words import said_by_system, words
from channels.email.addresses import reply_address
from channels.email.sending import addressing, writing
from channels.email.sending.written import Reply, compose
from config.errors import Kind, Refused
from config.settings import Mail
from crm_core import interactions, letters
from crm_core.branding import kept as branding
from crm_core.chat import kept
from crm_core.chat.model import AGENT, SYSTEM, Chat, Line
from crm_core.letter_types import NewLetter, ParsedFields
from crm_core.store import Connection

MARK = "transcript"


def text(chat: Chat, lines: Sequence[Line], zone: str) -> str:
    """What was said, line by line, in the visitor's language and the centre's time."""
    there, known = ZoneInfo(zone), words(chat.language)
    return "\n".join(
        f"[{datetime.fromtimestamp(line.at, UTC).astimezone(there):%Y-%m-%d %H:%M}] {_told(chat, line, known)}"
        for line in lines
    )


def _told(chat: Chat, line: Line, known: Mapping[str, str]) -> str:
    if line.author == SYSTEM:
        return f"* {said_by_system(line, known)}"
    who = line.name if line.author == AGENT else chat.name or known["visitor"]
    sent = f"[{line.file.name}]" if line.file else ""
    return f"{who}: {' '.join(part for part in (line.text, sent) if part)}"


def keep(conn: Connection, chat: Chat, zone: str, hostname: str, now: float) -> str:
    """As a letter from the visitor in the chat's case, so that it is found, read and answered like any other; once."""
    row = interactions.interaction(conn, chat.id)
    case_id = row.case_id if row else None
    said = text(chat, kept.lines(conn, chat.id), zone)
    message_id = f"<chat.{hashlib.sha256(chat.id.encode()).hexdigest()[:32]}@{hostname}>"
    address = chat.address if writing.is_address(chat.address) else ""
    raw = f"Message-ID: {message_id}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{said}\r\n".encode(
        "utf-8", "replace"
    )
    parsed = ParsedFields(
        message_id=message_id,
        from_address=address.lower(),
        from_name=chat.name,
        subject=row.subject if row else "",
        date=now,
        text=said,
        marks=(MARK,),
    )
    new = NewLetter(
        spool_id=f"chat:{chat.id}",
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_from=address,
        envelope_to=(),
        received_at=now,
        parsed=parsed,
    )
    party_id = row.party_id if row else None
    return letters.store_letter(conn, new, case_id=case_id, interaction_id=chat.id, party_id=party_id).id


def send(conn: Connection, chat: Chat, settings: Mail, centre: str, zone: str, now: float) -> str:  # noqa: PLR0917 - what a letter is made of
    """To the address that the visitor gave, once; an answer to it finds the case. `Refused`: letter.no_address, letter.no_sender."""
    row = interactions.interaction(conn, chat.id)
    if row is None or not writing.is_address(chat.address):
        raise Refused("letter.no_address", Kind.CONFLICT, id=chat.id)
    sender = addressing.sender(conn, row.queue_id, about=chat.id)
    secret = settings.reply_secret.get_secret_value()
    known = words(chat.language)
    said = f"{known['transcript_intro']}\n\n{text(chat, kept.lines(conn, chat.id), zone)}\n"
    digest = hashlib.sha256(f"transcript\0{chat.id}".encode()).hexdigest()
    name = branding.centre_name(conn, centre)
    reply = Reply(
        sender=sender,
        sender_name=name,
        to=chat.address,
        to_name=chat.name,
        reply_to=reply_address(secret, sender, row.case_id) if row.case_id else sender,
        subject=known["transcript_subject"].format(centre=name),
        message_id=f"<{digest[:40]}@{settings.hostname}>",
        in_reply_to="",
        references=(),
        at=now,
        automatic=True,
    )
    queued = letters.queue_reply(
        conn,
        interaction_id=chat.id,
        case_id=row.case_id,
        author_id=None,
        envelope_from=reply.reply_to,
        to=[reply.to],
        cc=[],
        subject=reply.subject,
        text=said,
        message_id=reply.message_id,
        in_reply_to="",
        references=(),
        raw=compose(reply, said, None),
        now=now,
        from_address=sender,
        from_name=name,
    )
    return queued.id
