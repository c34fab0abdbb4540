"""Lines of waiting work, pools of free agents, and who of them meet: the index that makes a decision cheap.

One line for all that waits for the same (`stages`), one pool per agents' profile; which of them match is computed once per requirement
and configuration. A freed agent looks at the heads of the lines of their pool, a new item at the fronts of the pools of its line: the
number waiting and the number talking do not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from routing.core.capacity import Slot, blocked, open_slots, slot_of
from routing.core.choice import ORDERS, Pool, Turn, behind
from routing.core.estimate import Crowd, Ring
from routing.core.model import (
    AgentId,
    AgentRule,
    Choice,
    InteractionId,
    QueueId,
    QueueRule,
    Seconds,
    Status,
)
from routing.core.order import Line, Place
from routing.core.presence import AgentState, Phase, Work
from routing.core.skills import Profile, Requirement, belongs, level_sum, mismatch, profile, requirement
from routing.core.stages import Stage, stage

PASSED_OVER_AT_MOST = 20
"""So many agents are explained with an offer: the free ones first, then those who match, then the rest."""

STATIONS = 1_000
"""So many lines are kept before those are dropped in which nobody waits."""

_Rank = tuple[int, Turn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An interaction that goes to an agent."""

    interaction: InteractionId
    agent: AgentId
    station: "Station"


class Station:
    """A line with the room it takes and the pools that can serve it, each with its rank: a smaller one is asked before any larger one."""

    def __init__(self, at: Stage, rule: QueueRule, pools: Mapping[Pool, int]) -> None:
        self.at = at
        self.rule = rule
        self.asked: Requirement = requirement(rule, at.own, at.steps)
        self.slot: Slot = slot_of(at.medium, rule)
        self.line = Line(rule.priority_points)
        self.waiting = self.line.waiting
        self.pools = pools

    def first_free(self, with_room: Set[Pool]) -> Turn | None:
        """Whose turn it is among all who can serve this line."""
        slot, choice, pools = self.slot, self.rule.choice, self.pools
        if self.at.preferred is not None:
            turns = (pool.turn_of(self.at.preferred, slot, choice) for pool in pools)
            return next((mine for mine in turns if mine is not None), None)
        few, many = (pools, with_room) if len(pools) <= len(with_room) else (with_room, pools)
        best: _Rank | None = None
        for pool in few:
            if pool in many and (front := pool.first(slot, choice)) is not None:
                mine = (pools[pool], front)
                if best is None or mine < best:
                    best = mine
        return None if best is None else best[1]


