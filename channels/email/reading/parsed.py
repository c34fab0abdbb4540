"""What parsing finds in a letter. Plain values, so that they cross from the worker's process."""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A report that a letter was not delivered (or that its reader complained). `status` is RFC 3463's, `reply_code` SMTP's; both ""
    when nothing says them. `hard`: no use to write to this address again."""

    recipients: tuple[str, ...] = ()
    status: str = ""
    reply_code: str = ""
    reason: str = ""
    hard: bool = False


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
    """Why `Mark.AUTOMATIC` stands there: the name of the rule; "" for what a person wrote."""


UNPARSABLE = Parsed(marks=(Mark.UNPARSABLE,))
