"""A visitor's socket, sans I/O: what it is sent.

Lines are numbered by the store, so the last number that a browser saw is all that it needs to go on, after a cut line as after a restart of the
server. Every frame says after which number its lines come: a browser that misses some knows it and comes back. The state beside them is small and
sent whole when it changed. *Stale lines + frames == fresh lines* is the promise that the property test checks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.chat.talk import Standing, Talk
from config.errors import Refused
from crm_core.chat.model import AGENT, SYSTEM, VISITOR, Line


@dataclass(slots=True)
class Session:
    """`seen` is the last line that the browser has; `news` is what it must be told now."""

    seen: int
    _state: Mapping[str, Any] | None = None

    def news(self, talk: Talk, standing: Standing, now: float) -> bytes | None:
        """The lines after `seen`, and the state where it is another; None: it knows all."""
        state = state_of(talk, standing, now)
        more = talk.after(self.seen)
        if not more and state == self._state:
            return None
        frame: dict[str, Any] = {"type": "news", "now": now, "after": self.seen}
        frame["lines"] = [line_of(each) for each in more]
        if state != self._state:
            frame["state"] = state
        self.seen, self._state = max(self.seen, talk.seq), state
        return encoded(frame)

    def greet(self, talk: Talk, standing: Standing, now: float) -> bytes:
        """The first frame; a browser that claims more lines than there are gets them all."""
        if self.seen > talk.seq:
            self.seen = 0
        self._state = None
        first = self.news(talk, standing, now)
        assert first is not None  # noqa: S101 - a state that was never told is news
        return first


def refused(key: str, refusal: Refused) -> bytes:
    """What was sent under this id is not kept, and why."""
    return encoded({"type": "refused", "id": key, "code": refusal.code})


def beat(now: float) -> bytes:
    """Nothing happened, and the line is alive."""
    return encoded({"type": "beat", "now": now})


def state_of(talk: Talk, standing: Standing, now: float) -> dict[str, Any]:
    """What a visitor sees beside the lines."""
    chat = talk.chat
    return {
        "phase": "ended" if chat.ended_at is not None else standing.phase,
        "ended_by": chat.ended_by,
        "agent": standing.agent,
        "position": standing.position,
        "wait_s": standing.wait_s,
        "typing": talk.typing[AGENT] > now,
        "read": talk.read[AGENT],
        "address": chat.address,
        "was_answered": any(line.author == AGENT or line.code == "joined" for line in talk.lines),
    }


def line_of(line: Line) -> dict[str, Any]:
    """A line as the visitor sees it: a colleague by name alone, their own lines with the id that they gave."""
    shown: dict[str, Any] = {"seq": line.seq, "by": line.author, "at": line.at, "text": line.text}
    if line.author == VISITOR:
        shown["id"] = line.key
    if line.author == AGENT:
        shown["name"] = line.name
    if line.author == SYSTEM:
        shown |= {"code": line.code, "params": dict(line.params), "name": line.name}
    if line.file is not None:
        file = line.file
        shown["file"] = {"id": file.id, "name": file.name, "type": file.content_type, "size": file.size}
    return shown


def encoded(frame: Mapping[str, Any]) -> bytes:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