class Matching:
    """Told of every change of an agent or an interaction, it says who is offered what, one pair at a time."""

    def __init__(self, queues: Mapping[QueueId, QueueRule], agents: Mapping[AgentId, AgentRule]) -> None:
        self._queues, self._rules = queues, agents
        choices = frozenset(rule.choice for rule in queues.values())
        self._profiles = {profile(rule): Pool(choices) for rule in agents.values()}
        self._profile_of = {pool: key for key, pool in self._profiles.items()}
        self._with_skill: dict[str, dict[Pool, int]] = {}
        for key, pool in self._profiles.items():
            for has in key.skills:
                self._with_skill.setdefault(has.skill, {})[pool] = has.level
        self._pool_of = {rule.id: self._profiles[profile(rule)] for rule in agents.values()}
        self._served: dict[Pool, list[Station]] = {pool: [] for pool in self._profiles.values()}
        self._kept_for: dict[AgentId, list[Station]] = {}
        self._stations: dict[Stage, Station] = {}
        self._most_stations = STATIONS
        self._standing: dict[InteractionId, Station] = {}
        self._signed_in: set[AgentId] = set()
        self._wish_of: dict[InteractionId, AgentId] = {}
        self._wished: dict[AgentId, dict[InteractionId, None]] = {}
        self._room: dict[AgentId, tuple[Slot, ...]] = {}
        self._stirred: set[Station] = set()
        self._with_room: dict[Slot, set[Pool]] = {slot: set() for slot in Slot}

    def see_work(self, work: Work, now: Seconds) -> None:
        """An interaction is new or changed, or its time for another stage has come. One whose queue has no rule waits until a configuration
        brings it."""
        rule = self._queues.get(work.queue)
        if rule is None or work.phase is not Phase.WAITING:
            self._stand(work, None)
            return
        at = stage(work, rule, now, preferred_is_here=self._is_here(work.preferred, rule))
        self._stand(work, self._station(at, rule))

    def forget_work(self, work: Work) -> None:
        """An interaction closed."""
        self._stand(work, None)

    def see_agent(self, agent: AgentState) -> tuple[InteractionId, ...]:
        """An agent changed; one without a rule is offered nothing. Returns who waits for somebody else now, as they came or went."""
        rule = self._rules.get(agent.id)
        if rule is None:
            return ()
        pool, was_here = self._pool_of[agent.id], agent.id in self._signed_in
        self._sign(pool, agent)
        slots = open_slots(agent, rule)
        pool.put(agent, slots)
        for slot, pools in self._with_room.items():
            (pools.add if pool.has(slot) else pools.discard)(pool)
        own = self._kept_for.get(agent.id, ())
        if slots != self._room.get(agent.id, ()):
            # lists and plain dicts: this is most of what a freed agent costs
            self._stirred.update([one for one in self._served[pool] if one.waiting and one.slot in slots])
            self._stirred.update([one for one in own if one.waiting and one.slot in slots])
        self._room[agent.id] = slots
        came_or_went = was_here != (agent.id in self._signed_in)
        return tuple(self._wished.get(agent.id, ())) if came_or_went else ()

    def stirred(self) -> "Round":
        """The lines that may have become servable since the last round."""
        lines, self._stirred = self._stirred, set()
        return Round(lines, self._with_room)

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
            places = self._places(station.at.preferred, station.slot) if alone else 0
            return Crowd(queue=station.rule.id, ahead=own, agents=places, rings=())
        staff = {pool: self._at_work(pool, station.slot, agents) for pool in self._profiles.values()}
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

    def _at_work(self, pool: Pool, slot: Slot, agents: Mapping[AgentId, AgentState]) -> int:
        ready = (one for one in pool.signed_in if agents[one].status is Status.READY)
        return sum(self._places(one, slot) for one in ready)

    def _places(self, agent: AgentId, slot: Slot) -> int:
        return 1 if slot is Slot.CALL else self._rules[agent].letters_at_once

    def _stand(self, work: Work, station: Station | None) -> None:
        before = self._standing.get(work.id)
        if before is not None and before is not station:
            before.line.leave(work.id)
            del self._standing[work.id]
        self._wish(work.id, None if station is None else work.preferred)
        if station is not None:
            self._standing[work.id] = station
            station.line.join(work)
            self._stirred.add(station)

    def _wish(self, interaction: InteractionId, preferred: AgentId | None) -> None:
        """Whom one who waits would rather have, wherever it stands."""
        before = self._wish_of.pop(interaction, None)
        if before is not None:
            del self._wished[before][interaction]
        if preferred is not None:
            self._wish_of[interaction] = preferred
            self._wished.setdefault(preferred, {})[interaction] = None

    def _is_here(self, preferred: AgentId | None, rule: QueueRule) -> bool:
        if preferred is None or preferred not in self._signed_in:
            return False
        serves = self._rules[preferred].queues
        return not serves or rule.id in serves

    def _station(self, at: Stage, rule: QueueRule) -> Station:
        known = self._stations.get(at)
        if known is None:
            self._drop_empty()
            known = Station(at, rule, self._pools_for(at, rule))
            self._keep(known)
        return known

    def _keep(self, station: Station) -> None:
        at = station.at
        self._stations[at] = station
        if at.preferred is not None:
            self._kept_for.setdefault(at.preferred, []).append(station)
        else:
            for pool in station.pools:
                self._served[pool].append(station)

    def _drop_empty(self) -> None:
        """A line for each wish and each person preferred would be looked at for ever: where nobody waits it is made again when it is needed."""
        if len(self._stations) < self._most_stations:
            return
        full = [station for station in self._stations.values() if station.line]
        self._stations, self._kept_for = {}, {}
        self._served = {pool: [] for pool in self._served}
        for station in full:
            self._keep(station)
        self._most_stations = max(STATIONS, 2 * len(full))

    def _pools_for(self, at: Stage, rule: QueueRule) -> dict[Pool, int]:
        if at.preferred is not None:
            pool = self._pool_of.get(at.preferred)
            return {} if pool is None else {pool: 0}
        asked = requirement(rule, at.own, at.steps)
        return {pool: _rank(rule.choice, self._profile_of[pool], asked) for pool in self._fitting(asked)}

    def _fitting(self, asked: Requirement) -> Iterator[Pool]:
        """Whoever meets it: begun with the skill that the fewest have, so that a new requirement is cheap among a thousand profiles."""
        tables = [(self._with_skill.get(need.skill, {}), need.level) for need in asked.needs]
        able: Iterable[Pool] = self._profile_of
        if tables:
            rarest, _ = min(tables, key=lambda table: len(table[0]))
            able = (pool for pool in rarest if all(table.get(pool, 0) >= level for table, level in tables))
        return (pool for pool in able if belongs(self._profile_of[pool], asked))

    def _sign(self, pool: Pool, agent: AgentState) -> None:
        if agent.status is Status.SIGNED_OUT:
            pool.signed_in.pop(agent.id, None)
            self._signed_in.discard(agent.id)
        else:
            pool.signed_in[agent.id] = None
            self._signed_in.add(agent.id)

    def passed_over(
        self, pair: Pair, chosen: AgentState, agents: Mapping[AgentId, AgentState]
    ) -> tuple[tuple[AgentId, str], ...]:
        """Who else was considered and why not, at most `PASSED_OVER_AT_MOST`; the signed-out were not considered."""
        if pair.station.at.preferred is not None:
            return ()  # nobody else was asked
        reasons: dict[AgentId, str] = {chosen.id: ""}
        for agent, reason in self._considered(pair.station, chosen, agents):
            if len(reasons) > PASSED_OVER_AT_MOST:
                break
            reasons.setdefault(agent, reason)
        del reasons[chosen.id]
        return tuple(reasons.items())

    def still_waits(
        self, station: Station, agents: Mapping[AgentId, AgentState]
    ) -> Iterator[tuple[AgentId, str]]:
        """Why each agent who is signed in has not been offered what waits here, as reason codes: those who match first. `next`: they are
        free, and others are before it."""
        if station.at.preferred is not None:
            yield from ((agent, self._why_not(agents[agent], station)) for agent in (station.at.preferred,))
            return
        for pool in station.pools:
            yield from ((agent, self._why_not(agents[agent], station)) for agent in pool.signed_in)
        yield from self._unfit(station)

    def _why_not(self, agent: AgentState, station: Station) -> str:
        return blocked(agent, self._rules[agent.id], station.slot) or "next"

    def _considered(
        self, station: Station, chosen: AgentState, agents: Mapping[AgentId, AgentState]
    ) -> Iterator[tuple[AgentId, str]]:
        choice = station.rule.choice
        its_rank, its_turn = station.pools[self._pool_of[chosen.id]], ORDERS[choice](chosen)
        with_room = self._with_room[station.slot]
        for pool, rank in station.pools.items():
            if pool in with_room:
                later = "" if rank == its_rank else _RANKED[choice]
                for entry in pool.free(station.slot, choice):
                    yield entry[2], later or behind(choice, entry, its_turn)
        for pool in station.pools:
            for agent in pool.signed_in:
                if reason := blocked(agents[agent], self._rules[agent], station.slot):
                    yield agent, reason
        yield from self._unfit(station)

    def _unfit(self, station: Station) -> Iterator[tuple[AgentId, str]]:
        for key, pool in self._profiles.items():
            if pool not in station.pools and pool.signed_in:
                reason = mismatch(key, station.asked)
                yield from ((agent, reason) for agent in pool.signed_in)


