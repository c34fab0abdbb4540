"""What a visitor wrote, as a letter (RFC 5322) with its files; 7 bits, as any mail program reads it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email.sending import writing
from crm_core.inquiries.answers import TakenFile
from crm_core.letter_types import NewAttachment, NewLetter, ParsedFields


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`spool_id` names it: it is stored once."""

    spool_id: str
    subject: str
    text: str
    marks: tuple[str, ...]
    files: tuple[TakenFile, ...]


def letter(words: Words, address: str, name: str, to: str, hostname: str, now: float) -> NewLetter:  # noqa: PLR0917 - the parts of a letter
    """To be stored. A visitor who told no address can be answered by nobody's mail: the letter has no sender."""
    message_id = f"<{hashlib.sha256(words.spool_id.encode()).hexdigest()[:40]}@{hostname}>"
    usable = address if writing.is_address(address) else ""
    raw = (
        writing.header(
            (
                ("From", writing.mailbox(name, usable) if usable else ""),
                ("To", to),
                ("Subject", writing.text(words.subject)),
                ("Date", format_datetime(datetime.fromtimestamp(now, UTC))),
                ("Message-ID", message_id),
                ("Auto-Submitted", "no"),
            )
        )
        + _body(words).as_bytes()
    )
    return NewLetter(
        spool_id=words.spool_id,
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_from=usable,
        envelope_to=(to,),
        received_at=now,
        parsed=ParsedFields(
            message_id=message_id,
            from_address=usable,
            from_name=name,
            to=(to,),
            subject=words.subject,
            date=now,
            text=words.text,
            marks=words.marks,
            attachments=tuple(
                NewAttachment(name=each.name, content_type=each.content_type, content=each.content)
                for each in words.files
            ),
        ),
    )


def _body(words: Words) -> EmailMessage:
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(words.text + "\n", charset="utf-8")
    for each in words.files:
        main, _, sub = each.content_type.partition("/")
        # as bytes, whatever it is: what is named text may hold anything
        body.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
    return body
