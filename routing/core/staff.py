"""Who is there: one pool of agents for each profile, and which pools can serve what."""

from collections.abc import Container, Iterable, Iterator, Mapping

from routing.core.choice import Pool
from routing.core.model import AgentId, AgentRule, Choice, GroupId, QueueId, Seconds
from routing.core.skills import Requirement, mismatch, profile


class Staff:
    """The pools by number, and for each skill and level, group and queue the numbers of those who have it: a new requirement is an
    intersection of a few sets, also among a thousand profiles."""

    def __init__(self, agents: Iterable[AgentRule], choices: frozenset[Choice], now: Seconds) -> None:
        profiles = {rule.id: profile(rule, now) for rule in agents}
        kinds = dict.fromkeys(profiles.values())
        found = {each: Pool(choices, number) for number, each in enumerate(kinds)}
        self.pools = tuple(found.values())
        self.pool_of: Mapping[AgentId, Pool] = {agent: found[each] for agent, each in profiles.items()}
        self.agents_of: Mapping[Pool, list[AgentId]] = {pool: [] for pool in self.pools}
        for agent, pool in self.pool_of.items():
            self.agents_of[pool].append(agent)
        self._profiles = tuple(found)
        self._everybody = frozenset(range(len(found)))
        self._levels: dict[str, dict[int, int]] = {}
        for number, one in enumerate(self._profiles):
            for has in one.skills:
                self._levels.setdefault(has.skill, {})[number] = has.level
        self._able: dict[tuple[str, int], frozenset[int]] = {}
        self._serving: dict[QueueId, frozenset[int]] = {}
        self._of_groups: dict[frozenset[GroupId], frozenset[int]] = {}

    def ranked(self, asked: Requirement, choice: Choice) -> dict[Pool, int]:
        """Who can serve it, each with a rank: a smaller one is asked before any larger one."""
        able = [self._with(need.skill, need.level) for need in asked.needs]
        sets = sorted((*able, self._who_serve(asked.queue), self._in(asked.groups)), key=len)
        fit = sorted(sets[0].intersection(*sets[1:]))
        match choice:
            case Choice.BEST_LEVEL:
                levels = [self._levels[need.skill] for need in asked.needs] if fit else []
                return {self.pools[one]: -sum([has[one] for has in levels]) for one in fit}
            case Choice.FEWEST_SKILLS:
                return {self.pools[one]: len(self._profiles[one].skills) for one in fit}
            case _:
                return dict.fromkeys([self.pools[one] for one in fit], 0)

    def marks(self, pools: Iterable[Pool]) -> bytes:
        """Which of all pools these are: a bit at the number of each."""
        marks = bytearray(len(self.pools) // 8 + 1)
        for pool in pools:
            marks[pool.number >> 3] |= 1 << (pool.number & 7)
        return bytes(marks)

    def unfit(self, asked: Requirement, fit: Container[Pool]) -> Iterator[tuple[Pool, str]]:
        """Each other pool in which somebody is signed in, and why it cannot serve this, as a reason code (`skills.mismatch`)."""
        serve, belong = self._who_serve(asked.queue), self._in(asked.groups)
        for number, pool in enumerate(self.pools):
            if pool.signed_in and pool not in fit:
                yield pool, "queue" if number not in serve else self._lacks(number, belong, asked)

    def _lacks(self, number: int, belong: frozenset[int], asked: Requirement) -> str:
        if number not in belong:
            return "group"
        one = self._profiles[number]
        return mismatch(one, asked) if one.expired else "skill"

    def _with(self, skill: str, level: int) -> frozenset[int]:
        known = self._able.get((skill, level))
        if known is None:
            has = self._levels.get(skill, {})
            known = frozenset(number for number, its in has.items() if its >= level)
            self._able[skill, level] = known
        return known

    def _who_serve(self, queue: QueueId) -> frozenset[int]:
        known = self._serving.get(queue)
        if known is None:
            known = frozenset(
                number for number, one in enumerate(self._profiles) if not one.queues or queue in one.queues
            )
            self._serving[queue] = known
        return known

    def _in(self, groups: frozenset[GroupId]) -> frozenset[int]:
        """Of any of these; none named: everybody."""
        if not groups:
            return self._everybody
        known = self._of_groups.get(groups)
        if known is None:
            known = frozenset(number for number, one in enumerate(self._profiles) if groups & one.groups)
            self._of_groups[groups] = known
        return known