class Round:
    """One round over the stirred lines: always the longest-waiting item of all that anyone free can take."""

    def __init__(self, stations: set[Station], with_room: Mapping[Slot, Set[Pool]]) -> None:
        self._with_room = with_room
        self._heads: list[tuple[Place, InteractionId, Station]] = [
            (*first, station) for station in stations if (first := station.line.first) is not None
        ]
        heapify(self._heads)

    def next_pair(self) -> Pair | None:
        """The next pair, or None when no free agent can take what waits. The caller shows the agent's and the
        interaction's new state to the `Matching` before asking again."""
        while self._heads:
            _, interaction, station = heappop(self._heads)
            with_room = self._with_room[station.slot]
            if not with_room:
                self._drop(station.slot)
                continue
            free = station.first_free(with_room)
            if free is None:
                continue  # nobody is free for this line, and a round frees no one
            station.line.leave(interaction)
            following = station.line.first
            if following is not None:
                heappush(self._heads, (*following, station))
            return Pair(interaction=interaction, agent=free[2], station=station)
        return None

    def _drop(self, slot: Slot) -> None:
        """Nobody at all has such room any more."""
        self._heads = [head for head in self._heads if head[2].slot is not slot]
        heapify(self._heads)


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


def _rank(choice: Choice, candidate: Profile, asked: Requirement) -> int:
    match choice:
        case Choice.BEST_LEVEL:
            return -level_sum(candidate, asked)
        case Choice.FEWEST_SKILLS:
            return len(candidate.skills)
        case _:
            return 0
