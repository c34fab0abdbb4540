"""What waits for the next turn: events in order, and those who want to know when they are durable."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from routing.core.events import Event
from routing.core.facts import Fact
from routing.core.model import AgentRule, QueueRule

Answer = asyncio.Future[tuple[Fact, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A new configuration."""

    queues: tuple[QueueRule, ...]
    agents: tuple[AgentRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that came since the last turn; the newest configuration counts."""

    events: Sequence[Event]
    rules: Rules | None
    answers: Sequence[Answer]


class Inbox:
    """Filled from the loop's thread at any time, emptied by the one who takes turns."""

    def __init__(self) -> None:
        self._filled = asyncio.Event()
        self._events: list[Event] = []
        self._answers: list[Answer] = []
        self._rules: Rules | None = None
        self._timer: asyncio.TimerHandle | None = None

    def put(self, *events: Event) -> None:
        """Add events, in order; never blocks."""
        self._events += events
        self._filled.set()

    def answer_to(self, *events: Event) -> Answer:
        """Add events and return the future that gets the facts of their turn."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self.put(*events)
        return answer

    def put_rules(self, rules: Rules) -> None:
        """Add a configuration."""
        self._rules = rules
        self._filled.set()

    async def wait(self, at_most_s: float | None) -> None:
        """Until something is there, or so many seconds passed (None: for ever); now and then sooner, with nothing."""
        if at_most_s is not None:
            self._wake_within(max(0.0, at_most_s))
        await self._filled.wait()

    def _wake_within(self, seconds: float) -> None:
        """A timer that ends sooner stays: most deadlines are put off by every turn, and come to nothing."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._filled.set()

    def rest(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def drain(self) -> Batch:
        """Take all."""
        batch = Batch(events=self._events, rules=self._rules, answers=self._answers)
        self._events, self._rules, self._answers = [], None, []
        self._filled.clear()
        return batch
