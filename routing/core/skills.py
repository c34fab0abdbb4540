"""Who can serve which queue, whatever they do at the moment."""

from collections.abc import Iterable

from routing.core.model import AgentRule, Need, QueueId, QueueRule

Profile = tuple[frozenset[Need], frozenset[QueueId]]
"""Agents with equal profiles can serve the same queues, so that matching is computed once for all of them."""


def profile(agent: AgentRule) -> Profile:
    """What matters for matching."""
    return agent.skills, agent.queues


def mismatch(candidate: Profile, queue: QueueRule) -> str:
    """Why the profile cannot serve the queue, as a reason code; empty when it can."""
    skills, queues = candidate
    if queues and queue.id not in queues:
        return "queue"
    return "" if _meets(skills, queue.needs) else "skill"


def _meets(skills: Iterable[Need], needs: Iterable[Need]) -> bool:
    levels = {has.skill: has.level for has in skills}
    return all(levels.get(need.skill, 0) >= need.level for need in needs)
