"""Who can serve what, whatever they do at the moment."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.core.model import AgentRule, GroupId, QueueId, QueueRule, Seconds, Step
from routing.core.words import Need


@dataclass(frozen=True, slots=True)
class Profile:
    """Agents with equal profiles can serve the same, so that matching is computed once for all of them.

    `expired` are skills that they had: these do not count, and say why somebody is not asked any more.
    """

    skills: frozenset[Need]
    groups: frozenset[GroupId]
    queues: frozenset[QueueId]
    expired: frozenset[Need] = frozenset()


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of whoever serves an interaction: each skill at its level or better, and to belong to one of the groups (none: to any)."""

    queue: QueueId
    needs: frozenset[Need]
    groups: frozenset[GroupId]


def profile(agent: AgentRule, now: Seconds) -> Profile:
    """What matters for matching, at this moment."""
    ended = {skill for skill, at in agent.skill_ends if at <= now}
    if not ended:
        return Profile(agent.skills, agent.groups, agent.queues)
    expired = frozenset(has for has in agent.skills if has.skill in ended)
    return Profile(agent.skills - expired, agent.groups, agent.queues, expired)


def next_end(agents: Iterable[AgentRule], now: Seconds) -> Seconds | None:
    """When the next skill of any of them ends, so that their profile is another."""
    return min((at for agent in agents for _, at in agent.skill_ends if at > now), default=None)


def requirement(rule: QueueRule, own: Iterable[Need], steps: int) -> Requirement:
    """What the queue and the interaction itself ask together, less what the first `steps` steps of relaxation give up."""
    levels: dict[str, int] = {}
    for need in (*rule.needs, *own):
        levels[need.skill] = max(need.level, levels.get(need.skill, 0))
    groups = rule.groups
    for step in rule.relaxation[:steps]:
        groups = _relax(levels, groups, step)
    needs = frozenset(Need(skill=skill, level=level) for skill, level in levels.items())
    return Requirement(rule.id, needs, groups)


def _relax(levels: dict[str, int], groups: frozenset[GroupId], step: Step) -> frozenset[GroupId]:
    for need in step.lower:
        if need.skill in levels:
            levels[need.skill] = min(need.level, levels[need.skill])
    for skill in step.drop:
        levels.pop(skill, None)
    if step.anybody or not groups:
        return frozenset()
    return groups | step.groups


def mismatch(candidate: Profile, asked: Requirement) -> str:
    """Why the profile cannot serve this, as a reason code; empty when it can."""
    if not _serves(candidate, asked):
        return "queue"
    if not _is_of_group(candidate, asked):
        return "group"
    if _meets(candidate.skills, asked.needs):
        return ""
    return "skill_expired" if _meets(candidate.skills | candidate.expired, asked.needs) else "skill"


def _serves(candidate: Profile, asked: Requirement) -> bool:
    return not candidate.queues or asked.queue in candidate.queues


def _is_of_group(candidate: Profile, asked: Requirement) -> bool:
    return not asked.groups or bool(asked.groups & candidate.groups)


def _meets(skills: Iterable[Need], needs: Iterable[Need]) -> bool:
    levels = {has.skill: has.level for has in skills}
    return all(levels.get(need.skill, 0) >= need.level for need in needs)
