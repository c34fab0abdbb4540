"""A past letter and its answer, as they would have come in and gone out."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from crm_core import letters, outbox
from crm_core.queues import Queue
from trunkline.demo.people import Customer
from trunkline.demo.words import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A customer's letter and `agent`'s answer to it."""

    interaction: str
    case_id: str | None
    customer: Customer
    queue: Queue
    agent: str
    topic: Topic
    received_at: float
    answered_at: float

    @property
    def message_id(self) -> str:
        return f"{self.interaction}@customers.example"


def exchange(conn: Connection, told: Exchange) -> None:
    """Store both; the answer counts as sent."""
    _receive(conn, told)
    reply = _answer(conn, told)
    for row in outbox.due(conn, told.answered_at, limit=1):
        if row.letter_id == reply.id:
            outbox.sent(conn, row.id, told.answered_at + 1.0)


def _receive(conn: Connection, told: Exchange) -> None:
    customer, ours = told.customer, str(told.queue.mail_address)
    raw = (
        f"From: <{customer.email}>\r\nTo: <{ours}>\r\nMessage-ID: <{told.message_id}>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{told.topic.letter}\r\n"
    ).encode()
    parsed = letters.ParsedFields(
        message_id=told.message_id,
        from_address=customer.email,
        from_name=customer.party.name,
        to=(ours,),
        subject=told.topic.subject,
        date=told.received_at,
        text=told.topic.letter,
    )
    new = letters.NewLetter(
        spool_id=f"demo-{told.interaction}",
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_from=customer.email,
        envelope_to=(ours,),
        received_at=told.received_at,
        parsed=parsed,
    )
    letters.store_letter(
        conn, new, case_id=told.case_id, interaction_id=told.interaction, party_id=customer.party.id
    )


def _answer(conn: Connection, told: Exchange) -> letters.Letter:
    return letters.queue_reply(
        conn,
        interaction_id=told.interaction,
        case_id=told.case_id,
        author_id=told.agent,
        envelope_from=str(told.queue.mail_address),
        to=(told.customer.email,),
        cc=(),
        subject=f"Re: {told.topic.subject}",
        text=told.topic.answer,
        message_id=f"{told.interaction}-1@demo.trunkline.test",
        in_reply_to=told.message_id,
        references=(told.message_id,),
        raw=f"Content-Type: text/plain; charset=utf-8\r\n\r\n{told.topic.answer}\r\n".encode(),
        now=told.answered_at,
        from_name=told.queue.name,
    )
