"""The documents that only the API answers with; those shared with the socket are in `documents`.

Typed dictionaries: FastAPI checks answers against them and the OpenAPI document is made of them.
"""

from typing import Any

from typing_extensions import TypedDict

from agent_console.documents import (
    AgentDocument,
    CaseBrief,
    ClockDocument,
    DepartmentDocument,
    InteractionBrief,
    LinkDocument,
    MembershipDocument,
    PointDocument,
    PopDocument,
    QueueDocument,
    QueueName,
    VerdictDocument,
    WaitingDocument,
)


class UserDocument(TypedDict):
    id: str
    login: str
    name: str
    role: str
    language: str
    theme: str
    density: str
    extension: str | None


class UserAnswer(TypedDict):
    user: UserDocument


class CentreDocument(TypedDict):
    """What the organisation calls itself, and where its logo is (null: it has none)."""

    name: str
    logo: str | None


class MeAnswer(TypedDict):
    """Who is signed in, and where. `due` is null, `password` (choose your own) or `totp` (set up a second factor): until
    it is done everything else is refused."""

    user: UserDocument
    centre: CentreDocument
    build: str
    due: str | None


class PhoneDocument(TypedDict):
    uri: str
    user: str
    password: str
    ws_url: str


class ShiftAnswer(TypedDict):
    """`phone` is null for an agent without an extension, and while Asterisk cannot be reached."""

    phone: PhoneDocument | None


class Line(TypedDict):
    queue: str
    language: str
    number: str


class CallUsAnswer(TypedDict):
    """`target` is the SIP URI of the first line."""

    uri: str
    user: str
    password: str
    ws_url: str
    target: str
    lines: list[Line]


class Person(TypedDict):
    name: str
    address: str


class AttachmentDocument(TypedDict):
    """`danger` is what a virus scanner called it: such a file is not given out."""

    id: str
    name: str
    content_type: str
    size: int
    inline: bool
    danger: str


class FailureDocument(TypedDict):
    """What became of one recipient of a letter that was not delivered; `hard`: no use to write there again."""

    recipient: str
    status: str
    reply_code: str
    reason: str
    hard: bool


class InviteDocument(TypedDict):
    """A meeting that a letter invites to; times in seconds since 1970."""

    method: str
    summary: str
    place: str
    organiser: str
    starts_at: float | None
    ends_at: float | None
    all_day: bool


class CheckDocument(TypedDict):
    """A check of a letter's origin: by our mail server, or by us (`authority` empty)."""

    authority: str
    method: str
    result: str
    domain: str


# `from` is a word of Python, hence the other way of writing a typed dictionary
LetterDocument = TypedDict(
    "LetterDocument",
    {
        "id": str,
        "direction": str,
        "from": Person,
        "to": list[Person],
        "cc": list[Person],
        "subject": str,
        "date": float | None,
        "received_at": float,
        "text": str,
        "reply": str,
        "signature": str,
        "language": str,
        "has_html": bool,
        "marks": list[str],
        "automatic_rule": str,
        "failures": list[FailureDocument],
        "invite": InviteDocument | None,
        "authentication": list[CheckDocument],
        "attachments": list[AttachmentDocument],
        "delivery": str | None,
        "error": str,
        "refused": dict[str, str],
        "bcc": list[Person],
        "receipt_wanted": bool,
        "read_at": float | None,
        "author": str | None,
    },
)


class SegmentDocument(TypedDict):
    """One stay in a queue or with an agent."""

    kind: str
    queue: str | None
    agent: str | None
    started_at: float
    rang_at: float | None
    answered_at: float | None
    ended_at: float | None
    outcome: str | None


class CallAnswer(TypedDict):
    """The call that comes of it."""

    interaction: str


class MessageAnswer(TypedDict):
    """What a caller left: `interaction` is the work that it has become; None: it was silent, and is nobody's. `sound_s`: for how long somebody is
    heard."""

    left_at: float
    seconds: float
    sound_s: float
    interaction: str | None


class InteractionAnswer(PopDocument):
    """Everything about one interaction; `thread` is the case's letters, oldest first (empty for a call without). `messages`: what was left in this
    call; `left_in`: the call in which this message was."""

    id: str
    medium: str
    direction: str
    state: str
    outcome: str | None
    queue: QueueName | None
    agent: str | None
    enqueued_at: float
    answered_at: float | None
    ended_at: float | None
    closed_at: float | None
    disposition: str | None
    segments: list[SegmentDocument]
    thread: list[LetterDocument]
    messages: list[MessageAnswer]
    left_in: str | None


class CaseDocument(CaseBrief):
    party_id: str | None
    queue: str | None
    created_at: float


class CaseAnswer(TypedDict):
    case: CaseDocument


class WholeCaseAnswer(CaseAnswer):
    clocks: list[ClockDocument]
    interactions: list[InteractionBrief]
    thread: list[LetterDocument]


class PartyRowDocument(TypedDict):
    id: str
    kind: str
    name: str
    organisation: str | None
    title: str | None
    tier: str | None
    phone: str | None
    email: str | None


class PartyPage(TypedDict):
    """`next_cursor` asks for the next page; null on the last."""

    items: list[PartyRowDocument]
    next_cursor: str | None


class ExcerptDocument(TypedDict):
    """A text and what fits in it: `[begin, end)` in code points."""

    text: str
    marks: list[tuple[int, int]]


class OwnerDocument(TypedDict):
    id: str
    name: str


class FoundDocument(TypedDict):
    """A hit: `kind` is party, case, letter or note, and `id` that of the party, case, letter or interaction. A letter and a
    note are read with their case or interaction. `rank` orders this answer alone; below zero a slip was forgiven."""

    kind: str
    id: str
    title: ExcerptDocument
    snippet: ExcerptDocument
    party: OwnerDocument | None
    case_id: str | None
    interaction_id: str | None
    at: float
    rank: float


class SearchPage(TypedDict):
    """`next_cursor` asks for the next page; null on the last."""

    items: list[FoundDocument]
    next_cursor: str | None


class PartyAnswer(TypedDict):
    id: str
    kind: str
    name: str
    organisation: str | None
    title: str | None
    department: str | None
    tier: str | None
    language: str | None
    note: str
    contact_points: list[PointDocument]
    superior: str | None
    traits: list[str]
    lifecycle: str | None
    membership: MembershipDocument | None
    preferred_channel: str | None
    contact_times: dict[str, Any] | None
    do_not_contact: bool
    cases: list[CaseBrief]
    interactions: list[InteractionBrief]


class DispositionDocument(TypedDict):
    """`labels` by language: en, zh-TW, zh-CN."""

    code: str
    labels: dict[str, str]


class DispositionsAnswer(TypedDict):
    items: list[DispositionDocument]


class ReplyAnswer(TypedDict):
    letter_id: str


class BoardAnswer(TypedDict):
    """The board's documents by collection and id, as the socket's snapshot holds them."""

    queues: dict[str, QueueDocument]
    agents: dict[str, AgentDocument]
    waiting: dict[str, WaitingDocument]
    departments: dict[str, DepartmentDocument]
    link: dict[str, LinkDocument]


class NumbersAnswer(TypedDict):
    items: list[VerdictDocument]


class PinAnswer(TypedDict):
    customer_number: str | None
