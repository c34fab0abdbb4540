"""Which of several free agents comes first, by the order that the queue chose."""

from collections.abc import Callable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from routing.core.capacity import Slot
from routing.core.model import AgentId, Choice, Seconds
from routing.core.presence import AgentState

Turn = tuple[float, Seconds, AgentId]
"""Smaller is asked first; the last two are idle since and id. It changes only when the agent's work or status does."""

_STALE_AT_MOST = 64


def _by_idleness(agent: AgentState) -> Turn:
    return len(agent.holds), agent.idle_since, agent.id


def _by_occupancy(agent: AgentState) -> Turn:
    return agent.occupancy, agent.idle_since, agent.id


def _by_offers(agent: AgentState) -> Turn:
    return agent.offered_at, agent.idle_since, agent.id


ORDERS: Mapping[Choice, Callable[[AgentState], Turn]] = {
    Choice.LONGEST_IDLE: _by_idleness,
    Choice.BEST_LEVEL: _by_idleness,  # which pool comes first is asked before
    Choice.FEWEST_SKILLS: _by_idleness,
    Choice.LEAST_OCCUPIED: _by_occupancy,
    Choice.ROUND_ROBIN: _by_offers,
}
"""The order within a pool, whose agents are equal in what they can."""

_FIRST: Mapping[Choice, str] = {
    Choice.LONGEST_IDLE: "less_busy",
    Choice.BEST_LEVEL: "less_busy",
    Choice.FEWEST_SKILLS: "less_busy",
    Choice.LEAST_OCCUPIED: "less_occupied",
    Choice.ROUND_ROBIN: "their_turn",
}


def behind(choice: Choice, passed: Turn, chosen: Turn) -> str:
    """Why a free agent of a pool that comes as early came after the chosen one, as a reason code."""
    return _FIRST[choice] if passed[0] != chosen[0] else "longer_idle"


class Pool:
    """Agents of one profile: who is signed in, and who is free for what, in each order that a queue chose.

    An entry of a heap counts while it equals the agent's present turn and room; others are dropped when they surface.
    """

    def __init__(self, choices: frozenset[Choice] = frozenset({Choice.LONGEST_IDLE})) -> None:
        self.signed_in: dict[AgentId, None] = {}
        orders = dict.fromkeys(ORDERS[choice] for choice in sorted(choices))
        self._queues = {order: {slot: _Turns() for slot in Slot} for order in orders}
        self._by_choice = {choice: self._queues[ORDERS[choice]] for choice in choices}
        self._free: dict[Slot, set[AgentId]] = {slot: set() for slot in Slot}

    def has(self, slot: Slot) -> bool:
        """Whether anyone is free for such work."""
        return bool(self._free[slot])

    def put(self, agent: AgentState, slots: tuple[Slot, ...]) -> None:
        """Note the rooms the agent has now."""
        for slot, free in self._free.items():
            (free.add if slot in slots else free.discard)(agent.id)
        for order, turns in self._queues.items():
            mine = order(agent)
            for slot, queue in turns.items():
                queue.put(mine if slot in slots else None, agent.id)

    def first(self, slot: Slot, choice: Choice = Choice.LONGEST_IDLE) -> Turn | None:
        """Whose turn it is for such work."""
        return self._by_choice[choice][slot].first()

    def turn_of(self, agent: AgentId, slot: Slot, choice: Choice) -> Turn | None:
        """This agent's turn, if they are free for such work."""
        return self._by_choice[choice][slot].free.get(agent)

    def free(self, slot: Slot, choice: Choice = Choice.LONGEST_IDLE) -> Iterator[Turn]:
        """All who are free for such work, roughly in order."""
        return self._by_choice[choice][slot].in_order()

    def remembered(self, slot: Slot, choice: Choice = Choice.LONGEST_IDLE) -> int:
        """Turns kept, those that no longer count included."""
        return self._by_choice[choice][slot].remembered()


class _Turns:
    """The free in the order of their turns."""

    def __init__(self) -> None:
        self.free: dict[AgentId, Turn] = {}
        self._heap: list[Turn] = []
        self._entered: set[Turn] = set()

    def put(self, mine: Turn | None, agent: AgentId) -> None:
        if mine is None:
            self.free.pop(agent, None)
        elif self.free.get(agent) != mine:
            self.free[agent] = mine
            self._enter(mine)

    def first(self) -> Turn | None:
        heap, free = self._heap, self.free
        while heap:
            if free.get(heap[0][2]) == heap[0]:
                return heap[0]
            self._entered.discard(heappop(heap))
        return None

    def in_order(self) -> Iterator[Turn]:
        return (entry for entry in self._heap if self.free.get(entry[2]) == entry)

    def remembered(self) -> int:
        return len(self._heap)

    def _enter(self, mine: Turn) -> None:
        if len(self._heap) > _STALE_AT_MOST + 2 * len(self.free):
            self._clear_out()
        if mine not in self._entered:
            self._entered.add(mine)
            heappush(self._heap, mine)

    def _clear_out(self) -> None:
        """Behind a front that stays free for days nothing surfaces: drop what no longer counts."""
        self._heap = list(self.free.values())
        heapify(self._heap)
        self._entered = set(self._heap)
