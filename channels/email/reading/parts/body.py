"""The parts of a letter: which are its words, which are attachments; decoded within limits, without raising."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from mimetypes import guess_type

from channels.email.reading.charsets import clean, decode
from channels.email.reading.headers import PARSER_FAULTS, Fields, decode_words, file_name, loose_base64
from channels.email.reading.parsed import Attachment, Mark
from channels.email.reading.parts import tnef
from channels.email.reading.parts.plain import enriched_words, unflowed, uuencoded

_MOST_PARTS = 500
_MOST_ATTACHMENTS = 200
_DEEPEST = 50
_LONGEST_TEXT = 1_000_000
_LONGEST_HTML = 2_000_000
_LONGEST_HEAD = 64 * 1024
_ENRICHED_TYPES = {"text/enriched", "text/richtext"}
_BODY_TYPES = {"text/plain", "text/html", *_ENRICHED_TYPES}
_CALENDAR_TYPES = {"text/calendar", "application/ics"}
_RETURNED_TYPES = {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"}
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_ENDINGS = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/plain": ".txt",
    "text/html": ".html",
    **dict.fromkeys((*_STATUS_TYPES, "text/rfc822-headers"), ".txt"),
}


@dataclass(slots=True)
class Body:
    """What the walk over the parts collects."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    returned: list[bytes] = field(default_factory=list)  # letters or headers that a report brings back
    statuses: list[str] = field(default_factory=list)  # the fields of delivery reports (RFC 3464)
    feedback: list[str] = field(default_factory=list)  # of complaints (RFC 5965)
    calendars: list[str] = field(default_factory=list)
    marks: dict[str, None] = field(default_factory=dict)  # ordered, each once
    repairs: dict[str, None] = field(default_factory=dict)  # likewise
    types: set[str] = field(default_factory=set)

    def mark(self, code: str, *, when: bool = True, repair: str = "") -> None:
        """Note a Mark if it applies, and what it stands for."""
        if when:
            self.marks[code] = None
            if repair:
                self.repairs[repair] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    kind: str
    inside: str  # the kind of its container
    name: str
    disposition: str
    charset: str | None
    content_id: str
    content: bytes
    repaired: bool
    flowed: bool = False
    delete_space: bool = False


def body_of(message: "Message[str, str]") -> Body:
    """Walk over all parts, in order, without recursion."""
    body = Body()
    stack: list[tuple[Message[str, str], str, int]] = [(message, "", 0)]
    count = 0
    while stack and count < _MOST_PARTS:
        part, inside, depth = stack.pop()
        children = _children(part) if depth < _DEEPEST else []
        if children:
            stack.extend((child, _type(part), depth + 1) for child in reversed(children))
        else:
            count += 1
            _take(body, _read(part, inside))
    body.mark(Mark.TRUNCATED, when=bool(stack), repair="parts_cut")
    if not body.texts and not body.htmls:
        _read_from_files(body)
    return body


def _read_from_files(body: Body) -> None:
    """Nothing is a body: the first file that can be read says what there is to say."""
    for one in body.attachments:
        if one.content_type in {"text/plain", "text/html"} and len(one.content) < _LONGEST_TEXT:
            text = decode(one.content, None).text
            (body.htmls if one.content_type == "text/html" else body.texts).append(clean(text))
            return
        if one.content_type == "message/rfc822" and not body.returned[1:]:
            inner = body_of(message_from_bytes(one.content[:_LONGEST_HTML])) if one.inline is False else None
            body.texts.extend(inner.texts if inner else [])
            body.htmls.extend(inner.htmls if inner and not inner.texts else [])
            return


def _children(part: "Message[str, str]") -> "list[Message[str, str]]":
    payload = part.get_payload()
    if not isinstance(payload, list) or not _type(part).startswith("multipart/"):
        return []
    return [child for child in payload if isinstance(child, Message)]


