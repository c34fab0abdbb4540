"""Letters that are being written, as JSON, and the outbox."""

from collections.abc import Iterable, Mapping

from typing_extensions import TypedDict

from crm_core.drafts.model import Content, Draft, DraftFile
from crm_core.drafts.people import Suggested
from crm_core.drafts.sent import Outgoing


class DraftFileDocument(TypedDict):
    """`inline`: a picture within the words, which the HTML calls `cid:<id>`."""

    id: str
    name: str
    content_type: str
    size: int
    inline: bool


class ContentDocument(TypedDict):
    """`way`: reply, new or forward; `answers`: the letter that is answered or forwarded; `quote`: it stands below; `receipt`: ask to be told
    when it is read."""

    way: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    rich: bool
    html: str
    text: str
    quote: bool
    answers: str | None
    texts: list[str]
    receipt: bool
    queue_id: str | None


class DraftDocument(TypedDict):
    """`send_at`: when it becomes a letter; until then it can be taken back. `problem`: why it did not (a code). `strangers`: addresses it goes
    to that are not the customer's."""

    id: str
    version: int
    owner_id: str
    owner: str
    case_id: str | None
    interaction_id: str | None
    party_id: str | None
    content: ContentDocument
    files: list[DraftFileDocument]
    strangers: list[str]
    updated_at: float
    send_at: float | None
    scheduled: bool
    problem: str


class DraftAnswer(TypedDict):
    draft: DraftDocument


class SuggestedDocument(TypedDict):
    address: str
    name: str
    whose: str


class WritingAnswer(TypedDict):
    """All that writing here needs. `blank`: how a letter begins; `zone`: in which times are given for sending later; `undo_s`: for so long a sent
    letter can be taken back; `most_bytes`: all files of a letter together."""

    items: list[DraftDocument]
    blank: ContentDocument
    suggested: list[SuggestedDocument]
    customers: list[str]
    zone: str
    undo_s: float
    most_bytes: int


class HeldAnswer(TypedDict):
    items: list[DraftDocument]


class OutgoingDocument(TypedDict):
    letter_id: str
    case_id: str | None
    number: str | None
    author: str | None
    to: list[str]
    subject: str
    state: str
    attempts: int
    due_at: float
    tried_at: float | None
    error: str
    refused: Mapping[str, str]


class OutboxAnswer(TypedDict):
    """`held`: letters that wait for their time; `letters`: those that wait for the relay, were refused or came back."""

    held: list[DraftDocument]
    letters: list[OutgoingDocument]


def content(row: Content) -> ContentDocument:
    return ContentDocument(
        way=row.way,
        to=list(row.to),
        cc=list(row.cc),
        bcc=list(row.bcc),
        subject=row.subject,
        rich=row.rich,
        html=row.html,
        text=row.text,
        quote=row.quote,
        answers=row.answers,
        texts=list(row.texts),
        receipt=row.receipt,
        queue_id=row.queue_id,
    )


def file(row: DraftFile) -> DraftFileDocument:
    return DraftFileDocument(
        id=row.id, name=row.name, content_type=row.content_type, size=row.size, inline=row.inline
    )


def draft(row: Draft, strangers: Iterable[str] = ()) -> DraftDocument:
    return DraftDocument(
        id=row.id,
        version=row.version,
        owner_id=row.owner_id,
        owner=row.owner,
        case_id=row.case_id,
        interaction_id=row.interaction_id,
        party_id=row.party_id,
        content=content(row.content),
        files=[file(each) for each in row.files],
        strangers=list(strangers),
        updated_at=row.updated_at,
        send_at=row.send_at,
        scheduled=row.scheduled,
        problem=row.problem,
    )


def suggested(row: Suggested) -> SuggestedDocument:
    return SuggestedDocument(address=row.address, name=row.name, whose=row.whose)


def outgoing(row: Outgoing) -> OutgoingDocument:
    return OutgoingDocument(
        letter_id=row.letter_id,
        case_id=row.case_id,
        number=row.number,
        author=row.author,
        to=list(row.to),
        subject=row.subject,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        tried_at=row.tried_at,
        error=row.error,
        refused=dict(row.refused or {}),
    )
