"""Replies from the console: from an agent's words to a letter in the outbox."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email import writing
from channels.email.addresses import reply_address, split
from channels.email.headers import Fields
from channels.email.parse import LONGEST_HEADER_BYTES
from config.clock import Clock
from config.errors import Kind, Refused
from config.logs import Transcript
from config.settings import Mail
from crm_core import cases, interactions, letters, queues
from crm_core.interactions import Interaction
from crm_core.letters import Letter
from crm_core.store import Connection, Store
from crm_core.users import User
from routing.bus import Bus

log = Transcript("mail")

_LONGEST_TEXT = 200_000
_QUOTED_LINES = 40
_MOST_REFERENCES = 20
_REPLY_PREFIX = re.compile(
    r"^(?:\s*(?:re|aw|sv|antw|回复|回覆|回覆|答复|答覆|转发|轉寄|fw|fwd|wg)\s*(?:\[\d+\])?\s*[:：])+\s*",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


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


class Composer:
    """The console's Letters port."""

    def __init__(self, settings: Mail, centre_name: str, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._centre_name = centre_name
        self._store = store
        self._bus = bus
        self._clock = clock

    async def reply(self, *, interaction: str, author: User, text: str, idempotency_key: str) -> str:
        """Answer the customer's latest letter; the new letter's id. The same key again gives the same letter.

        Refused: `letter.empty`, `letter.too_long`, `interaction.unknown`, `letter.nothing_to_answer`,
        `letter.no_address`.
        """
        words = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not words:
            raise Refused("letter.empty", Kind.INVALID, pointer="/text")
        if len(words) > _LONGEST_TEXT:
            raise Refused("letter.too_long", Kind.INVALID, pointer="/text", longest=_LONGEST_TEXT)
        digest = hashlib.sha256(f"{interaction}\0{author.id}\0{idempotency_key}".encode()).hexdigest()
        message_id = f"<{digest[:40]}@{self._settings.hostname}>"
        now = self._clock.now()
        letter = await self._store.write(
            lambda conn: self._queue(
                conn, interaction_id=interaction, author=author, words=words, message_id=message_id, now=now
            )
        )
        log.note(">", interaction, f"reply to {', '.join(letter.to)} by {author.login}")
        self._bus.publish("outbox", letter.id)
        self._bus.publish("interaction", interaction)
        return letter.id

    def _queue(
        self, conn: Connection, *, interaction_id: str, author: User, words: str, message_id: str, now: float
    ) -> Letter:
        interaction = interactions.interaction(conn, interaction_id)
        if interaction is None:
            raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
        answered = _latest(conn, interaction)
        reply = self._reply(conn, interaction, answered, message_id, now)
        raw = compose(reply, words, answered)
        if interaction.case_id:
            cases.set_status(conn, interaction.case_id, "pending", now)
        return letters.queue_reply(
            conn,
            interaction_id=interaction.id,
            case_id=interaction.case_id,
            author_id=author.id,
            envelope_from=reply.reply_to,  # so that a report of non-delivery finds its case
            to=[reply.to],
            cc=[],
            subject=reply.subject,
            text=words,
            message_id=message_id,
            in_reply_to=reply.in_reply_to,
            references=reply.references,
            raw=raw,
            now=now,
            from_address=reply.sender,
            from_name=reply.sender_name,
        )

    def _reply(
        self, conn: Connection, interaction: Interaction, answered: Letter, message_id: str, now: float
    ) -> Reply:
        sender = _queue_address(conn, interaction)
        to, to_name = _recipient(conn, interaction, answered)
        own_id = (answered.message_id,) if answered.message_id else ()
        references = (*answered.references, *own_id)
        if len(references) > _MOST_REFERENCES:
            references = (references[0], *references[1 - _MOST_REFERENCES :])
        secret = self._settings.reply_secret.get_secret_value()
        return Reply(
            sender=sender,
            sender_name=self._centre_name,
            to=to,
            to_name=to_name,
            reply_to=reply_address(secret, sender, interaction.case_id) if interaction.case_id else sender,
            subject=reply_subject(answered.subject),
            message_id=message_id,
            in_reply_to=answered.message_id,
            references=references,
            at=now,
        )


def _latest(conn: Connection, interaction: Interaction) -> Letter:
    """The customer's last letter of this interaction, else of its case."""
    own = letters.of_interaction(conn, interaction.id)
    thread = letters.thread(conn, interaction.case_id) if interaction.case_id else []
    for letter in (*reversed(own), *reversed(thread)):
        if letter.direction == "in":
            return letter
    raise Refused("letter.nothing_to_answer", id=interaction.id)


def _recipient(conn: Connection, interaction: Interaction, answered: Letter) -> tuple[str, str]:
    """Where the customer wants answers (Reply-To), else who wrote."""
    raw = letters.raw(conn, answered.id) or b""
    head = raw[: raw.find(b"\r\n\r\n", 0, LONGEST_HEADER_BYTES) + 2]
    for box in Fields(message_from_bytes(head)).mailboxes("reply-to"):
        if writing.is_address(box.address):
            return box.address, box.name
    address = answered.from_address or interaction.customer_address
    if not writing.is_address(address):
        raise Refused("letter.no_address", id=interaction.id)
    return address, answered.from_name


def _queue_address(conn: Connection, interaction: Interaction) -> str:
    queue = queues.queue_by_id(conn, interaction.queue_id or "")
    address = (queue.mail_address if queue else None) or split(interaction.entry_address).base
    if "@" not in address:
        raise Refused("letter.no_sender", id=interaction.id)
    return address


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
    )
    return writing.header(fields) + body.as_bytes()


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
