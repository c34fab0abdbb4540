"""Which of several free agents comes first, by the order that the queue chose."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from routing.core.capacity import Openings
from routing.core.model import AgentId, Choice, Seconds
from routing.core.presence import AgentState

Turn = tuple[float, Seconds, AgentId]
"""Smaller is asked first; the last two are idle since and id. It changes only when the agent's work or status does."""
Order = Callable[[AgentState], Turn]

_STALE_AT_MOST = 64
_FEW = 8
_NONE: frozenset[int] = frozenset()


def _by_idleness(agent: AgentState) -> Turn:
    return len(agent.holds), agent.idle_since, agent.id


def _by_occupancy(agent: AgentState) -> Turn:
    return agent.lately, agent.idle_since, agent.id


def _by_offers(agent: AgentState) -> Turn:
    return agent.offered_at, agent.idle_since, agent.id


ORDERS: Mapping[Choice, Order] = {
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
    """Agents of one profile: who is signed in and has room for what, and who is free for what, in each order that a queue chose. `number`: which of
    all pools it is.

    The free stand in groups of those who have the same kinds of room, so that who changes moves once, however many kinds there are.
    """

    __slots__ = ("_group_of", "_groups", "_orders", "number", "signed_in")

    def __init__(
        self, choices: frozenset[Choice] = frozenset({Choice.LONGEST_IDLE}), number: int = 0
    ) -> None:
        self.number = number
        self.signed_in: dict[AgentId, Openings] = {}
        self._orders = tuple(dict.fromkeys(ORDERS[choice] for choice in sorted(choices)))
        self._groups: dict[frozenset[int], _Group] = {}
        self._group_of: dict[AgentId, _Group] = {}

    def rooms(self) -> frozenset[int]:
        """The kinds of work that anyone is free for."""
        if not self._group_of:
            return _NONE
        return frozenset().union(*[rooms for rooms, group in self._groups.items() if group.members])

    def put(self, agent: AgentState, rooms: frozenset[int]) -> None:
        """Note the kinds of room the agent has now."""
        before = self._group_of.get(agent.id)
        if before is not None and before.rooms != rooms:
            before.leave(agent.id)
            del self._group_of[agent.id]
        if rooms:
            group = self._groups.get(rooms)
            if group is None:
                group = self._groups[rooms] = _Group(rooms, self._orders)
            self._group_of[agent.id] = group
            group.join(agent)

    def first(self, room: int, order: Order = _by_idleness) -> Turn | None:
        """Whose turn it is for such work."""
        best: Turn | None = None
        for rooms, group in self._groups.items():
            if group.members and room in rooms:
                front = group.first(order)
                if best is None or (front is not None and front < best):
                    best = front
        return best

    def turn_of(self, agent: AgentId, room: int, order: Order) -> Turn | None:
        """This agent's turn, if they are free for such work."""
        group = self._group_of.get(agent)
        return order(group.members[agent]) if group is not None and room in group.rooms else None

    def free(self, room: int, order: Order = _by_idleness) -> Iterator[Turn]:
        """All who are free for such work, roughly in order."""
        for rooms, group in self._groups.items():
            if group.members and room in rooms:
                yield from group.in_order(order)

    def remembered(self) -> int:
        """Turns kept, those that no longer count included."""
        return sum(turns.remembered() for group in self._groups.values() for turns in group.turns.values())


class _Group:
    """Those of a pool who have the same kinds of room.

    Of a few it is looked up whose turn it is; of more the turns are kept in each order until nobody is left. Where work waits hardly anybody is
    free for longer than the same turn: three heaps for them were a tenth of a decision.
    """

    __slots__ = ("_orders", "members", "rooms", "turns")

    def __init__(self, rooms: frozenset[int], orders: tuple[Order, ...]) -> None:
        self.rooms = rooms
        self.members: dict[AgentId, AgentState] = {}
        self.turns: dict[Order, _Turns] = {}
        self._orders = orders

    def join(self, agent: AgentState) -> None:
        self.members[agent.id] = agent
        if self.turns:
            for order, turns in self.turns.items():
                turns.put(order(agent), agent.id)
        elif len(self.members) > _FEW:
            self._keep_turns()

    def leave(self, agent: AgentId) -> None:
        del self.members[agent]
        if not self.turns:
            return
        for turns in self.turns.values():
            turns.drop(agent)
        if not self.members:
            self.turns = {}

    def first(self, order: Order) -> Turn | None:
        if self.turns:
            return self.turns[order].first()
        return min([order(agent) for agent in self.members.values()], default=None)

    def in_order(self, order: Order) -> Iterable[Turn]:
        if self.turns:
            return self.turns[order].in_order()
        return sorted([order(agent) for agent in self.members.values()])

    def _keep_turns(self) -> None:
        self.turns = {order: _Turns() for order in self._orders}
        for order, turns in self.turns.items():
            for agent in self.members.values():
                turns.put(order(agent), agent.id)


class _Turns:
    """The free in the order of their turns.

    An entry of the heap counts while it equals the agent's present turn; others are dropped when they surface.
    """

    __slots__ = ("_entered", "_heap", "free")

    def __init__(self) -> None:
        self.free: dict[AgentId, Turn] = {}
        self._heap: list[Turn] = []
        self._entered: set[Turn] = set()

    def put(self, mine: Turn, agent: AgentId) -> None:
        if self.free.get(agent) != mine:
            self.free[agent] = mine
            self._enter(mine)

    def drop(self, agent: AgentId) -> None:
        del self.free[agent]

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
