"""Answers: where they go, what they are called, what they quote."""

import re
from dataclasses import dataclass
from email import message_from_bytes

from channels.email.reading.headers import Fields
from channels.email.reading.parse import LONGEST_HEADER_BYTES
from channels.email.sending import composing, writing
from crm_core import letters
from crm_core.letters import Letter
from crm_core.store import Connection

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
    unsubscribe: str = ""


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


def forward_subject(subject: str) -> str:
    """One `Fwd:` in front."""
    return f"Fwd: {_REPLY_PREFIX.sub('', _CONTROL.sub(' ', subject)).strip()}".strip()[:500]


def reply_subject(subject: str) -> str:
    """One `Re:` in front, whatever language the prefixes so far are in; on one line."""
    return f"Re: {_REPLY_PREFIX.sub('', _CONTROL.sub(' ', subject)).strip()}".strip()[:500]


def compose(reply: Reply, words: str, answered: Letter | None) -> bytes:
    """A plain letter as it goes out, with the answered one quoted short."""
    envelope = composing.Envelope(
        sender=reply.sender,
        sender_name=reply.sender_name,
        to=[(reply.to, reply.to_name)],
        reply_to=reply.reply_to,
        subject=reply.subject,
        message_id=reply.message_id,
        in_reply_to=reply.in_reply_to,
        references=reply.references,
        at=reply.at,
        automatic=reply.automatic,
        answers_itself=reply.receipt,
        unsubscribe=reply.unsubscribe,
    )
    return composing.compose(envelope, composing.Words(text=words, quoted=quoted(answered)))


def quoted(answered: Letter | None, *, whole: bool = False) -> composing.Quoted | None:
    """A letter as it stands below the one that answers or forwards it."""
    if answered is None:
        return None
    who = answered.from_name or answered.from_address
    return composing.Quoted(
        who=who, at=answered.date or answered.received_at, text=answered.text, whole=whole
    )
