"""Lines of waiting work, pools of free agents, and who of them meet: the index that makes a decision cheap.

One line for all that waits for the same (`stages`), one pool per agents' profile; which of them match is computed once per requirement
and configuration. A freed agent looks at the heads of the lines of their pool, a new item at the fronts of the pools of its line: the
number waiting and the number talking do not matter.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heapreplace
from itertools import islice

from routing.core.capacity import Openings, Rooms, at_once
from routing.core.choice import Pool, behind
from routing.core.estimate import Crowd, Ring
from routing.core.model import (
    AgentId,
    AgentRule,
    Choice,
    InteractionId,
    Medium,
    Phase,
    QueueId,
    QueueRule,
    Seconds,
    Status,
)
from routing.core.order import Head, Place
from routing.core.presence import AgentState, Work
from routing.core.record import mypyc_attr
from routing.core.skills import Requirement, requirement
from routing.core.staff import Staff
from routing.core.stages import Stage, stage
from routing.core.stations import Fronts, Station

PASSED_OVER_AT_MOST = 20
"""So many agents are explained with an offer: the free ones first, then those who match, then the rest."""

_KEPT_ABLE = 30
"""So many of those who can serve a line are kept with it for that: most often twenty of them are busy."""
_NO_ROOMS: frozenset[int] = frozenset()

STATIONS = 1_000
"""So many lines are kept before those are dropped in which nobody waits."""


class Pair:
    """An interaction that goes to an agent. `free`: the pools of all who could have been asked (`Matching.free_for`)."""

    __slots__ = ("agent", "free", "interaction", "station")

    def __init__(
        self, interaction: InteractionId, agent: AgentId, station: Station, free: list[Pool]
    ) -> None:
        self.interaction = interaction
        self.agent = agent
        self.station = station
        self.free = free


@mypyc_attr(allow_interpreted_subclasses=True)  # a plain scan
class Matching:
    """Told of every change of an agent or an interaction, it says who is offered what, one pair at a time."""

    def __init__(
        self, queues: Mapping[QueueId, QueueRule], agents: Mapping[AgentId, AgentRule], now: Seconds
    ) -> None:
        """`now`: skills that ended by then do not count; when the next one ends, another is made."""
        self._queues, self._rules = queues, agents
        self._rooms = Rooms(queues.values())
        choices = frozenset(rule.choice for rule in queues.values())
        self._staff = Staff(agents.values(), choices, now)
        self._known = {
            agent: (number, pool, agents[agent])
            for number, (agent, pool) in enumerate(self._staff.pool_of.items())
        }
        self._names = tuple(self._known)
        self._openings: list[Openings | None] = [None] * len(self._known)
        self._fronts = Fronts(self._rooms.numbers)
        self._kept_for: dict[AgentId, list[Station]] = {}
        self._stations: dict[Stage, Station] = {}
        self._most_stations = STATIONS
        self._standing: dict[InteractionId, Station] = {}
        self._wish_of: dict[InteractionId, AgentId] = {}
        self._wished: dict[AgentId, dict[InteractionId, None]] = {}
        self._stirred: dict[Station, None] = {}
        self._freed: dict[AgentId, None] = {}
        self._with_room: dict[int, dict[Pool, None]] = {room: {} for room in self._rooms.numbers}

    def see_work(self, work: Work, now: Seconds) -> None:
        """An interaction is new or changed, or its time for another stage has come. One whose queue has no rule waits until a configuration
        brings it."""
        rule = self._queues.get(work.queue) if work.phase is Phase.WAITING else None
        if rule is None:
            self._stand_nowhere(work.id)
            return
        at = stage(work, rule, now, preferred_is_here=self._is_here(work.preferred, rule))
        self._stand(work, self._station(at, rule))

    def forget_work(self, interaction: InteractionId) -> None:
        """It closed."""
        self._stand_nowhere(interaction)

    def see_agent(self, agent: AgentState) -> Iterable[InteractionId]:
        """An agent changed; one without a rule is offered nothing. Returns who waits for somebody else now, as they came or went."""
        known = self._known.get(agent.id)
        if known is None:
            return ()
        number, pool, rule = known
        before, now = self._openings[number], self._rooms.of(agent, rule)
        here = agent.status is not Status.SIGNED_OUT
        if here:
            pool.signed_in[agent.id] = self._openings[number] = now
        elif before is not None:
            del pool.signed_in[agent.id]
            self._openings[number] = None
        if now.rooms or (before is not None and before.rooms):
            pool.put(agent, now.rooms)
            if now is not before:
                self._note_rooms(agent.id, pool, _NO_ROOMS if before is None else before.rooms, now.rooms)
        if here is (before is not None):
            return ()
        return tuple(self._wished.get(agent.id, ()))

    def _note_rooms(self, agent: AgentId, pool: Pool, before: frozenset[int], now: frozenset[int]) -> None:
        with_room = self._with_room
        if before and (lost := before - now):
            for room in lost - pool.rooms():
                del with_room[room][pool]
        if now and (gained := now - before):
            for room in gained:
                with_room[room][pool] = None
            self._freed[agent] = None

    def stirred(self) -> "Round":
        """What may have become possible since the last round."""
        lines, self._stirred = self._stirred, {}
        agents, self._freed = self._freed, {}
        return Round(self, agents, lines)

    def next_for(self, agent: AgentId) -> Head | None:
        """The longest-waiting item of all that this agent may serve and has room for."""
        pool = self._staff.pool_of[agent]
        openings = pool.signed_in.get(agent)
        if openings is None or not openings.rooms:
            return None
        rooms = openings.rooms
        head = self._fronts.first(pool, rooms)
        for one in self._kept_for.get(agent, ()):
            if one.room in rooms and (own := one.line.first) is not None and (head is None or own < head):
                head = own
        return head

    def free_for(self, station: Station) -> list[Pool]:
        """The pools in which somebody has room for what waits here, and can serve it; of one that is kept for somebody none."""
        with_room = self._with_room[station.room]
        return station.those_of(with_room) if with_room and station.at.preferred is None else []

    def standing(self, interaction: InteractionId) -> Station | None:
        """Where one waits."""
        return self._standing.get(interaction)

    def anyone(self, work: Work, rule: QueueRule, now: Seconds) -> bool:
        """Whether somebody is signed in who could serve it, now or after all relaxation."""
        if now < work.preferred_until and self._is_here(work.preferred, rule):
            return True
        last = Stage(work.queue, work.medium, work.needs, len(rule.relaxation))
        return any(pool.signed_in for pool in self._station(last, rule).pools)

    def crowd(self, station: Station, mine: Place, agents: Mapping[AgentId, AgentState]) -> Crowd:
        """Who is ahead of that place, in its own line and in all that share agents with it."""
        own = station.line.before(mine)
        if station.at.preferred is not None:
            alone = agents[station.at.preferred].status is Status.READY
            places = at_once(self._rules[station.at.preferred], station.at.medium) if alone else 0
            return Crowd(queue=station.rule.id, ahead=own, agents=places, rings=())
        staff = {pool: self._at_work(pool, station.at.medium, agents) for pool in self._staff.pools}
        lines = {station: own} | {
            other: ahead
            for other in self._stations.values()
            if other.at.medium is station.at.medium and other.line and (ahead := other.line.before(mine))
        }
        serving = {
            pool: frozenset(line for line in lines if pool in line.pools)
            for pool, count in staff.items()
            if count
        }
        return Crowd(
            queue=station.rule.id,
            ahead=own,
            agents=sum(staff[pool] for pool in station.pools),
            rings=tuple(_rings(station, lines, serving, staff)),
        )

    def _at_work(self, pool: Pool, medium: Medium, agents: Mapping[AgentId, AgentState]) -> int:
        ready = (one for one in pool.signed_in if agents[one].status is Status.READY)
        return sum(at_once(self._rules[one], medium) for one in ready)

    def _stand(self, work: Work, station: Station) -> None:
        before = self._standing.get(work.id)
        if before is not None and before is not station:
            self._fronts.leave(before, work.id)
        self._wish(work.id, work.preferred)
        self._standing[work.id] = station
        self._fronts.join(station, work)
        self._stirred[station] = None

    def _stand_nowhere(self, interaction: InteractionId) -> None:
        before = self._standing.pop(interaction, None)
        if before is not None:
            self._fronts.leave(before, interaction)
            self._wish(interaction, None)

    def _wish(self, interaction: InteractionId, preferred: AgentId | None) -> None:
        """Whom one who waits would rather have, wherever it stands."""
        if interaction in self._wish_of:  # of few
            del self._wished[self._wish_of.pop(interaction)][interaction]
        if preferred is not None:
            self._wish_of[interaction] = preferred
            self._wished.setdefault(preferred, {})[interaction] = None

    def _is_here(self, preferred: AgentId | None, rule: QueueRule) -> bool:
        if preferred is None or preferred not in self._rules:
            return False
        if preferred not in self._staff.pool_of[preferred].signed_in:
            return False
        serves = self._rules[preferred].queues
        return not serves or rule.id in serves

    def _station(self, at: Stage, rule: QueueRule) -> Station:
        known = self._stations.get(at)
        if known is None:
            self._drop_empty()
            asked = requirement(rule, at.own, at.steps)
            room = self._rooms.number(at.medium, rule.id)
            pools = self._pools_for(at, asked, rule.choice)
            marks = b"" if at.preferred is not None else self._staff.marks(pools)
            known = Station(at, rule, asked, room, pools, marks=marks)
            if at.preferred is None:
                known.able = tuple(islice(self._able(pools), _KEPT_ABLE))
            self._stations[at] = known
            if at.preferred is not None:
                self._kept_for.setdefault(at.preferred, []).append(known)
        return known

    def _drop_empty(self) -> None:
        """A line for each wish and each person preferred would be kept for ever: where nobody waits it is made again when it is needed."""
        if len(self._stations) < self._most_stations:
            return
        self._stations = {at: station for at, station in self._stations.items() if station.line}
        self._kept_for = {}
        for at, station in self._stations.items():
            if at.preferred is not None:
                self._kept_for.setdefault(at.preferred, []).append(station)
        self._most_stations = max(STATIONS, 2 * len(self._stations))

    def _pools_for(self, at: Stage, asked: Requirement, choice: Choice) -> dict[Pool, int]:
        if at.preferred is None:
            return self._staff.ranked(asked, choice)
        pool = self._staff.pool_of.get(at.preferred)
        return {} if pool is None else {pool: 0}

    def passed_over(self, pair: Pair, chosen: AgentState) -> tuple[tuple[AgentId, str], ...]:
        """Who else was considered and why not, at most `PASSED_OVER_AT_MOST`; the signed-out were not considered."""
        if pair.station.at.preferred is not None:
            return ()  # nobody else was asked
        found = self._later(pair, chosen)
        if len(found) < PASSED_OVER_AT_MOST:
            self._add_busy(pair.station, found)
        if len(found) < PASSED_OVER_AT_MOST:
            found += islice(self._unfit(pair.station), PASSED_OVER_AT_MOST - len(found))
        return tuple(found[:PASSED_OVER_AT_MOST])

    def still_waits(self, station: Station) -> Iterator[tuple[AgentId, str]]:
        """Why each agent who is signed in has not been offered what waits here, as reason codes: those who match first. `next`: they are
        free, and others are before it."""
        if station.at.preferred is not None:
            openings = self._staff.pool_of[station.at.preferred].signed_in[station.at.preferred]
            yield station.at.preferred, openings.reasons[station.room] or "next"
            return
        for pool in station.pools:
            for agent, openings in pool.signed_in.items():
                yield agent, openings.reasons[station.room] or "next"
        yield from self._unfit(station)

    def no_room(self, agent: AgentId, work: Work) -> str:
        """Why this agent cannot be offered this now, whatever they know; empty when they can."""
        pool = self._staff.pool_of.get(agent)
        openings = None if pool is None else pool.signed_in.get(agent)
        if openings is None:
            return Status.SIGNED_OUT.value
        return openings.reasons[self._rooms.number(work.medium, work.queue)]

    def _later(self, pair: Pair, chosen: AgentState) -> list[tuple[AgentId, str]]:
        """Who is free as well and came after the chosen one."""
        station, its_id = pair.station, chosen.id
        choice, room = station.rule.choice, station.room
        its_rank, its_turn = station.pools[self._staff.pool_of[its_id]], station.order(chosen)
        found: list[tuple[AgentId, str]] = []
        for pool in pair.free:
            rank = "" if station.pools[pool] == its_rank else _RANKED[choice]
            found += [
                (turn[2], rank or behind(choice, turn, its_turn))
                for turn in pool.free(room, station.order)
                if turn[2] != its_id
            ]
        return found

    def _add_busy(self, station: Station, found: list[tuple[AgentId, str]]) -> None:
        """Who can serve it and has no room for it, as many as may be named."""
        self._add_those(station.able, station.room, found)
        if len(found) < PASSED_OVER_AT_MOST and len(station.able) == _KEPT_ABLE:
            self._add_those(islice(self._able(station.pools), _KEPT_ABLE, None), station.room, found)

    def _add_those(self, able: Iterable[int], room: int, found: list[tuple[AgentId, str]]) -> None:
        names, openings_of = self._names, self._openings
        missing = PASSED_OVER_AT_MOST - len(found)
        for number in able:
            openings = openings_of[number]
            if openings is not None and (reason := openings.reasons[room]):
                found.append((names[number], reason))
                missing -= 1
                if not missing:
                    return

    def _able(self, pools: Iterable[Pool]) -> Iterator[int]:
        """Who is of these pools, by their numbers."""
        agents = self._staff.agents_of
        return (self._known[one][0] for pool in pools for one in agents[pool])

    def _unfit(self, station: Station) -> Iterator[tuple[AgentId, str]]:
        for pool, reason in self._staff.unfit(station.asked, station.pools):
            for agent in pool.signed_in:
                yield agent, reason


@mypyc_attr(allow_interpreted_subclasses=True)  # the same
class Round:
    """One round over what was stirred: always the longest-waiting item of all that anyone free can take.

    A heap of agents who were freed and of lines that somebody joined, each with the first item that it could pair. A round frees nobody
    and adds nothing, so these only move back: what surfaces unchanged is the first of all.
    """

    def __init__(self, over: Matching, agents: Iterable[AgentId], lines: Iterable[Station]) -> None:
        self._over = over
        self._pairs = 0
        asked: list[AgentId | Station] = [*agents, *lines]
        self._heads: list[_Entry] = [
            (head, number, one, 0)
            for number, one in enumerate(asked)
            if (head := self._next(one)) is not None
        ]
        heapify(self._heads)

    def next_pair(self) -> Pair | None:
        """The next pair, or None when no free agent can take what waits. The caller shows the agent's and the
        interaction's new state to the `Matching` before asking again."""
        while self._heads:
            known, number, one, seen = self._heads[0]
            head = known if seen == self._pairs else self._next(one)
            if head == known and (pair := self._pair(known[2])) is not None:
                return pair
            if head is None or head == known:
                heappop(self._heads)
            else:
                heapreplace(self._heads, (head, number, one, self._pairs))
        return None

    def _next(self, one: AgentId | Station) -> Head | None:
        return one.line.first if isinstance(one, Station) else self._over.next_for(one)

    def _pair(self, interaction: InteractionId) -> Pair | None:
        """None where nobody is free who may serve the line."""
        station = self._over.standing(interaction)
        if station is None:
            return None
        free = self._over.free_for(station)
        turn = station.first_free(free)
        if turn is None:
            return None
        self._pairs += 1
        return Pair(interaction, turn[2], station, free)


_Entry = tuple[Head, int, AgentId | Station, int]
"""What may come, a number that breaks ties, whom or what to ask again, and how many pairs there were when it was asked."""


_RANKED: Mapping[Choice, str] = {Choice.BEST_LEVEL: "better_level", Choice.FEWEST_SKILLS: "fewer_skills"}
"""Why somebody free of another pool came later."""


def _rings(
    station: Station,
    lines: Mapping[Station, int],
    serving: Mapping[Pool, frozenset[Station]],
    staff: Mapping[Pool, int],
) -> Iterator[Ring]:
    """One's own line, then with it all that share agents with it, until there are no more."""
    inside: frozenset[Station] = frozenset({station})
    while True:
        ahead: dict[QueueId, int] = {}
        for line in inside:
            ahead[line.rule.id] = ahead.get(line.rule.id, 0) + lines[line]
        yield Ring(
            ahead=ahead,
            agents=sum(staff[pool] for pool, all_of in serving.items() if all_of and all_of <= inside),
        )
        grown = inside.union(*(all_of for all_of in serving.values() if all_of & inside))
        if grown == inside:
            return
        inside = grown
