"""Knowledge as JSON: articles with their texts, versions, what is suggested, memos."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from agent_console.directory import Directory
from crm_core.knowledge.difference import Line
from crm_core.knowledge.files import File
from crm_core.knowledge.memos import Memo, Reading
from crm_core.knowledge.review import Waiting
from crm_core.knowledge.sendable import Sendable
from crm_core.knowledge.suggest import Suggestion
from crm_core.knowledge.texts import Text, Version
from crm_core.knowledge.usefulness import CaseArticle, Usefulness


class UsefulnessDocument(TypedDict):
    helpful: int
    not_helpful: int
    used: int
    linked: int


class TextDocument(TypedDict):
    """One language: its newest version; `published` is the version that others read."""

    language: str
    state: str
    version: int
    published: int | None
    published_at: float | None
    submitted_by: str | None
    title: str
    summary: str
    body: str
    at: float


class VersionDocument(TypedDict):
    version: int
    title: str
    summary: str
    body: str
    note: str
    author: str | None
    at: float


class FileDocument(TypedDict):
    id: str
    name: str
    content_type: str
    size: int


class SendableDocument(FileDocument):
    """A file that may go along with a letter, and its article; `of_case`: one that is kept on the case."""

    article_id: str
    number: str
    title: str
    of_case: bool


class SendableAnswer(TypedDict):
    items: list[SendableDocument]


class ArticleAnswer(TypedDict):
    """An article whole, as whoever asks may use it; `publishable`: they may publish it."""

    record: dict[str, Any]
    named: dict[str, dict[str, str]]
    texts: list[TextDocument]
    files: list[FileDocument]
    usefulness: UsefulnessDocument
    editable: bool
    publishable: bool


class VersionsAnswer(TypedDict):
    items: list[VersionDocument]


class LineDocument(TypedDict):
    """`what`: same, added, removed."""

    what: str
    text: str


class DifferenceAnswer(TypedDict):
    title: list[LineDocument]
    summary: list[LineDocument]
    body: list[LineDocument]


class RenderedAnswer(TypedDict):
    """Safe to be shown."""

    html: str


class WaitingDocument(TypedDict):
    why: str
    article_id: str
    number: str
    title: str
    language: str
    since: float
    by: str | None
    usefulness: UsefulnessDocument


class ReviewAnswer(TypedDict):
    items: list[WaitingDocument]


class SuggestionDocument(TypedDict):
    """`kind`: article or case (a solved one; `case_id` only where they may read it). `link`: the public page, where there is one."""

    kind: str
    article_id: str
    number: str
    language: str
    title: str
    summary: str
    text: str
    link: str | None
    case_id: str | None
    score: float
    shared: list[str]
    usefulness: UsefulnessDocument


class SuggestAnswer(TypedDict):
    items: list[SuggestionDocument]


class CaseArticleDocument(TypedDict):
    id: str
    number: str
    title: str
    state: str
    kinds: list[str]
    at: float


class CaseArticlesAnswer(TypedDict):
    items: list[CaseArticleDocument]


class MemoDocument(TypedDict):
    """`meant`: for what is on the screen, and not for everything."""

    id: str
    title: str
    html: str
    urgent: bool
    queue_id: str | None
    product_id: str | None
    language: str | None
    shown_from: float
    shown_until: float | None
    read_at: float | None
    meant: bool


class MemosAnswer(TypedDict):
    items: list[MemoDocument]


class ReadingDocument(TypedDict):
    user_id: str
    name: str
    at: float | None


class ReadingsAnswer(TypedDict):
    items: list[ReadingDocument]
    read: int
    of: int


def usefulness(given: Usefulness) -> UsefulnessDocument:
    return UsefulnessDocument(
        helpful=given.helpful, not_helpful=given.not_helpful, used=given.used, linked=given.linked
    )


def text(given: Text, names: Directory) -> TextDocument:
    return TextDocument(
        language=given.language,
        state=given.state,
        version=given.version,
        published=given.published,
        published_at=given.published_at,
        submitted_by=names.user_name(given.submitted_by),
        title=given.newest.title,
        summary=given.newest.summary,
        body=given.newest.body,
        at=given.newest.at,
    )


def version(given: Version, names: Directory) -> VersionDocument:
    return VersionDocument(
        version=given.version,
        title=given.title,
        summary=given.summary,
        body=given.body,
        note=given.note,
        author=names.user_name(given.author_id),
        at=given.at,
    )


def file(given: File) -> FileDocument:
    return FileDocument(id=given.id, name=given.name, content_type=given.content_type, size=given.size)


def sendable(given: Sendable) -> SendableDocument:
    return SendableDocument(
        id=given.id,
        name=given.name,
        content_type=given.content_type,
        size=given.size,
        article_id=given.article_id,
        number=given.number,
        title=given.title,
        of_case=given.of_case,
    )


def lines(given: list[Line]) -> list[LineDocument]:
    return [LineDocument(what=each.what, text=each.text) for each in given]


def waiting(given: Waiting) -> WaitingDocument:
    return WaitingDocument(
        why=given.why,
        article_id=given.article_id,
        number=given.number,
        title=given.title,
        language=given.language,
        since=given.since,
        by=given.by,
        usefulness=usefulness(given.usefulness),
    )


def suggestion(given: Suggestion, origin: str, readable: frozenset[str]) -> SuggestionDocument:
    return SuggestionDocument(
        kind=given.kind,
        article_id=given.article_id,
        number=given.number,
        language=given.language,
        title=given.title,
        summary=given.summary,
        text=given.text,
        link=f"{origin}/help/{given.slug}?lang={given.language}" if given.public else None,
        case_id=given.case_id if given.case_id in readable else None,
        score=given.score,
        shared=list(given.shared),
        usefulness=usefulness(given.usefulness),
    )


def case_article(given: CaseArticle) -> CaseArticleDocument:
    return CaseArticleDocument(
        id=given.id,
        number=given.number,
        title=given.title,
        state=given.state,
        kinds=list(given.kinds),
        at=given.at,
    )


def memo(given: Memo, html: Mapping[str, str]) -> MemoDocument:
    return MemoDocument(
        id=given.id,
        title=given.title,
        html=html[given.id],
        urgent=given.urgent,
        queue_id=given.queue_id,
        product_id=given.product_id,
        language=given.language,
        shown_from=given.shown_from,
        shown_until=given.shown_until,
        read_at=given.read_at,
        meant=given.meant,
    )


def reading(given: Reading) -> ReadingDocument:
    return ReadingDocument(user_id=given.user_id, name=given.name, at=given.at)
