"""What `crm_core.letters` takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_core.letter_findings import Authentication, Bounce, Invite
from crm_core.search.cut import Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """A part of a letter that is kept as a file. `content_id` without angle brackets, "" when there is none."""

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str = ""
    danger: str = ""
    """What a virus scanner called it: kept, and given to nobody. "" for a clean file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFields:
    """What was read out of a letter. Addresses are bare (`ann@example.com`); `date` is what its author claims;
    `marks` are codes of what was odd about it."""

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    date: float | None = None
    text: str = ""
    html: str = ""
    marks: tuple[str, ...] = ()
    reply: str = ""
    """The text without quotations and signature; "" for a letter that was stored before this was known."""
    signature: str = ""
    language: str = ""
    automatic_rule: str = ""
    bounce: Bounce | None = None
    invite: Invite | None = None
    authentication: tuple[Authentication, ...] = ()
    """What may be believed: said by our own edge, or found out by us."""
    attachments: tuple[NewAttachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A letter as the drop accepted it; `spool_id` names its file there and is stored at most once."""

    spool_id: str
    raw: bytes
    sha256: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    received_at: float
    parsed: ParsedFields
    words: Cut | None = None
    """What search keeps of it, where it was cut already; else it is cut when it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """`new` is False when it was there before."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLetter:
    """A letter found by its Message-ID, its case, and all addresses in that case (lower case)."""

    case_id: str
    message_id: str
    participants: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attachment without its bytes; `size` in bytes."""

    id: str
    name: str
    content_type: str
    size: int
    inline: bool
    content_id: str
    danger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentContent:
    """An attachment with its bytes."""

    id: str
    letter_id: str
    name: str
    content_type: str
    content: bytes
    danger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter without its raw bytes. `received_at` is when we had it (or wrote it); `delivery` is queued, sent, failed or
    bounced for what we send (of messages also sending, delivered) and None for what came in; `author` is the agent's name. `refused`: by address what the relay answered; `bcc`,
    `receipt_wanted` and `read_at` of what was written in the composer."""

    id: str
    direction: str
    interaction_id: str | None
    case_id: str | None
    party_id: str | None
    author_id: str | None
    author: str | None
    envelope_from: str
    envelope_to: tuple[str, ...]
    received_at: float
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    from_address: str
    from_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    date: float | None
    text: str
    html: str
    marks: tuple[str, ...]
    reply: str
    signature: str
    language: str
    automatic_rule: str
    bounce: Bounce | None
    invite: Invite | None
    authentication: tuple[Authentication, ...]
    attachments: tuple[Attachment, ...]
    delivery: str | None
    delivery_error: str | None
    refused: Mapping[str, str] | None = None
    bcc: tuple[str, ...] | None = None
    receipt_wanted: bool | None = None
    read_at: float | None = None
