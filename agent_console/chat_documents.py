"""Chats on an agent's screen: a document for each, and one for each of its lines, so that a new line sends no old one again."""

from typing import Any, Protocol

from typing_extensions import TypedDict

from agent_console.documents import Documents
from channels.chat.talk import Talk
from crm_core.chat.model import VISITOR, Line


class Talks(Protocol):
    """The chats of this process, as far as screens read them."""

    def known(self, interaction: str) -> Talk | None: ...


class NoTalks:
    """Where there are none."""

    def known(self, interaction: str) -> Talk | None:
        return None


class ChatDocument(TypedDict):
    """`here`: the visitor's page is open; `away`: they have not come back in time. `unanswered_since`: they wait for the agent's next word since
    then. `read`: the last line that the visitor saw. `address` is what they say is theirs."""

    id: str
    language: str
    name: str
    address: str
    here: bool
    away: bool
    typing: bool
    read: int
    unread: int
    last: str
    last_at: float | None
    unanswered_since: float | None
    ended_by: str | None


class ChatFileDocument(TypedDict):
    id: str
    name: str
    content_type: str
    size: int


class ChatLineDocument(TypedDict):
    """`author`: visitor, agent, system; of the system, `code` says what happened."""

    chat: str
    seq: int
    author: str
    name: str
    at: float
    text: str
    code: str
    params: dict[str, str]
    file: ChatFileDocument | None


class TranscriptAnswer(TypedDict):
    """The lines after the one that was asked for. `ended_by`: null while it goes on."""

    id: str
    name: str
    address: str
    language: str
    ended_by: str | None
    seq: int
    lines: list[ChatLineDocument]


def of_talk(talk: Talk) -> Documents:
    """Everything of one chat. Whether somebody types is as last told: when it is over, that is told as well."""
    found: Documents = {("chats", talk.chat.id): chat(talk)}
    for each in talk.lines:
        found["chat_lines", f"{talk.chat.id}/{each.seq}"] = line(talk.chat.id, each)
    return found


def chat(talk: Talk) -> ChatDocument:
    last_at: Any = talk.lines[-1].at if talk.lines else None
    return ChatDocument(
        id=talk.chat.id,
        language=talk.chat.language,
        name=talk.chat.name,
        address=talk.chat.address,
        here=talk.here > 0,
        away=talk.away,
        typing=talk.typing[VISITOR] > 0.0,
        read=talk.read[VISITOR],
        unread=talk.unread(),
        last=talk.last_words(),
        last_at=last_at,
        unanswered_since=talk.unanswered_since(),
        ended_by=talk.chat.ended_by,
    )


def line(chat_id: str, each: Line) -> ChatLineDocument:
    file = each.file
    return ChatLineDocument(
        chat=chat_id,
        seq=each.seq,
        author=each.author,
        name=each.name,
        at=each.at,
        text=each.text,
        code=each.code,
        params=dict(each.params),
        file=None
        if file is None
        else ChatFileDocument(id=file.id, name=file.name, content_type=file.content_type, size=file.size),
    )


def transcript(talk: Talk, after: int) -> TranscriptAnswer:
    return TranscriptAnswer(
        id=talk.chat.id,
        name=talk.chat.name,
        address=talk.chat.address,
        language=talk.chat.language,
        ended_by=talk.chat.ended_by,
        seq=talk.seq,
        lines=[line(talk.chat.id, each) for each in talk.after(after)],
    )
