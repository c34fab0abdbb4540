"""The text frames of the socket (docs/contracts.md, section 6): what is read, and how what is sent is written."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent_console.documents import Document
from agent_console.sessions import Delta, Key
from config.errors import Kind, Refused

SESSION_ENDED = 4001
NOT_ALLOWED = 4003
COME_BACK = 4008


class Resume(BaseModel):
    """The last thing a returning browser saw."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stream: str
    seq: int


class Look(BaseModel):
    """Which case's page is open now; empty: none. The browser hears when something of it changed, and asks for it as anybody does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["look"]
    case: str = Field(max_length=100)


class Hello(BaseModel):
    """The frame a browser sends first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["hello"]
    view: Literal["agent", "board"]
    resume: Resume | None = None


def read_hello(text: str | bytes) -> Hello:
    """Judge the first frame; anything else is `socket.hello`."""
    try:
        return Hello.model_validate_json(text)
    except ValidationError as error:
        raise Refused("socket.hello", Kind.INVALID) from error


def read_look(text: str | bytes) -> Look | None:
    """What a browser says after its hello; None for anything that it has no business to say."""
    try:
        return Look.model_validate_json(text)
    except ValidationError:
        return None


def snapshot(*, stream: str, seq: int, now: float, build: str, documents: Mapping[Key, Document]) -> bytes:
    """Everything at once."""
    collections: dict[str, dict[str, Document]] = {}
    for (collection, name), document in documents.items():
        collections.setdefault(collection, {})[name] = document
    return _encoded(
        {"type": "snapshot", "stream": stream, "seq": seq, "now": now, "build": build, "docs": collections}
    )


def resumed(*, stream: str, seq: int, now: float) -> bytes:
    """The gap is kept: deltas after `seq` follow."""
    return _encoded({"type": "resumed", "stream": stream, "seq": seq, "now": now})


def delta(change: Delta, now: float) -> bytes:
    """One change."""
    return _encoded({"type": "delta", "seq": change.seq, "now": now, "set": change.set, "drop": change.drop})


def news(case: str, now: float) -> bytes:
    """Something of the case changed: whoever shows it looks again. Not numbered: one that was lost costs a look after the next."""
    return _encoded({"type": "news", "case": case, "now": now})


def beat(*, seq: int, now: float) -> bytes:
    """Nothing happened, and the link is alive."""
    return _encoded({"type": "beat", "seq": seq, "now": now})


def _encoded(frame: Mapping[str, Any]) -> bytes:
    # A lone surrogate in a caller's name has no UTF-8 form; it must not take the socket down.
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
