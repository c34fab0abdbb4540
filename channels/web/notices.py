"""Letters that the centre itself writes to a customer: a link to sign in. Through the outbox, like any other."""

import hashlib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email.addresses import split
from channels.email.sending import writing
from crm_core import letters, queues
from crm_core.store import Connection


def queue_notice(
    conn: Connection,
    *,
    to: str,
    subject: str,
    text: str,
    kept: str,
    centre: str,
    hostname: str,
    key: str,
    now: float,
) -> str | None:
    """Record the letter and that it is to be sent; its id. `kept` is what we keep of the text for ourselves: without the secret, which
    is in the letter's bytes alone. None when no queue has an address to write from, or nobody can be written to there."""
    sender = _sender(conn)
    if sender is None or not writing.is_address(to):
        return None
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{hostname}>"
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(text + "\n", charset="utf-8")
    raw = (
        writing.header(
            (
                ("From", writing.mailbox(centre, sender)),
                ("To", to),
                ("Subject", writing.text(subject)),
                ("Date", format_datetime(datetime.fromtimestamp(now, UTC))),
                ("Message-ID", message_id),
                # RFC 3834: no automatic answer to this
                ("Auto-Submitted", "auto-generated"),
            )
        )
        + body.as_bytes()
    )
    queued = letters.queue_reply(
        conn,
        interaction_id=None,
        case_id=None,
        author_id=None,
        envelope_from=sender,
        to=[to],
        cc=[],
        subject=subject,
        text=kept,
        message_id=message_id,
        in_reply_to="",
        references=(),
        raw=raw,
        now=now,
        from_name=centre,
    )
    return queued.id


def _sender(conn: Connection) -> str | None:
    for queue in queues.list_queues(conn):
        if queue.mail_address:
            return split(queue.mail_address).base
    return None
