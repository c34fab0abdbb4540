"""The router's rules, read from the configuration that people keep in the database."""

import asyncio
from collections.abc import Iterable, Mapping

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import calendars, departments, queues
from crm_core.departments import Tree
from crm_core.overflow_words import Led
from crm_core.queue_words import GivenUp
from crm_core.sla.calendar import Calendar
from crm_core.store import Connection, Store
from routing.bus import Bus
from routing.core.model import (
    AgentId,
    AgentRule,
    Choice,
    GroupId,
    Medium,
    Opening,
    Overflow,
    QueueId,
    QueueRule,
    Room,
    Seconds,
    Step,
    Why,
)
from routing.core.words import Need
from routing.floor import Floor
from routing.wishes import of_territory

REREAD_EVERY_S = 30.0
"""Configuration changed by another process (`trunkline user add`) takes effect within this time."""

_DAY_S = 86_400
OPEN_AHEAD_DAYS = 40
"""So far ahead the router knows opening hours; each day it is told of one more."""

_log = Transcript("rules")
Rules = tuple[tuple[QueueRule, ...], tuple[AgentRule, ...]]


def read_rules(conn: Connection, now: Seconds) -> Rules:
    """Every queue and every agent as the router wants them. An agent's groups are their department and all above it."""
    tree, teams = departments.tree(conn), departments.of_users(conn)
    every = queues.list_queues(conn)
    by_name = {queue.name: QueueId(queue.id) for queue in every}
    hours = openings(conn, every, now)
    agents = queues.agents(conn)
    lands = frozenset(of_territory(code) for agent in agents for code in agent.territories)
    return (
        tuple(_queue(queue, tree, by_name, hours, lands) for queue in every),
        tuple(_agent(agent, tree.line(teams.get(agent.user.id))) for agent in agents),
    )


def openings(conn: Connection, every: Iterable[queues.Queue], now: Seconds) -> Mapping[str, Opening]:
    """The opening hours of these queues, by calendar."""
    used = {queue.calendar_id for queue in every if queue.calendar_id is not None}
    kept = calendars.list_calendars(conn) if used else []
    return {each.id: _opening(each.calendar, now) for each in kept if each.id in used}


def _needs(pairs: tuple[tuple[str, int], ...]) -> frozenset[Need]:
    return frozenset(Need(skill=skill, level=level) for skill, level in pairs)


