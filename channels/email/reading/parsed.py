"""What parsing finds in a letter. Plain values, so that they cross from the worker's process."""

from dataclasses import dataclass

from crm_core.letter_findings import Authentication, Bounce, Failure, Invite
from crm_core.search.cut import Cut

__all__ = ["UNPARSABLE", "Attachment", "Authentication", "Bounce", "Failure", "Invite", "Mark", "Parsed"]


class Mark:
    """Codes shown beside a letter; the console translates them."""

    REPAIRED = "repaired"  # a charset or structure was mended
    UNPARSABLE = "unparsable"  # only the raw letter is there
    TRUNCATED = "truncated"  # a limit cut text, parts or attachments; the raw letter has all
    REMOTE_BLOCKED = "remote_blocked"  # images and the like of other servers were removed
    NO_SENDER = "no_sender"
    AUTOMATIC = "auto_generated"  # RFC 3834: never answered automatically
    BULK = "bulk"  # a mailing list or mass mail
    BOUNCE = "bounce"  # a report that a letter was not delivered
    INFECTED = "infected"  # a virus scanner found something; the file is kept and given to nobody
    UNSCANNED = "unscanned"  # there is a scanner, but it gave no verdict
    STRANGER = "stranger"  # refers to a case its sender takes no part in: a case of its own was opened
    OTHER_QUEUE = "other_queue"  # refers to a case of another queue: the same
    NO_RECIPIENT = "no_recipient"  # no queue has this address: the first e-mail queue took it


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not the body; `content_id` is what `cid:` in the HTML refers to."""

    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None
    danger: str = ""
    """What a virus scanner calls it; the parser leaves this empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A letter's fields, decoded and within limits. `html` is clean: no script, no style sheet, nothing remote."""

    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: float | None = None
    text: str = ""
    html: str | None = None
    marks: tuple[str, ...] = ()
    returned_ids: tuple[str, ...] = ()
    """Of a bounce: the Message-IDs of the letter that came back."""
    attachments: tuple[Attachment, ...] = ()
    bounce: Bounce | None = None
    automatic_rule: str = ""
    """Why no automatic answer goes to this: the name of the rule (`automatic`); "" for what a person wrote to us."""
    reply: str = ""
    """What was written anew: the text without quotations and signature."""
    signature: str = ""
    language: str = ""
    """A guess: "zh-TW", "zh-CN", "ja", "en" ...; "" where nothing tells."""
    invite: Invite | None = None
    repairs: tuple[str, ...] = ()
    """What `Mark.REPAIRED` and `Mark.TRUNCATED` stand for: charset, header, transfer_encoding, structure, header_cut, parts_cut, text_cut, files_cut."""
    authentication: tuple[Authentication, ...] = ()
    """All that stands in the header: the server drops what its edge did not say."""
    words: Cut | None = None
    """What search keeps of a long letter, cut by the worker: the writer would hold up calls with it."""


UNPARSABLE = Parsed(marks=(Mark.UNPARSABLE,))
