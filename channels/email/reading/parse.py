"""One raw letter to its fields. Pure, and never raising: what cannot be read is still a letter, marked.

The standard library's compat32 parser with a decoding layer of our own: `policy.default` is 7 times slower, and
`get_content()` raises on 4 % of real mail.
"""

import re
from email import message_from_bytes
from email.message import Message

from channels.email.reading import markup
from channels.email.reading.body import Body, body_of
from channels.email.reading.bounces.report import Evidence, bounce_of
from channels.email.reading.charsets import decode
from channels.email.reading.headers import PARSER_FAULTS, Fields, Mailbox
from channels.email.reading.parsed import UNPARSABLE, Bounce, Mark, Parsed

LONGEST_HEADER_BYTES = 512 * 1024
_RETURNED_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def parse(raw: bytes, sender: str | None = None) -> Parsed:
    """The fields of `raw`; `sender` is the envelope's (empty: the null sender of reports; None: nobody knows)."""
    if 0 <= LONGEST_HEADER_BYTES < raw.find(b"\r\n\r\n"):
        return UNPARSABLE
    try:
        return _parse(message_from_bytes(raw), sender)
    except (*PARSER_FAULTS, MemoryError):
        # The parser's own faults on hostile structure: the letter stays visible with its raw form.
        return UNPARSABLE


def _parse(message: "Message[str, str]", sender: str | None) -> Parsed:
    fields = Fields(message)
    body = body_of(message)
    sources = fields.mailboxes("from") or fields.mailboxes("sender")
    source = sources[0] if sources else Mailbox(name="", address=sender or "")
    answers = fields.mailboxes("reply-to")
    text, html = _shown(body)
    subject, date = fields.text("subject"), fields.date()
    recipients = {name: tuple(box.address for box in fields.mailboxes(name)) for name in ("to", "cc")}
    body.mark(Mark.NO_SENDER, when=not source.address)
    bounce = bounce_of(_evidence(fields, body, text, sender))
    _judge(body, fields, bounce)
    body.mark(Mark.REPAIRED, when=fields.repaired)
    return Parsed(
        message_id=next(iter(fields.ids("message-id")), None),
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        from_address=source.address,
        from_name=source.name,
        reply_to=answers[0].address if answers else "",
        to=recipients["to"],
        cc=recipients["cc"],
        subject=subject,
        date=date,
        text=text,
        html=html,
        marks=tuple(body.marks),
        returned_ids=_returned_ids(body) if Mark.BOUNCE in body.marks else (),
        attachments=tuple(body.attachments),
        bounce=bounce,
    )


def _shown(body: Body) -> tuple[str, str | None]:
    """The text (from the HTML where there is none) and the clean HTML."""
    html = "\n<hr>\n".join(body.htmls)
    if not html:
        return "\n\n".join(body.texts), None
    cleaned = markup.clean(html)
    body.mark(Mark.REMOTE_BLOCKED, when=cleaned.remote)
    return "\n\n".join(body.texts) or markup.text_of(html), cleaned.html


def _evidence(fields: Fields, body: Body, text: str, sender: str | None) -> Evidence:
    origin = next(iter(fields.mailboxes("from")), Mailbox(name="", address=""))
    is_report = "multipart/report" in fields.text("content-type").lower()
    return Evidence(
        envelope=sender,
        origin=origin.address.lower(),
        origin_name=origin.name or fields.text("from"),
        subject=fields.text("subject"),
        failed_header=fields.text("x-failed-recipients", 20_000),
        text=text,
        statuses=body.statuses,
        feedback=body.feedback,
        returned=[decode(one[:20_000], None).text for one in body.returned],
        is_report=is_report and "message/disposition-notification" not in body.types,
    )


def _judge(body: Body, fields: Fields, bounce: Bounce | None) -> None:
    """RFC 3834 and RFC 3464. `X-Auto-Response-Suppress` alone is what people's mailers send too: not a machine."""
    submitted = fields.text("auto-submitted").partition(";")[0].strip().lower()
    precedence = fields.text("precedence").strip().lower()
    automatic = submitted not in {"", "no"} or precedence == "auto_reply" or fields.raw("x-autoreply")
    body.mark(Mark.AUTOMATIC, when=bool(automatic))
    listed = any(fields.raw(name) for name in ("list-id", "list-unsubscribe", "list-post"))
    body.mark(Mark.BULK, when=listed or precedence in {"bulk", "list", "junk"})
    body.mark(Mark.BOUNCE, when=bounce is not None)


def _returned_ids(body: Body) -> tuple[str, ...]:
    texts = [*body.returned, *(text.encode() for text in body.texts)]
    found = [match[1].decode("ascii", "replace") for text in texts for match in _RETURNED_ID.finditer(text)]
    return tuple(dict.fromkeys(found))[:10]
