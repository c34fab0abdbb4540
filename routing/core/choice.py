"""Which of several free agents: the least busy, then the longest idle; the id breaks ties."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from routing.core.capacity import Slot
from routing.core.model import AgentId, Seconds
from routing.core.presence import AgentState

Turn = tuple[int, Seconds, AgentId]
"""Smaller is asked first: interactions held, idle since, id."""


_STALE_AT_MOST = 64


def turn(agent: AgentState) -> Turn:
    """When it is this agent's turn among the free; changes only when their work or status does."""
    return len(agent.holds), agent.idle_since, agent.id


def behind(passed: Turn, chosen: Turn) -> str:
    """Why a free agent came after the chosen one, as a reason code."""
    return "less_busy" if passed[0] != chosen[0] else "longer_idle"


class Pool:
    """Agents of one profile: who is signed in, and who is free for what, in the order of their turns.

    An entry of a heap counts while it equals the agent's present turn and room; others are dropped when they surface.
    """

    def __init__(self) -> None:
        self.signed_in: dict[AgentId, None] = {}
        self._free: dict[Slot, dict[AgentId, Turn]] = {slot: {} for slot in Slot}
        self._heaps: dict[Slot, list[Turn]] = {slot: [] for slot in Slot}
        self._entered: dict[Slot, set[Turn]] = {slot: set() for slot in Slot}

    def has(self, slot: Slot) -> bool:
        """Whether anyone is free for such work."""
        return bool(self._free[slot])

    def put(self, agent: AgentState, slots: tuple[Slot, ...]) -> None:
        """Note the rooms the agent has now."""
        mine = turn(agent)
        for slot, free in self._free.items():
            if slot not in slots:
                free.pop(agent.id, None)
            elif free.get(agent.id) != mine:
                free[agent.id] = mine
                self._enter(slot, mine)

    def first(self, slot: Slot) -> Turn | None:
        """Whose turn it is for such work."""
        heap, free = self._heaps[slot], self._free[slot]
        while heap:
            if free.get(heap[0][2]) == heap[0]:
                return heap[0]
            self._entered[slot].discard(heappop(heap))
        return None

    def free(self, slot: Slot) -> Iterator[Turn]:
        """All who are free for such work, roughly in order."""
        free = self._free[slot]
        return (entry for entry in self._heaps[slot] if free.get(entry[2]) == entry)

    def remembered(self, slot: Slot) -> int:
        """Turns kept, those that no longer count included."""
        return len(self._heaps[slot])

    def _enter(self, slot: Slot, mine: Turn) -> None:
        if len(self._heaps[slot]) > _STALE_AT_MOST + 2 * len(self._free[slot]):
            self._clear_out(slot)
        if mine not in self._entered[slot]:
            self._entered[slot].add(mine)
            heappush(self._heaps[slot], mine)

    def _clear_out(self, slot: Slot) -> None:
        """Behind a front that stays free for days nothing surfaces: drop what no longer counts."""
        self._heaps[slot] = list(self._free[slot].values())
        heapify(self._heaps[slot])
        self._entered[slot] = set(self._heaps[slot])
