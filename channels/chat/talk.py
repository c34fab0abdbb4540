"""One open chat as it is now, sans I/O: its lines, who is there, who types, what was read, and when something is due.

Lines are the store's; all else is known only while the server runs, and begins anew with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from crm_core.chat.model import AGENT, SYSTEM, VISITOR, Chat, Line

TYPING_S = 6.0
"""Whoever types says so every few seconds; after so long they have stopped."""


class Due(StrEnum):
    """What has to be done about a chat now."""

    AWAY = "away"  # the visitor has not come back
    ASK = "ask"  # they have not answered: are they still there?
    IDLE = "idle"  # nor did they answer that


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How long one waits for a visitor."""

    away_after_s: float
    idle_warning_s: float
    idle_end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the router has it. `position` (from 1) and `wait_s` while it waits, where they can be told; `agent`: whose it is, by name."""

    phase: str
    position: int | None = None
    wait_s: float | None = None
    agent: str | None = None


class Talk:
    """Changed by what happens; asked what each side is shown, and what is due."""

    def __init__(self, chat: Chat, lines: Iterable[Line], now: float) -> None:
        self.chat = chat
        self.lines: list[Line] = list(lines)
        self.here = 0
        """The visitor's open sockets."""
        self.gone_at: float | None = now
        """Since when there is none; after a start they are waited for as if they had gone just now."""
        self.away = self._last_presence() == "visitor_left"
        self.typing = {VISITOR: 0.0, AGENT: 0.0}
        self.read = {VISITOR: self._last_of(VISITOR), AGENT: self._last_of(AGENT)}

    @property
    def seq(self) -> int:
        """The last line's number."""
        return self.lines[-1].seq if self.lines else 0

    def after(self, seq: int) -> list[Line]:
        """The lines after a number: they count from 1 without a gap."""
        return self.lines[max(0, seq) :]

    def took(self, line: Line) -> bool:
        """A line was kept; False: it is known. Whoever writes has read all before, and types no more."""
        if line.seq <= self.seq:
            return False
        self.lines.append(line)
        if line.author in self.read:
            self.read[line.author] = line.seq
            self.typing[line.author] = 0.0
        if line.code in ("visitor_left", "visitor_back"):
            self.away = line.code == "visitor_left"
        return True

    def came(self) -> bool:
        """The visitor opened a socket; True: they had been given up."""
        self.here += 1
        self.gone_at = None
        return self.away

    def went(self, now: float) -> None:
        """One of their sockets is gone."""
        self.here -= 1
        if self.here == 0:
            self.gone_at = now
            self.typing[VISITOR] = 0.0

    def types(self, who: str, now: float, *, on: bool) -> bool:
        """They type, or stopped; True: that is new."""
        before = self.typing[who] > now
        self.typing[who] = now + TYPING_S if on else 0.0
        return before != on

    def has_read(self, who: str, seq: int) -> bool:
        """They have seen all up to this line; True: that is more than before."""
        seen = min(seq, self.seq)
        if seen <= self.read[who]:
            return False
        self.read[who] = seen
        return True

    def ended(self, by: str, at: float) -> None:
        """Nothing is said any more."""
        self.chat = replace(self.chat, ended_at=at, ended_by=by)
        self.typing = {VISITOR: 0.0, AGENT: 0.0}

    def stale_typing(self, now: float) -> bool:
        """Whether somebody stopped typing without a word; then they have."""
        over = [who for who, until in self.typing.items() if 0.0 < until <= now]
        for who in over:
            self.typing[who] = 0.0
        return bool(over)

    def deadline(self, rules: Rules, *, connected: bool) -> float | None:
        """When something is due next."""
        typing = [until for until in self.typing.values() if until > 0.0]
        return min([*typing, *(at for at, _ in self._moments(rules, connected=connected))], default=None)

    def due(self, rules: Rules, now: float, *, connected: bool) -> Due | None:
        """What is due now."""
        return next((due for at, due in self._moments(rules, connected=connected) if at <= now), None)

    def _moments(self, rules: Rules, *, connected: bool) -> list[tuple[float, Due]]:
        if self.chat.ended_at is not None:
            return []
        found: list[tuple[float, Due]] = []
        if self.gone_at is not None and not self.away:
            found.append((self.gone_at + rules.away_after_s, Due.AWAY))
        if connected:
            found += self._silence(rules)
        return found

    def _silence(self, rules: Rules) -> list[tuple[float, Due]]:
        """Of a visitor who does not answer. Who has not been answered is never hurried."""
        for line in reversed(self.lines):
            if line.code == "idle_warning":
                return [(line.at + rules.idle_end_s, Due.IDLE)]
            if line.author == AGENT:
                return [(line.at + rules.idle_warning_s, Due.ASK)]
            if line.author == VISITOR:
                return []
        return []

    def unanswered_since(self) -> float | None:
        """Since when the visitor waits for the agent's next word."""
        since: float | None = None
        for line in reversed(self.lines):
            if line.author == AGENT:
                break
            if line.author == VISITOR:
                since = line.at
        return since

    def unread(self) -> int:
        """How many of the visitor's lines the agent has not seen."""
        return sum(1 for line in self.after(self.read[AGENT]) if line.author == VISITOR)

    def last_words(self) -> str:
        """What was said last, for a list."""
        spoken = next((line for line in reversed(self.lines) if line.author != SYSTEM), None)
        if spoken is None:
            return ""
        words = spoken.text or (spoken.file.name if spoken.file else "")
        return " ".join(words.split())[:120]

    def _last_of(self, who: str) -> int:
        return next((line.seq for line in reversed(self.lines) if line.author == who), 0)

    def _last_presence(self) -> str:
        told = (line.code for line in reversed(self.lines) if line.code in ("visitor_left", "visitor_back"))
        return next(told, "")