def _read(part: "Message[str, str]", inside: str) -> _Part:
    content, repaired = _content(part)
    return _Part(
        kind=_type(part),
        inside=inside,
        name=_name(part),
        disposition=_field(part, "content-disposition").partition(";")[0].strip().lower(),
        charset=_parameter(part, "content-type", "charset"),
        content_id=bare_id(_field(part, "content-id")),
        content=content,
        repaired=repaired,
        flowed=(_parameter(part, "content-type", "format") or "").lower() == "flowed",
        delete_space=(_parameter(part, "content-type", "delsp") or "").lower() == "yes",
    )


def bare_id(value: str) -> str:
    """A Content-ID without its brackets and the spaces that some mailers fold into it."""
    return re.sub(r"\s", "", value).strip("<>")


def _take(body: Body, part: _Part) -> None:
    body.types.add(part.kind)
    body.mark(Mark.REPAIRED, when=part.repaired, repair="transfer_encoding")
    if part.inside == "multipart/appledouble" and part.kind == "application/applefile":
        return  # what a Macintosh knows about the file beside it
    if part.kind in _RETURNED_TYPES:
        body.returned.append(part.content)
    elif part.kind in _STATUS_TYPES:
        body.statuses.append(_report_text(part.content))
    elif part.kind == "message/feedback-report":
        body.feedback.append(_report_text(part.content))
    elif part.kind in _CALENDAR_TYPES:
        body.calendars.append(decode(part.content[:_LONGEST_TEXT], part.charset or "utf-8").text)
    if _is_text(part):
        _take_text(body, part)
    elif not (_is_packed(part) and _unpack(body, part)) and (part.content or part.name):
        _attach(body, part)


def _is_text(part: _Part) -> bool:
    if part.disposition == "attachment" or part.name:
        return False
    # A container without readable parts (no boundary) is text for want of anything better.
    return part.kind in _BODY_TYPES or part.kind.startswith("multipart/")


def _is_packed(part: _Part) -> bool:
    return (
        part.kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or part.name.lower() == "winmail.dat"
    )


def _unpack(body: Body, part: _Part) -> bool:
    """The contents of winmail.dat in its stead; False if it cannot be read."""
    found = tnef.unpack(part.content)
    if found is None or not (found.files or found.text or found.html):
        return False
    if found.html and not body.htmls:
        body.htmls.append(clean(decode(found.html, None).text)[:_LONGEST_HTML])
    if found.text.strip() and not body.texts:
        body.texts.append(clean(found.text)[:_LONGEST_TEXT].replace("\r\n", "\n"))
    for one in found.files:
        kind = one.content_type or guess_type(one.name)[0] or "application/octet-stream"
        _attach(
            body,
            _Part(
                kind=clean(kind)[:100],
                inside=part.kind,
                name=one.name,
                disposition="attachment",
                charset=None,
                content_id=bare_id(one.content_id)[:250],
                content=one.content,
                repaired=False,
            ),
        )
    return True


def _report_text(content: bytes) -> str:
    text = decode(content[:_LONGEST_TEXT], None).text
    # "message" parts may not be encoded (RFC 2046, 5.2), which some do not know
    return text if ":" in text else decode(loose_base64(content), None).text


def _take_text(body: Body, part: _Part) -> None:
    decoded = decode(part.content, part.charset)
    is_html = part.kind == "text/html"
    longest = _LONGEST_HTML if is_html else _LONGEST_TEXT
    text = clean(decoded.text)
    body.mark(Mark.REPAIRED, when=decoded.repaired, repair="charset")
    body.mark(Mark.REPAIRED, when=part.kind.startswith("multipart/"), repair="structure")
    body.mark(Mark.TRUNCATED, when=len(text) > longest, repair="text_cut")
    text = text[:longest].replace("\r\n", "\n").replace("\r", "\n")
    if not is_html:
        text = _plain(body, part, text)
    if text.strip():
        (body.htmls if is_html else body.texts).append(text)


