"""One raw letter to its fields. Pure, and never raising: what cannot be read is still a letter, marked.

The standard library's compat32 parser with a decoding layer of our own: `policy.default` is 7 times slower, and
`get_content()` raises on 4 % of real mail.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message

from channels.email.reading import markup
from channels.email.reading.authentication import results
from channels.email.reading.automatic import automatic_rule, bulk_rule
from channels.email.reading.bounces.report import Evidence, bounce_of
from channels.email.reading.bounces.words import explanation
from channels.email.reading.charsets import decode
from channels.email.reading.headers import PARSER_FAULTS, Fields, Mailbox
from channels.email.reading.language import language_of
from channels.email.reading.parsed import UNPARSABLE, Attachment, Bounce, Mark, Parsed
from channels.email.reading.parts.body import Body, body_of
from channels.email.reading.parts.invite import invite_of
from channels.email.reading.replies.html import marked_text
from channels.email.reading.replies.reply import Cut, cut

LONGEST_HEADER_BYTES = 512 * 1024
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
# what made the parser fail, so that the header alone can be read
_STRUCTURE = re.compile(rb"(^|\n)(?=content-|mime-)", re.IGNORECASE)
_LONGEST_RETURNED = 200_000
_RETURNED_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


def parse(raw: bytes, sender: str | None = None) -> Parsed:
    """The fields of `raw`; `sender` is the envelope's (empty: the null sender of reports; None: nobody knows)."""
    end = _END_OF_HEADER.search(raw)
    length = end.start() if end else len(raw)
    long_header = length > LONGEST_HEADER_BYTES
    if long_header:
        kept = raw.rfind(b"\n", 0, LONGEST_HEADER_BYTES)
        if kept < 0:
            return UNPARSABLE
        raw = raw[:kept].rstrip(b"\r") + raw[length:]
    try:
        return _parse(message_from_bytes(raw), sender, truncated=long_header)
    except (*PARSER_FAULTS, MemoryError):
        # The parser's own faults on hostile structure: the letter stays visible by its header, and with its raw form.
        return _header_alone(raw[: min(length, LONGEST_HEADER_BYTES)], sender)


def _header_alone(head: bytes, sender: str | None) -> Parsed:
    try:
        found = _parse(
            message_from_bytes(_STRUCTURE.sub(b"\\1X-", head) + b"\r\n\r\n"), sender, truncated=False
        )
    except (*PARSER_FAULTS, MemoryError):
        return UNPARSABLE
    return replace(found, marks=(*found.marks, Mark.UNPARSABLE))


def _parse(message: "Message[str, str]", sender: str | None, *, truncated: bool) -> Parsed:
    fields = Fields(message)
    body = body_of(message)
    body.mark(Mark.TRUNCATED, when=truncated, repair="header_cut")
    sources = fields.mailboxes("from") or fields.mailboxes("sender")
    source = sources[0] if sources else Mailbox(name="", address=sender or "")
    answers = fields.mailboxes("reply-to")
    written = _written(body)
    subject, date = fields.text("subject"), fields.date()
    recipients = {name: tuple(box.address for box in fields.mailboxes(name)) for name in ("to", "cc")}
    body.mark(Mark.NO_SENDER, when=not source.address)
    bounce = bounce_of(_evidence(fields, body, written.text, sender))
    # what a mail system writes has no signature, and quotes in a way of its own
    found = (
        Cut(reply=explanation(written.text).strip(), signature="", quoted=True)
        if bounce
        else _cut(written, source)
    )
    rule = _judge(body, fields, bounce, sender, found.reply)
    body.mark(Mark.REPAIRED, when=fields.repaired, repair="header")
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
        text=written.text,
        html=written.html,
        marks=tuple(body.marks),
        returned_ids=_returned_ids(body, written.text) if bounce else (),
        attachments=tuple(written.files),
        bounce=bounce,
        automatic_rule=rule,
        reply=found.reply,
        signature=found.signature,
        language=language_of(found.reply) or language_of(subject),
        invite=next(filter(None, map(invite_of, body.calendars)), None),
        repairs=tuple(body.repairs),
        authentication=results(fields),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """`source` is the HTML as it came, "" where there is none; `own_text`: the text is no mere rendering of it."""

    text: str
    html: str | None
    source: str
    own_text: bool
    files: Sequence[Attachment]


def _written(body: Body) -> _Written:
    """The text (from the HTML where there is none), the clean HTML, and the files, those inline that the HTML shows."""
    text = "\n\n".join(body.texts)
    source = markup.flattened("\n<hr>\n".join(body.htmls))
    if not source:
        return _Written(text=text, html=None, source="", own_text=True, files=body.attachments)
    names = {
        one.content_id or one.name
        for one in body.attachments
        if one.content_id or one.content_type.startswith("image/")
    }
    named, shown = markup.with_content_ids(source, names)
    cleaned = markup.clean(named)
    body.mark(Mark.REMOTE_BLOCKED, when=cleaned.remote)
    return _Written(
        text=text or markup.text_of(source),
        html=cleaned.html,
        source=source,
        own_text=bool(text),
        files=[_placed(one, shown) for one in body.attachments],
    )


def _placed(one: Attachment, shown: Collection[str]) -> Attachment:
    name = one.content_id or one.name
    return replace(one, inline=True, content_id=name) if name in shown else one


def _cut(written: _Written, source: Mailbox) -> Cut:
    """By the text; by the HTML where the text is only its rendering, or shows no quotation while the HTML does."""
    if written.own_text:
        found = cut(written.text, name=source.name, address=source.address)
        if found.quoted or not written.source:
            return found
        other = cut(marked_text(written.source), name=source.name, address=source.address)
        return other if other.quoted else found
    return cut(marked_text(written.source), name=source.name, address=source.address)


def _evidence(fields: Fields, body: Body, text: str, sender: str | None) -> Evidence:
    origin = next(iter(fields.mailboxes("from")), Mailbox(name="", address=""))
    is_report = "multipart/report" in fields.text("content-type").lower()
    if sender is None and fields.text("return-path").strip() == "<>":
        sender = ""
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
        is_report=is_report,
        is_receipt="message/disposition-notification" in body.types and not body.statuses,
    )


def _judge(body: Body, fields: Fields, bounce: Bounce | None, sender: str | None, text: str) -> str:
    """Whether a machine wrote this, or it went to many; the rule, for no such letter is answered automatically."""
    automatic, bulk = automatic_rule(fields, sender, text), bulk_rule(fields)
    body.mark(Mark.AUTOMATIC, when=bool(automatic))
    body.mark(Mark.BULK, when=bool(bulk))
    body.mark(Mark.BOUNCE, when=bounce is not None)
    return automatic or ("delivery_report" if bounce else "") or bulk


def _returned_ids(body: Body, text: str) -> tuple[str, ...]:
    texts = [*body.returned, text[:_LONGEST_RETURNED].encode()]
    found = [
        match[1].decode("ascii", "replace")
        for text in texts
        for match in _RETURNED_ID.finditer(text[:_LONGEST_RETURNED])
    ]
    return tuple(dict.fromkeys(found))[:10]
