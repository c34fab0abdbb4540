"""Where interactions wait that wait for the same: a line, the room that it takes, and who can serve it."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping

from routing.core.choice import ORDERS, Pool, Turn
from routing.core.model import InteractionId, QueueRule
from routing.core.order import Head, Line
from routing.core.presence import Work
from routing.core.skills import Requirement
from routing.core.stages import Stage

_Rank = tuple[int, Turn]


class Station:
    """A line with the room it takes and the pools that can serve it, each with its rank: a smaller one is asked before any larger one."""

    __slots__ = ("able", "asked", "at", "line", "order", "pools", "room", "rule")

    def __init__(
        self, at: Stage, rule: QueueRule, asked: Requirement, room: int, pools: Mapping[Pool, int]
    ) -> None:
        self.at = at
        self.rule = rule
        self.asked = asked
        self.room = room
        self.order = ORDERS[rule.choice]
        self.line = Line(rule.priority_points)
        self.pools = pools
        self.able: tuple[int, ...] = ()
        """The first of those who can serve it, by their numbers in `Matching`: some are named with every offer, and pool by pool they lie far apart in memory."""

    def first_free(self, with_room: Collection[Pool]) -> Turn | None:
        """Whose turn it is among all who can serve this line."""
        room, order, pools = self.room, self.order, self.pools
        if self.at.preferred is not None:
            turns = (pool.turn_of(self.at.preferred, room, order) for pool in pools)
            return next((mine for mine in turns if mine is not None), None)
        best: _Rank | None = None
        for pool in self.those_of(with_room):
            if (front := pool.first(room, order)) is not None:
                mine = (pools[pool], front)
                if best is None or mine < best:
                    best = mine
        return None if best is None else best[1]

    def those_of(self, pools: Collection[Pool]) -> list[Pool]:
        """Which of these pools can serve it."""
        few, many = (self.pools, pools) if len(self.pools) <= len(pools) else (pools, self.pools)
        return [pool for pool in few if pool in many]


class Fronts:
    """The lines in which somebody waits, for each kind of room in the order of who is next in them.

    Who may serve much comes upon a line of theirs soon, wherever they look: with 2,000 lines and agents who may serve a ninth of them
    after 20 lines on average. In heaps for each pool every change of a line's front would have to be told to a hundred pools.
    """

    def __init__(self, rooms: Iterable[int]) -> None:
        self._of_room: dict[int, tuple[list[Head], list[Station]]] = {room: ([], []) for room in rooms}

    def join(self, station: Station, work: Work) -> None:
        """Somebody stands in this line, perhaps at its front."""
        before = station.line.first
        station.line.join(work)
        self._moved(station, before)

    def leave(self, station: Station, interaction: InteractionId) -> None:
        """Somebody does not stand there any more."""
        before = station.line.first
        station.line.leave(interaction)
        self._moved(station, before)

    def first(self, pool: Pool, rooms: Collection[int]) -> Head | None:
        """The longest-waiting item that agents of this pool with such rooms may serve."""
        best: Head | None = None
        for room in rooms:
            heads, stations = self._of_room[room]
            for number in range(len(heads) if best is None else bisect_left(heads, best)):
                if pool in stations[number].pools:
                    best = heads[number]
                    break
        return best

    def _moved(self, station: Station, before: Head | None) -> None:
        now = station.line.first
        if now is before or station.at.preferred is not None:
            return
        heads, stations = self._of_room[station.room]
        if before is not None:
            at = bisect_left(heads, before)
            del heads[at], stations[at]
        if now is not None:
            at = bisect_left(heads, now)
            heads.insert(at, now)
            stations.insert(at, station)
