"""The receipt for what was sent by a form: its number, and a link to its state. An answer to it finds the case.

Nothing that the visitor wrote stands in it: whoever writes a stranger's address into a form sends them no words of their own.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email.addresses import reply_address, split
from channels.email.sending import writing
from channels.web import status_links
from crm_core import letters, queues
from crm_core.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Its words in the visitor's language, with `{number}` and `{link}`; `kept` is what we keep of the text: without the link, which opens the
    state to whoever has it. `page`: where links lead, the token at the end."""

    subject: str
    text: str
    kept: str
    centre: str
    page: str


def queue_receipt(
    conn: Connection,
    receipt: Receipt,
    *,
    to: str,
    submission_id: str,
    case_id: str,
    number: str,
    sender: str,
    until: float,
    hostname: str,
    secret: str,
    now: float,
) -> str | None:
    """Record it and that it is to be sent; None when no queue has an address to write from, or nobody can be written to there."""
    ours = sender or next(
        (queue.mail_address for queue in queues.list_queues(conn) if queue.mail_address), ""
    )
    if not ours or not writing.is_address(to):
        return None
    base = split(ours).base
    message_id = f"<{hashlib.sha256(f'receipt:{submission_id}'.encode()).hexdigest()[:40]}@{hostname}>"
    answers_to = reply_address(secret, base, case_id)
    link = receipt.page + status_links.made(secret, submission_id, until)
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(_filled(receipt.text, number, link) + "\n", charset="utf-8")
    subject = _filled(receipt.subject, number, "")
    raw = (
        writing.header(
            (
                ("From", writing.mailbox(receipt.centre, base)),
                ("To", to),
                ("Subject", writing.text(subject)),
                ("Date", format_datetime(datetime.fromtimestamp(now, UTC))),
                ("Message-ID", message_id),
                ("Reply-To", answers_to),
                # RFC 3834: no automatic answer to this
                ("Auto-Submitted", "auto-replied"),
            )
        )
        + body.as_bytes()
    )
    queued = letters.queue_reply(
        conn,
        interaction_id=None,
        case_id=None,
        author_id=None,
        envelope_from=answers_to,
        to=[to],
        cc=[],
        subject=subject,
        text=_filled(receipt.kept, number, ""),
        message_id=message_id,
        in_reply_to="",
        references=(),
        raw=raw,
        now=now,
        from_address=base,
        from_name=receipt.centre,
    )
    return queued.id


def _filled(words: str, number: str, link: str) -> str:
    return words.replace("{number}", number).replace("{link}", link)
