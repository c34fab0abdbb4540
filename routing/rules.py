"""The router's rules, read from the configuration that people keep in the database."""

from crm_core import queues
from crm_core.store import Connection
from routing.core.model import AgentId, AgentRule, Need, QueueId, QueueRule


def read_rules(conn: Connection) -> tuple[tuple[QueueRule, ...], tuple[AgentRule, ...]]:
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
        ring_s=queue.ring_s,
        wrap_up_s=queue.wrap_up_s,
        mail_while_talking=queue.mail_while_talking,
        answer_within_s=queue.answer_within_s,
    )


def _agent(agent: queues.AgentConfig) -> AgentRule:
    return AgentRule(
        id=AgentId(agent.user.id), skills=_needs(agent.skills), letters_at_once=agent.letters_at_once
    )