def _opening(calendar: Calendar, now: Seconds) -> Opening:
    """From the day before this one (UTC) on, so that rules read twice on a day are the same."""
    first = (now // _DAY_S - 1) * _DAY_S
    days = calendar.explain(first, first + OPEN_AHEAD_DAYS * _DAY_S)
    return Opening(spans=tuple((span.start, span.end) for day in days for span in day.spans))


def _overflow(led: Led, by_name: Mapping[str, QueueId]) -> Overflow:
    queue = None if led.queue is None else by_name.get(led.queue, QueueId(led.queue))
    return Overflow(
        why=Why(led.why),
        limit=float(led.limit),
        queue=queue,
        letters=led.letters,
        voicemail=led.voicemail,
    )


def _groups(words: Iterable[str], tree: Tree) -> frozenset[GroupId]:
    """What a name has left that leads nowhere any more is a group of nobody: it does not let everybody in."""
    return frozenset(GroupId(unit) for word in words for unit in tree.called(word) or {word})


def _step(step: GivenUp, tree: Tree) -> Step:
    return Step(
        after_s=step.after_s,
        lower=_needs(step.lower),
        drop=frozenset(step.drop),
        groups=_groups(step.groups, tree),
        anybody=step.anybody,
    )


def _relaxation(queue: queues.Queue, tree: Tree, lands: frozenset[str]) -> tuple[Step, ...]:
    """In the order of their times; the territories' people are given up at theirs."""
    steps = [_step(step, tree) for step in queue.relaxation]
    if queue.territory_wait_s > 0 and lands:
        steps.append(Step(after_s=queue.territory_wait_s, drop=lands))
    return tuple(sorted(steps, key=lambda step: step.after_s))


def _queue(
    queue: queues.Queue,
    tree: Tree,
    by_name: Mapping[str, QueueId],
    hours: Mapping[str, Opening],
    lands: frozenset[str],
) -> QueueRule:
    return QueueRule(
        id=QueueId(queue.id),
        needs=_needs(queue.needs),
        groups=_groups(queue.groups, tree),
        relaxation=_relaxation(queue, tree, lands),
        choice=Choice(queue.choice),
        priority_points=queue.priority_points,
        missed_at_most=queue.missed_at_most,
        ring_s=queue.ring_s,
        wrap_up_s=queue.wrap_up_s,
        rooms=_rooms(queue),
        answer_within_s=queue.answer_within_s,
        opening=None if queue.calendar_id is None else hours.get(queue.calendar_id),
        closed=queue.closed,
        overflow=tuple(_overflow(each, by_name) for each in queue.overflow),
        callback_tries=queue.callback_tries,
        callback_retry_s=queue.callback_retry_s,
    )


def _agent(agent: queues.AgentConfig, groups: Iterable[str]) -> AgentRule:
    return AgentRule(
        id=AgentId(agent.user.id),
        skills=_needs((*agent.skills, *((of_territory(code), 1) for code in agent.territories))),
        groups=frozenset(map(GroupId, groups)),
        letters_at_once=agent.letters_at_once,
        chats_at_once=agent.chats_at_once,
        load_at_most=agent.load_at_most,
        skill_ends=frozenset(agent.skill_ends.items()),
    )


def _rooms(queue: queues.Queue) -> frozenset[Room]:
    letter_with_calls = "beside" if queue.mail_while_talking else "never"
    return frozenset(
        {
            _room(
                Medium.VOICE,
                queue.call_load,
                {Medium.EMAIL: queue.call_with_letters, Medium.CHAT: queue.call_with_chats},
            ),
            _room(
                Medium.EMAIL,
                queue.letter_load,
                {
                    Medium.EMAIL: "beside",
                    Medium.VOICE: letter_with_calls,
                    Medium.CHAT: queue.letter_with_chats,
                },
            ),
            _room(
                Medium.CHAT,
                queue.chat_load,
                {
                    Medium.CHAT: "beside",
                    Medium.VOICE: queue.chat_with_calls,
                    Medium.EMAIL: queue.chat_with_letters,
                },
            ),
        }
    )


def _room(medium: Medium, load: int, joins: Mapping[Medium, str]) -> Room:
    """`joins`: how it may be offered to who is at work on each medium, in the words of the queue's record."""
    return Room(
        medium=medium,
        load=load,
        beside=frozenset(each for each, how in joins.items() if how == "beside"),
        pauses=frozenset(each for each, how in joins.items() if how == "pauses"),
    )


class RulesWatch:
    """Has the floor work under new rules when the configuration or the departments change: on the bus topics `config` and `org_unit`, or in
    time."""

    def __init__(self, store: Store, floor: Floor, bus: Bus, clock: Clock, known: Rules) -> None:
        self._store, self._floor, self._bus, self._clock, self._known = store, floor, bus, clock, known

    async def run(self) -> None:
        """Watch until cancelled."""
        changed = asyncio.Event()
        stops = [self._bus.subscribe(topic, lambda _: changed.set()) for topic in ("config", "org_unit")]
        try:
            while True:
                await _set_or_late(changed, REREAD_EVERY_S)
                changed.clear()
                await self._look()
        finally:
            for stop in stops:
                stop()

    async def _look(self) -> None:
        try:
            now = self._clock.now()
            rules = await self._store.read(lambda conn: read_rules(conn, now))
        except Unavailable as problem:
            _log.note("!", "rules", f"not re-read: {problem}")
            return
        if rules != self._known:
            self._known = rules
            self._floor.configure(*rules)


async def _set_or_late(event: asyncio.Event, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return  # time to look anyway
