"""The router's choice told the simple way: look at everything that waits and at everybody who is free, each time.

What the index has to agree with (tests), and what it is measured against (`bench/router.py`).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from routing.core.matching import Matching, Pair, Round
from routing.core.model import (
    USUAL_ROOMS,
    AgentId,
    AgentRule,
    Choice,
    Device,
    InteractionId,
    Medium,
    Phase,
    QueueId,
    QueueRule,
    Room,
    Seconds,
    Status,
)
from routing.core.order import SECONDS_PER_POINT
from routing.core.presence import AgentState, Work
from routing.core.router import Router

Turn = tuple[float, float, float, AgentId]


def asked(rule: QueueRule, work: Work, now: Seconds) -> tuple[Mapping[str, int], frozenset[str]]:
    """Levels by skill and groups (none: everybody) that are asked at this moment."""
    levels: dict[str, int] = {}
    for need in [*rule.needs, *work.needs]:
        levels[need.skill] = max(need.level, levels.get(need.skill, 0))
    groups = set(rule.groups)
    for step in sorted(rule.relaxation, key=lambda one: one.after_s):
        if now < work.enqueued_at + step.after_s:
            break
        lowered = {need.skill: need.level for need in step.lower}
        levels = {
            skill: min(level, lowered.get(skill, level))
            for skill, level in levels.items()
            if skill not in step.drop
        }
        groups = set() if step.anybody or not groups else groups | step.groups
    return levels, frozenset(groups)


def held(agent: AgentRule, now: Seconds) -> Mapping[str, int]:
    """The agent's levels by skill at this moment."""
    over = {skill for skill, end in agent.skill_ends if now >= end}
    return {each.skill: each.level for each in agent.skills if each.skill not in over}


@dataclass(frozen=True, slots=True)
class Sight:
    """A moment: who is who then."""

    now: Seconds
    rules: Mapping[AgentId, AgentRule]
    agents: Mapping[AgentId, AgentState]

    def waited_for(self, work: Work) -> AgentId | None:
        """The one who has it for themselves, if anybody has."""
        known = None if work.preferred is None else self.rules.get(work.preferred)
        if known is None or self.now >= work.preferred_until:
            return None
        if self.agents[known.id].status is Status.SIGNED_OUT:
            return None
        return known.id if not known.queues or work.queue in known.queues else None

    def may_serve(self, agent: AgentRule, work: Work, rule: QueueRule) -> bool:
        """Whether this is one of those for whom the interaction waits."""
        wished = self.waited_for(work)
        if wished is not None:
            return wished == agent.id
        levels, groups = asked(rule, work, self.now)
        has = held(agent, self.now)
        belongs = not groups or bool(groups & agent.groups)
        serves = not agent.queues or rule.id in agent.queues
        return serves and belongs and all(has.get(skill, 0) >= level for skill, level in levels.items())


def talks_beside(agent: AgentState, work: Work) -> bool:
    """Whether they are in the conference of a colleague."""
    return work.conference is not None and work.conference.colleague == agent.id


Held = Sequence[tuple[Medium, QueueId]]
"""What an agent is at work on."""


def takes(queues: Mapping[QueueId, QueueRule], medium: Medium, queue: QueueId) -> Room:
    """What an item takes of an agent."""
    own = queues[queue].rooms if queue in queues else frozenset()
    return {room.medium: room for room in own}.get(USUAL_ROOMS[medium].medium, USUAL_ROOMS[medium])


def fits(room: Room, agent: AgentRule, held: Held, queues: Mapping[QueueId, QueueRule]) -> bool:
    """Whether an agent who is at work on all this may be offered such an item too."""
    numbers = {Medium.VOICE: 1, Medium.EMAIL: agent.letters_at_once, Medium.CHAT: agent.chats_at_once}
    if sum(USUAL_ROOMS[medium].medium == room.medium for medium, _ in held) + 1 > numbers[room.medium]:
        return False
    load = room.load
    for kind, queue in held:
        medium = USUAL_ROOMS[kind].medium
        if medium not in room.pauses:
            if medium not in room.beside:
                return False
            load += takes(queues, medium, queue).load
    return load <= agent.load_at_most


def has_room(
    state: AgentState, agent: AgentRule, held: Held, room: Room, queues: Mapping[QueueId, QueueRule]
) -> bool:
    """Whether the agent may be offered such an item now."""
    if state.status is not Status.READY or not state.console or state.offer is not None:
        return False
    if len(state.holds) > len(held) - (state.beside is not None):
        return False  # the rest is wrapped up
    talks = any(medium is Medium.VOICE for medium, _ in held)
    phone = (
        state.device is Device.REACHABLE
        or talks
        or (room.medium is not Medium.VOICE and state.device is Device.UNREACHABLE)
    )
    return phone and fits(room, agent, held, queues)


def place(work: Work, rule: QueueRule) -> tuple[float, int]:
    """Smaller is served first."""
    points = work.priority_points + rule.priority_points
    return work.enqueued_at - points * SECONDS_PER_POINT, work.arrival


