"""The router's rules, read from the configuration that people keep in the database."""

import asyncio

from config.errors import Unavailable
from config.logs import Transcript
from crm_core import queues
from crm_core.store import Connection, Store
from routing.bus import Bus
from routing.core.model import AgentId, AgentRule, Choice, Need, QueueId, QueueRule, Step
from routing.floor import Floor

REREAD_EVERY_S = 30.0
"""Configuration changed by another process (`trunkline user add`) takes effect within this time."""

_log = Transcript("rules")
Rules = tuple[tuple[QueueRule, ...], tuple[AgentRule, ...]]


def read_rules(conn: Connection) -> Rules:
    """Every queue and every agent as the router wants them."""
    return (
        tuple(_queue(queue) for queue in queues.list_queues(conn)),
        tuple(_agent(agent) for agent in queues.agents(conn)),
    )


def _needs(pairs: tuple[tuple[str, int], ...]) -> frozenset[Need]:
    return frozenset(Need(skill=skill, level=level) for skill, level in pairs)


def _queue(queue: queues.Queue) -> QueueRule:
    return QueueRule(
        id=QueueId(queue.id),
        needs=_needs(queue.needs),
        relaxation=tuple(
            Step(after_s=step.after_s, lower=_needs(step.lower), drop=frozenset(step.drop))
            for step in queue.relaxation
        ),
        choice=Choice(queue.choice),
        priority_points=queue.priority_points,
        missed_at_most=queue.missed_at_most,
        ring_s=queue.ring_s,
        wrap_up_s=queue.wrap_up_s,
        mail_while_talking=queue.mail_while_talking,
        answer_within_s=queue.answer_within_s,
    )


def _agent(agent: queues.AgentConfig) -> AgentRule:
    return AgentRule(
        id=AgentId(agent.user.id), skills=_needs(agent.skills), letters_at_once=agent.letters_at_once
    )


class RulesWatch:
    """Has the floor work under new rules when the configuration changes: on the bus topic `config`, or in time."""

    def __init__(self, store: Store, floor: Floor, bus: Bus, known: Rules) -> None:
        self._store, self._floor, self._bus, self._known = store, floor, bus, known

    async def run(self) -> None:
        """Watch until cancelled."""
        changed = asyncio.Event()
        unsubscribe = self._bus.subscribe("config", lambda _: changed.set())
        try:
            while True:
                await _set_or_late(changed, REREAD_EVERY_S)
                changed.clear()
                await self._look()
        finally:
            unsubscribe()

    async def _look(self) -> None:
        try:
            rules = await self._store.read(read_rules)
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