def _plain(body: Body, part: _Part, text: str) -> str:
    text, files = uuencoded(text)
    for name, content in files:
        kind = guess_type(name)[0] or "application/octet-stream"
        _attach(
            body,
            _Part(
                kind=kind,
                inside="text/plain",
                name=name,
                disposition="attachment",
                charset=None,
                content_id="",
                content=content,
                repaired=False,
            ),
        )
    if part.kind in _ENRICHED_TYPES:
        return enriched_words(text)
    return unflowed(text, delete_space=part.delete_space) if part.flowed else text


def _attach(body: Body, part: _Part) -> None:
    if len(body.attachments) >= _MOST_ATTACHMENTS:
        body.mark(Mark.TRUNCATED, repair="files_cut")
        return
    fallback = f"attachment-{len(body.attachments) + 1}{_ENDINGS.get(part.kind, '')}"
    attachment = Attachment(
        name=file_name(part.name or _subject_of(part), fallback),
        content_type=part.kind,
        content=part.content,
        # an image is inline where the HTML shows it, whatever its disposition says: see `parse`
        inline=False,
        content_id=part.content_id[:250] or None,
    )
    body.attachments.append(attachment)


def _subject_of(part: _Part) -> str:
    """A letter inside is called by its subject."""
    if part.kind != "message/rfc822":
        return ""
    subject = Fields(message_from_bytes(part.content[:_LONGEST_HEAD])).text("subject")
    bare = " ".join(re.sub(r"[/:*?|<>]+", " ", subject).split())[:100]
    return f"{bare}.eml" if bare else ""


def _type(part: "Message[str, str]") -> str:
    try:
        return clean(part.get_content_type())[:100]
    except PARSER_FAULTS:
        return "application/octet-stream"


def _field(part: "Message[str, str]", name: str) -> str:
    return Fields(part).text(name)


def _parameter(part: "Message[str, str]", header: str, name: str) -> str | None:
    try:
        value = _with_bare_bytes(part, header).get_param(name, header=header)
    except PARSER_FAULTS:
        return None
    if isinstance(value, tuple):  # RFC 2231: charset, language, bytes as Latin-1
        charset, _, data = value
        return decode(data.encode("latin-1", "replace"), charset or None).text
    return (
        value.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
        if isinstance(value, str)
        else None
    )


def _with_bare_bytes(part: "Message[str, str]", header: str) -> "Message[str, str]":
    """The part with only this field, its bytes as Latin-1: the library loses what is not ASCII."""
    bare: Message[str, str] = Message()
    raw = next((str(value) for key, value in part.raw_items() if key.lower() == header), None)
    if raw is not None:
        bare[header] = raw.encode("utf-8", "surrogateescape").decode("latin-1")
    return bare


def _name(part: "Message[str, str]") -> str:
    value = _parameter(part, "content-disposition", "filename") or _parameter(part, "content-type", "name")
    # Many mailers write an encoded-word where RFC 2231 belongs.
    return decode_words(value.encode("utf-8", "surrogateescape")).text if value else ""


def _content(part: "Message[str, str]") -> tuple[bytes, bool]:
    """The decoded bytes, and whether something had to be mended."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return _flattened(payload), False
    if not isinstance(payload, str):
        return b"", payload is not None
    encoding = _field(part, "content-transfer-encoding").strip().lower()
    if encoding == "base64":
        return loose_base64(payload.encode("utf-8", "surrogateescape")), bool(part.defects)
    try:
        content = part.get_payload(decode=True)
    except PARSER_FAULTS:
        return payload.encode("utf-8", "surrogateescape"), True
    return (content, False) if isinstance(content, bytes) else (b"", True)


def _flattened(payload: Sequence[object]) -> bytes:
    """A letter inside a letter, as the file it becomes."""
    out: list[bytes] = []
    for inner in payload:
        if not isinstance(inner, Message):
            continue
        try:
            out.append(inner.as_bytes())
        except (*PARSER_FAULTS, UnicodeError):
            head = "".join(f"{name}: {value}\n" for name, value in inner.raw_items())
            within = inner.get_payload()
            body = _flattened(within) if isinstance(within, list) else str(within).encode("utf-8", "replace")
            out.append(f"{head}\n".encode("utf-8", "replace") + body)
    return b"\n".join(out)