def turn(agent: AgentState, levels: Mapping[str, int], choice: Choice, wanted: Iterable[str]) -> Turn:
    """Smaller is asked first."""
    at_hand = float(len(agent.holds))
    first, second = {
        Choice.LONGEST_IDLE: (0.0, at_hand),
        Choice.BEST_LEVEL: (-float(sum(levels.get(skill, 0) for skill in wanted)), at_hand),
        Choice.FEWEST_SKILLS: (float(len(levels)), at_hand),
        Choice.LEAST_OCCUPIED: (0.0, agent.lately),
        Choice.ROUND_ROBIN: (0.0, agent.offered_at),
    }[choice]
    return first, second, agent.idle_since, agent.id


class ScanMatching(Matching):
    """The same answers without the index (which is kept, for who was passed over)."""

    def __init__(
        self, queues: Mapping[QueueId, QueueRule], agents: Mapping[AgentId, AgentRule], now: Seconds
    ) -> None:
        super().__init__(queues, agents, now)
        self.queues, self.rules = queues, agents
        takes_of = {(medium, one): takes(queues, medium, one) for medium in Medium for one in queues}
        self.rooms = list(dict.fromkeys(takes_of.values()))
        self.room_of = {key: self.rooms.index(room) for key, room in takes_of.items()}
        self.waiting: dict[InteractionId, Work] = {}
        self.connected: dict[InteractionId, Work] = {}
        self.states: dict[AgentId, AgentState] = {}
        self.now: Seconds = now

    def see_work(self, work: Work, now: Seconds) -> None:
        super().see_work(work, now)
        self.now = now
        self.waiting.pop(work.id, None)
        self.connected.pop(work.id, None)
        if work.phase is Phase.WAITING and work.queue in self.queues:
            self.waiting[work.id] = work
        if work.phase is Phase.CONNECTED:
            self.connected[work.id] = work

    def forget_work(self, interaction: InteractionId) -> None:
        super().forget_work(interaction)
        self.waiting.pop(interaction, None)
        self.connected.pop(interaction, None)

    def see_agent(self, agent: AgentState) -> Iterable[InteractionId]:
        if agent.id in self.rules:
            self.states[agent.id] = agent
        return super().see_agent(agent)

    def anyone(self, work: Work, rule: QueueRule, now: Seconds) -> bool:
        """Whoever has waited for ever has had everything given up for them."""
        sight = Sight(now, self.rules, self.states)
        if sight.waited_for(work) is not None:
            return True
        patient = work._replace(enqueued_at=-math.inf, preferred=None)
        return any(
            state.status is not Status.SIGNED_OUT and sight.may_serve(self.rules[state.id], patient, rule)
            for state in self.states.values()
        )

    def stirred(self) -> Round:
        super().stirred()
        return _ScanRound(self)


class _ScanRound(Round):
    def __init__(self, over: ScanMatching) -> None:
        super().__init__(over, (), ())
        self._scanned = over

    def next_pair(self) -> Pair | None:
        over, best = self._scanned, None
        ready = [
            (state, self._rooms(state))
            for state in over.states.values()
            if state.status is Status.READY and state.offer is None
        ]
        if not ready:
            return None
        for work in over.waiting.values():
            rule = over.queues[work.queue]
            mine = place(work, rule)
            if (best is None or mine < best[0]) and (free := self._free(work, rule, ready)):
                best = mine, work, free
        if best is None:
            return None
        _, work, free = best
        rule = over.queues[work.queue]
        wanted = asked(rule, work, over.now)[0]
        chosen = min(free, key=lambda one: turn(one, held(over.rules[one.id], over.now), rule.choice, wanted))
        station = over.standing(work.id)
        assert station is not None
        return Pair(work.id, chosen.id, station, over.free_for(station))

    def _free(
        self, work: Work, rule: QueueRule, ready: list[tuple[AgentState, frozenset[int]]]
    ) -> list[AgentState]:
        over = self._scanned
        room = over.room_of[work.medium, work.queue]
        sight = Sight(over.now, over.rules, over.states)
        return [
            state
            for state, rooms in ready
            if room in rooms and sight.may_serve(over.rules[state.id], work, rule)
        ]

    def _rooms(self, state: AgentState) -> frozenset[int]:
        over = self._scanned
        works = [over.connected.get(one) for one in state.holds]
        works += [work for work in over.connected.values() if talks_beside(state, work)]
        held = [(work.medium, work.queue) for work in works if work is not None]
        agent = over.rules[state.id]
        return frozenset(
            number
            for number, room in enumerate(over.rooms)
            if has_room(state, agent, held, room, over.queues)
        )


class ScanningRouter(Router):
    """A router that looks at everything each time."""

    matching: ClassVar[
        Callable[[Mapping[QueueId, QueueRule], Mapping[AgentId, AgentRule], Seconds], Matching]
    ] = ScanMatching
