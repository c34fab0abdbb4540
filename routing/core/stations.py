"""Where interactions wait that wait for the same: a line, the room that it takes, and who can serve it."""

from collections.abc import Mapping, Set

from routing.core.capacity import Rooms
from routing.core.choice import ORDERS, Pool, Turn
from routing.core.model import QueueRule
from routing.core.order import Head, Line
from routing.core.skills import Requirement, requirement
from routing.core.stages import Stage

_Rank = tuple[int, Turn]


class Station:
    """A line with the room it takes and the pools that can serve it, each with its rank: a smaller one is asked before any larger one."""

    def __init__(self, at: Stage, rule: QueueRule, room: int, pools: Mapping[Pool, int]) -> None:
        self.at = at
        self.rule = rule
        self.asked: Requirement = requirement(rule, at.own, at.steps)
        self.room = room
        self.order = ORDERS[rule.choice]
        self.line = Line(rule.priority_points)
        self.pools = pools

    def first_free(self, with_room: Set[Pool]) -> Turn | None:
        """Whose turn it is among all who can serve this line."""
        room, order, pools = self.room, self.order, self.pools
        if self.at.preferred is not None:
            turns = (pool.turn_of(self.at.preferred, room, order) for pool in pools)
            return next((mine for mine in turns if mine is not None), None)
        few, many = (pools, with_room) if len(pools) <= len(with_room) else (with_room, pools)
        best: _Rank | None = None
        for pool in few:
            if pool in many and (front := pool.first(room, order)) is not None:
                mine = (pools[pool], front)
                if best is None or mine < best:
                    best = mine
        return None if best is None else best[1]


class Lines:
    """Lines by the kind of room that their items take."""

    def __init__(self, rooms: Rooms) -> None:
        self._by_room: dict[int, list[Line]] = {room: [] for room in rooms.numbers}

    def add(self, station: Station) -> None:
        self._by_room[station.room].append(station.line)

    def fronts(self, rooms: frozenset[int]) -> list[Head]:
        """Who is next in each line of these rooms in which somebody waits."""
        # a plain list: this is most of what a freed agent costs
        return [line.first for room in rooms for line in self._by_room[room] if line.first is not None]
