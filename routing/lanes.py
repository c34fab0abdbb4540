"""Decisions are carried out in order per interaction, and side by side otherwise."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from routing.core.decisions import Decision
from routing.core.model import InteractionId


class Lanes:
    """One lane per interaction that has something to be done; a lane ends with its last decision."""

    def __init__(self, tasks: asyncio.TaskGroup, act: Callable[[Decision], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._act = act
        self._lanes: dict[InteractionId, deque[Decision]] = {}

    def __len__(self) -> int:
        """How many interactions have something to be done."""
        return len(self._lanes)

    def put(self, decision: Decision) -> None:
        """Carry it out after all that was put before for the same interaction."""
        lane = self._lanes.get(decision.interaction)
        if lane is not None:
            lane.append(decision)
            return
        self._lanes[decision.interaction] = deque([decision])
        self._tasks.create_task(self._drive(decision.interaction), name=f"lane {decision.interaction}")

    async def _drive(self, interaction: InteractionId) -> None:
        lane = self._lanes[interaction]
        while lane:
            await self._act(lane.popleft())
        del self._lanes[interaction]
