"""Letters as they go out (RFC 5322): from words and addresses to bytes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email.reading.headers import Fields
from channels.email.reading.parse import LONGEST_HEADER_BYTES
from channels.email.sending import writing
from crm_core import letters
from crm_core.letters import Letter
from crm_core.store import Connection

_QUOTED_LINES = 40
_REPLY_PREFIX = re.compile(
    r"^(?:\s*(?:re|aw|sv|antw|回复|回覆|回覆|答复|答覆|转发|轉寄|fw|fwd|wg)\s*(?:\[\d+\])?\s*[:：])+\s*",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A letter to write: all that is not the agent's words."""

    sender: str
    sender_name: str
    to: str
    to_name: str
    reply_to: str
    subject: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    at: float
    automatic: bool = False
    receipt: bool = False
    """It answers a letter by itself."""


def answer_address(conn: Connection, answered: Letter) -> tuple[str, str] | None:
    """Where the customer wants answers (Reply-To), else who wrote; None when that is no address."""
    raw = letters.raw(conn, answered.id) or b""
    head = raw[: raw.find(b"\r\n\r\n", 0, LONGEST_HEADER_BYTES) + 2]
    for box in Fields(message_from_bytes(head)).mailboxes("reply-to"):
        if writing.is_address(box.address):
            return box.address, box.name
    return (answered.from_address, answered.from_name) if writing.is_address(answered.from_address) else None


def reply_subject_of(answered: Letter) -> str:
    return reply_subject(answered.subject)


def reply_subject(subject: str) -> str:
    """One `Re:` in front, whatever language the prefixes so far are in; on one line."""
    return f"Re: {_REPLY_PREFIX.sub('', _CONTROL.sub(' ', subject)).strip()}".strip()[:500]


def compose(reply: Reply, words: str, answered: Letter | None) -> bytes:
    """The letter as it goes out (RFC 5322), with the answered one quoted short; 7 bits, as any relay takes them."""
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(words + "\n" + _quote(answered), charset="utf-8")
    moment = format_datetime(datetime.fromtimestamp(reply.at, UTC))
    fields = (
        ("From", writing.mailbox(reply.sender_name, reply.sender)),
        ("To", writing.mailbox(reply.to_name, reply.to)),
        ("Subject", writing.text(reply.subject)),
        ("Date", moment),
        ("Message-ID", reply.message_id),
        ("In-Reply-To", writing.ids((reply.in_reply_to,))),
        ("References", writing.ids(reply.references)),
        ("Reply-To", reply.reply_to),
        # RFC 3834: nobody's machine is to answer a machine
        ("Auto-Submitted", _submitted(reply)),
        # Exchange looks at this alone before it says that somebody is out of office
        ("X-Auto-Response-Suppress", "All" if reply.automatic else ""),
    )
    return writing.header(fields) + body.as_bytes()


def _submitted(reply: Reply) -> str:
    if not reply.automatic:
        return ""
    return "auto-replied" if reply.receipt else "auto-generated"


def _quote(answered: Letter | None) -> str:
    if answered is None or not answered.text.strip():
        return ""
    lines = answered.text.strip().split("\n")
    written = datetime.fromtimestamp(answered.date or answered.received_at, UTC).strftime(
        "%Y-%m-%d %H:%M UTC"
    )
    more = ["[...]"] if len(lines) > _QUOTED_LINES else []
    who = answered.from_name or answered.from_address
    quoted = "\n".join(f"> {line}".rstrip() for line in (*lines[:_QUOTED_LINES], *more))
    return f"\n{who}, {written}:\n{quoted}\n"
