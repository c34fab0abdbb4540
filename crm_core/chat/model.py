"""What a chat is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VISITOR, AGENT, SYSTEM = "visitor", "agent", "system"
MOST_LINES = 2_000
"""Of one chat: a screen holds them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """`id` is the interaction's. `address` is what the visitor says is theirs. `ended_by`: visitor, agent, left (they stayed away), idle,
    turned_away."""

    id: str
    door: str
    language: str
    name: str
    address: str
    started_at: float
    ended_at: float | None
    ended_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What was sent, without its bytes."""

    id: str
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`seq` counts from 1 without a gap. `key` is the author's own name for it; `name` of an agent is the colleague's name now. Of the system:
    `code` says what happened, with `params`."""

    seq: int
    author: str
    author_id: str | None
    name: str
    key: str
    at: float
    text: str
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    file: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChat:
    """Somebody begins one. `token_sha256` names this beginning, so that a second one is the same; `subject` is the question's first line."""

    token_sha256: str
    door: str
    queue_id: str
    language: str
    name: str
    address: str
    origin: str
    question: str
    consented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """Somebody says something; with `file`, they send it."""

    author: str
    key: str
    text: str = ""
    author_id: str | None = None
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    file: "NewFile | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    name: str
    content_type: str
    content: bytes
