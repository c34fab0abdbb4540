"""Where interactions wait that wait for the same: a line, the room that it takes, and who can serve it."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable

from routing.core.choice import ORDERS, Pool, Turn
from routing.core.model import InteractionId, QueueRule
from routing.core.order import Head, Line
from routing.core.presence import Work
from routing.core.skills import Requirement
from routing.core.stages import Stage

_Rank = tuple[int, Turn]


class Station:
    """A line with the room it takes and the pools that can serve it, each with its rank: a smaller one is asked before any larger one. `marks` are
    these pools once more (`Staff.marks`)."""

    __slots__ = ("able", "asked", "at", "line", "marks", "order", "pools", "room", "rule")

    def __init__(
        self,
        at: Stage,
        rule: QueueRule,
        asked: Requirement,
        room: int,
        pools: dict[Pool, int],
        *,
        marks: bytes,
    ) -> None:
        self.at = at
        self.rule = rule
        self.asked = asked
        self.room = room
        self.order = ORDERS[rule.choice]
        self.line = Line(rule.priority_points)
        self.pools = pools
        self.marks = marks
        self.able: tuple[int, ...] = ()
        """The first of those who can serve it, by their numbers in `Matching`: some are named with every offer, and pool by pool they lie far apart in memory."""

    def first_free(self, free: list[Pool]) -> Turn | None:
        """Whose turn it is among all who can serve this line; `free`: the pools of those with room for it."""
        room, order, pools = self.room, self.order, self.pools
        if self.at.preferred is not None:
            turns = (pool.turn_of(self.at.preferred, room, order) for pool in pools)
            return next((mine for mine in turns if mine is not None), None)
        best: _Rank | None = None
        for pool in free:
            if (front := pool.first(room, order)) is not None:
                mine = (pools[pool], front)
                if best is None or mine < best:
                    best = mine
        return None if best is None else best[1]

    def those_of(self, pools: dict[Pool, None]) -> list[Pool]:
        """Which of these pools can serve it."""
        if len(self.pools) <= len(pools):
            return [pool for pool in self.pools if pool in pools]
        marks = self.marks
        return [pool for pool in pools if marks[pool.number >> 3] & 1 << (pool.number & 7)]


class Fronts:
    """The lines in which somebody waits, for each kind of room in the order of who is next in them.

    Who may serve much comes upon a line of theirs soon, wherever they look: with 2,000 lines and agents who may serve a ninth of them
    after 20 lines on average. In heaps for each pool every change of a line's front would have to be told to a hundred pools.
    """

    def __init__(self, rooms: Iterable[int]) -> None:
        self._of_room = {room: _Row() for room in rooms}

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
            best = self._of_room[room].first(pool, best)
        return best

    def _moved(self, station: Station, before: Head | None) -> None:
        now = station.line.first
        if now is before or station.at.preferred is not None:
            return
        row = self._of_room[station.room]
        if before is not None:
            row.drop(before)
        if now is not None:
            row.put(now, station.marks)


class _Row:
    """Who is next in each line, in order: in blocks, so that whoever comes or goes moves few others."""

    __slots__ = ("_blocks", "_lasts")

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._lasts: list[Head] = []

    def put(self, head: Head, marks: bytes) -> None:
        number = bisect_left(self._lasts, head)
        if number == len(self._blocks):
            if not number:
                self._blocks.append(_Block())
                self._lasts.append(head)
            number = len(self._blocks) - 1
        block = self._blocks[number]
        block.put(head, marks)
        if len(block.heads) > _BLOCK:
            self._blocks.insert(number, block.first_half())
            self._lasts.insert(number, self._blocks[number].heads[-1])
            number += 1
        self._lasts[number] = block.heads[-1]

    def drop(self, head: Head) -> None:
        number = bisect_left(self._lasts, head)
        block = self._blocks[number]
        block.drop(head)
        if block.heads:
            self._lasts[number] = block.heads[-1]
        else:
            del self._blocks[number], self._lasts[number]

    def first(self, pool: Pool, best: Head | None) -> Head | None:
        """Who is next in the first line that this pool may serve, unless that is not before `best`."""
        byte, bit = pool.number >> 3, 1 << (pool.number & 7)
        for block in self._blocks:
            until = len(block.heads)
            if best is not None and best <= block.heads[-1]:
                until = block.find(best)
            marks = block.marks
            for at in range(until):
                if marks[at][byte] & bit:
                    return block.heads[at]
            if until < len(block.heads):
                break
        return best


_BLOCK = 256


class _Block:
    """Some of a row: heads in order, and who can serve the line of each (`Station.marks`).

    `times` are the first parts of `heads` once more, side by side in memory: a search looks at a handful of them.
    """

    __slots__ = ("heads", "marks", "times")

    def __init__(self) -> None:
        self.times = array("d")
        self.heads: list[Head] = []
        self.marks: list[bytes] = []

    def put(self, head: Head, marks: bytes) -> None:
        at = self.find(head)
        self.times.insert(at, head[0])
        self.heads.insert(at, head)
        self.marks.insert(at, marks)

    def drop(self, head: Head) -> None:
        at = self.find(head)
        del self.times[at], self.heads[at], self.marks[at]

    def find(self, head: Head) -> int:
        """Where it stands, or would."""
        times, since = self.times, head[0]
        at = bisect_left(times, since)
        if at == len(times) or times[at] != since:
            return at
        return bisect_left(self.heads, head, at, bisect_right(times, since, at))

    def first_half(self) -> "_Block":
        """What is before the middle, as a block of its own; the rest stays here."""
        before, middle = _Block(), len(self.heads) // 2
        before.times, self.times = self.times[:middle], self.times[middle:]
        before.heads, self.heads = self.heads[:middle], self.heads[middle:]
        before.marks, self.marks = self.marks[:middle], self.marks[middle:]
        return before
