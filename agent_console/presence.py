"""Is an agent's browser there? Sans I/O: sockets opened and closed in, events for the floor out.

The last socket lost means no new offers at once, because nobody would see them. Only after a grace does the status
change to paused `console_lost`: a reload or a restart of the server is back within 3 s and must cost nobody their
status, and whoever is away for longer must say so themselves when they return.
"""

from collections import Counter
from collections.abc import Callable

from routing.core.events import ConsoleChanged, Event, StatusChosen
from routing.core.model import AgentId, Seconds, Status

GRACE_S = 15.0
BACK_WITHIN_S = 5.0
"""Browsers try again within a second or two of our return; who has not come by then is not at their desk."""


class Presence:
    """Counts each agent's open sockets."""

    def __init__(self) -> None:
        self._open: Counter[AgentId] = Counter()
        self._pause_at: dict[AgentId, Seconds] = {}
        self._gone_at: dict[AgentId, Seconds] = {}

    def is_here(self, agent: AgentId) -> bool:
        """Has at least one socket."""
        return self._open[agent] > 0

    def opened(self, agent: AgentId, now: Seconds) -> tuple[Event, ...]:
        """A socket said hello."""
        self._open[agent] += 1
        self._pause_at.pop(agent, None)
        self._gone_at.pop(agent, None)
        if self._open[agent] > 1:
            return ()
        return (ConsoleChanged(agent=agent, present=True, at=now),)

    def closed(self, agent: AgentId, now: Seconds) -> tuple[Event, ...]:
        """A socket of theirs is gone, by their wish or not."""
        self._open[agent] -= 1
        if self._open[agent] > 0:
            return ()
        del self._open[agent]
        self._pause_at[agent] = now + GRACE_S
        return (ConsoleChanged(agent=agent, present=False, at=now),)

    def remembered(self, agent: AgentId, now: Seconds) -> None:
        """The ledger knows of a console from before our start: it is taken for open for a moment, so that whoever waits need not wait for browsers."""
        self._gone_at[agent], self._pause_at[agent] = now + BACK_WITHIN_S, now + GRACE_S

    def unheard(self, now: Seconds, noted: Callable[[AgentId], bool | None]) -> tuple[Event, ...]:
        """Whose console opened before the floor knew them. `noted` is what it knows: present, not, or (None) nobody."""
        here = [agent for agent in self._open if noted(agent) is False]
        return tuple(ConsoleChanged(agent=agent, present=True, at=now) for agent in here)

    def due(self, now: Seconds, is_ready: Callable[[AgentId], bool]) -> tuple[Event, ...]:
        """Whose console did not come back with us; who stayed away for the whole grace and would still be ready (others keep the status they chose)."""
        gone = [agent for agent, moment in self._gone_at.items() if moment <= now]
        for agent in gone:
            del self._gone_at[agent]
        over = [agent for agent, moment in self._pause_at.items() if moment <= now]
        for agent in over:
            del self._pause_at[agent]
        absent = (ConsoleChanged(agent=agent, present=False, at=now) for agent in gone)
        paused = (
            StatusChosen(agent=agent, status=Status.PAUSED, at=now, reason="console_lost")
            for agent in over
            if is_ready(agent)
        )
        return (*absent, *paused)
