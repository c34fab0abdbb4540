"""One raw letter to its fields. Pure, and never raising: what cannot be read is still a letter, marked.

The standard library's compat32 parser with a decoding layer of our own: `policy.default` is 7 times slower, and
`get_content()` raises on 4 % of real mail.
"""

import re
from email import message_from_bytes
from email.message import Message

from channels.email.reading import markup
from channels.email.reading.body import Body, body_of
from channels.email.reading.headers import PARSER_FAULTS, Fields, Mailbox
from channels.email.reading.parsed import UNPARSABLE, Mark, Parsed

LONGEST_HEADER_BYTES = 512 * 1024
_RETURNED_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def parse(raw: bytes, sender: str = "") -> Parsed:
    """The fields of `raw`; `sender` is the envelope's (empty: the null sender of reports)."""
    if 0 <= LONGEST_HEADER_BYTES < raw.find(b"\r\n\r\n"):
        return UNPARSABLE
    try:
        return _parse(message_from_bytes(raw), sender)
    except (*PARSER_FAULTS, MemoryError):
        # The parser's own faults on hostile structure: the letter stays visible with its raw form.
        return UNPARSABLE


def _parse(message: "Message[str, str]", sender: str) -> Parsed:
    fields = Fields(message)
    body = body_of(message)
    sources = fields.mailboxes("from") or fields.mailboxes("sender")
    source = sources[0] if sources else Mailbox(name="", address=sender)
    answers = fields.mailboxes("reply-to")
    text, html = _shown(body)
    subject, date = fields.text("subject"), fields.date()
    recipients = {name: tuple(box.address for box in fields.mailboxes(name)) for name in ("to", "cc")}
    body.mark(Mark.NO_SENDER, when=not source.address)
    _judge(body, fields, sender)
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
    )


def _shown(body: Body) -> tuple[str, str | None]:
    """The text (from the HTML where there is none) and the clean HTML."""
    html = "\n<hr>\n".join(body.htmls)
    if not html:
        return "\n\n".join(body.texts), None
    cleaned = markup.clean(html)
    body.mark(Mark.REMOTE_BLOCKED, when=cleaned.remote)
    return "\n\n".join(body.texts) or markup.text_of(html), cleaned.html


def _judge(body: Body, fields: Fields, sender: str) -> None:
    """RFC 3834 and RFC 3464. `X-Auto-Response-Suppress` alone is what people's mailers send too: not a machine."""
    submitted = fields.text("auto-submitted").partition(";")[0].strip().lower()
    precedence = fields.text("precedence").strip().lower()
    automatic = submitted not in {"", "no"} or precedence == "auto_reply" or fields.raw("x-autoreply")
    body.mark(Mark.AUTOMATIC, when=bool(automatic))
    listed = any(fields.raw(name) for name in ("list-id", "list-unsubscribe", "list-post"))
    body.mark(Mark.BULK, when=listed or precedence in {"bulk", "list", "junk"})
    report = "message/delivery-status" in body.types or "message/global-delivery-status" in body.types
    origin = next(iter(fields.mailboxes("from")), Mailbox(name="", address="")).address.lower()
    daemon = sender == "" and origin.startswith(("mailer-daemon@", "postmaster@"))
    body.mark(Mark.BOUNCE, when=report or daemon or bool(fields.raw("x-failed-recipients")))


def _returned_ids(body: Body) -> tuple[str, ...]:
    texts = [*body.returned, *(text.encode() for text in body.texts)]
    found = [match[1].decode("ascii", "replace") for text in texts for match in _RETURNED_ID.finditer(text)]
    return tuple(dict.fromkeys(found))[:10]
