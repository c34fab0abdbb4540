"""A letter's bytes (RFC 5322, 2045): plain and formatted words as alternatives, pictures beside the formatted ones, files around all of it. Pure.

Seven bits, as any relay takes them; headers by our own hand (see `writing`), parts by the standard library, which writes file names
by RFC 2231.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from channels.email.sending import rich_text, writing

_POLICY = SMTP.clone(cte_type="7bit")
_QUOTED_LINES = 40
_UNTYPED = ("application", "octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file of the letter; `id` is what `cid:` in its HTML refers to, where it stands within the words."""

    id: str
    name: str
    content_type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The letter that is answered or forwarded, as it stands below the new one."""

    who: str
    at: float
    text: str
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The header of a letter. `answers_itself`: it is an automatic answer to one; `receipt_to`: where its reading is to be reported (RFC 8098); `unsubscribe`: the address of the page that ends
    letters of this kind (RFC 8058)."""

    sender: str
    sender_name: str
    to: Sequence[tuple[str, str]]
    cc: Sequence[tuple[str, str]] = ()
    reply_to: str
    subject: str
    message_id: str
    in_reply_to: str = ""
    references: Sequence[str] = ()
    at: float
    automatic: bool = False
    answers_itself: bool = False
    receipt_to: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said: `html` empty for a plain letter."""

    text: str
    html: str = ""
    quoted: Quoted | None = None


def compose(envelope: Envelope, words: Words, pieces: Sequence[Piece] = ()) -> bytes:
    """The letter as it goes out."""
    return writing.header(_fields(envelope)) + _body(words, pieces).as_bytes()


def _fields(envelope: Envelope) -> list[tuple[str, str]]:
    moment = format_datetime(datetime.fromtimestamp(envelope.at, UTC))
    one_click = "List-Unsubscribe=One-Click" if envelope.unsubscribe.startswith("https:") else ""
    return [
        ("From", writing.mailbox(envelope.sender_name, envelope.sender)),
        ("To", writing.mailboxes(envelope.to)),
        ("Cc", writing.mailboxes(envelope.cc)),
        ("Subject", writing.text(envelope.subject)),
        ("Date", moment),
        ("Message-ID", envelope.message_id),
        ("In-Reply-To", writing.ids((envelope.in_reply_to,))),
        ("References", writing.ids(envelope.references)),
        ("Reply-To", envelope.reply_to),
        # RFC 3834: nobody's machine is to answer a machine
        ("Auto-Submitted", _submitted(envelope)),
        # Exchange looks at this alone before it says that somebody is out of office
        ("X-Auto-Response-Suppress", "All" if envelope.automatic else ""),
        ("Disposition-Notification-To", f"<{envelope.receipt_to}>" if envelope.receipt_to else ""),
        ("List-Unsubscribe", f"<{envelope.unsubscribe}>" if envelope.unsubscribe else ""),
        # RFC 8058, 3.1: only with an https address
        ("List-Unsubscribe-Post", one_click),
    ]


def _submitted(envelope: Envelope) -> str:
    if not envelope.automatic:
        return ""
    return "auto-replied" if envelope.answers_itself else "auto-generated"


def _body(words: Words, pieces: Sequence[Piece]) -> EmailMessage:
    wanted = set(rich_text.pictures(words.html))
    shown = [each for each in pieces if each.inline and each.id in wanted]
    attached = [
        each for each in pieces if not each.inline
    ]  # a picture that was taken out of the words is gone
    body = EmailMessage(policy=_POLICY)
    body.set_content(_with_end(words.text + _plain_quote(words.quoted)), charset="utf-8")
    if words.html:
        body.add_alternative(_page(words, shown), subtype="html", charset="utf-8")
        formatted = body.get_payload()[1]  # type: ignore[index]
        for each in shown:
            main, _, sub = each.content_type.partition("/")
            formatted.add_related(each.content, main, sub, cid=f"<{content_id(each.id)}>", disposition="inline", filename=_name(each))  # type: ignore[union-attr] # fmt: skip
    for each in attached:
        main, _, sub = each.content_type.partition("/")
        kind = (main, sub) if main not in {"multipart", "message"} and sub else _UNTYPED
        body.add_attachment(each.content, *kind, filename=_name(each))
    return body


def content_id(file_id: str) -> str:
    """As an address (RFC 2392): some mail programs show a picture only then."""
    return f"{file_id}@trunkline"


def _page(words: Words, shown: Sequence[Piece]) -> str:
    html = words.html
    for each in shown:
        html = html.replace(f'"cid:{each.id}"', f'"cid:{content_id(each.id)}"')
    return f"<!DOCTYPE html>\n<html><body>\n{_folded(html)}\n{_html_quote(words.quoted)}</body></html>\n"


def _folded(html: str) -> str:
    """A line a block, for whoever looks at the source."""
    return re.sub(r"(</(?:p|div|li|ul|ol|blockquote)>)(?!\n)", r"\1\n", html)


def _name(piece: Piece) -> str:
    return writing.on_one_line(piece.name)[:200] or "file"


def _with_end(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _plain_quote(quoted: Quoted | None) -> str:
    if quoted is None or not quoted.text.strip():
        return ""
    lines = "\n".join(f"> {line}".rstrip() for line in _quoted_lines(quoted))
    return f"\n\n{_head(quoted)}\n{lines}\n"


def _html_quote(quoted: Quoted | None) -> str:
    """The words alone: what somebody else's HTML looks like is not ours to send on."""
    if quoted is None or not quoted.text.strip():
        return ""
    lines = "<br>\n".join(escape(line, quote=False) for line in _quoted_lines(quoted))
    return f'<p>{escape(_head(quoted), quote=False)}</p>\n<blockquote type="cite">{lines}</blockquote>\n'


def _quoted_lines(quoted: Quoted) -> list[str]:
    lines = quoted.text.strip().split("\n")
    if quoted.whole or len(lines) <= _QUOTED_LINES:
        return lines
    return [*lines[:_QUOTED_LINES], "[...]"]


def _head(quoted: Quoted) -> str:
    moment = datetime.fromtimestamp(quoted.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{quoted.who}, {moment}:"
