"""How many agents meet what a queue asks, at first and after each step: whether anybody at all can serve it, signed in or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.core.model import AgentId, AgentRule, QueueId, QueueRule, Seconds
from routing.core.skills import Profile, mismatch, profile, requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """So many agents may be asked from so much waiting on."""

    after_s: float
    agents: int


def coverage(rule: QueueRule, agents: Iterable[AgentRule], now: Seconds) -> tuple[Reach, ...]:
    """At once, then after each step, with the skills as they are now. What an interaction asks of its own is not known here."""
    profiles = [profile(agent, now) for agent in agents]
    moments = (0.0, *(step.after_s for step in rule.relaxation))
    return tuple(
        Reach(after_s=after_s, agents=_meeting(rule, profiles, steps))
        for steps, after_s in enumerate(moments)
    )


def unreachable(queues: Iterable[QueueRule], agents: Sequence[AgentRule], now: Seconds) -> frozenset[QueueId]:
    """The queues that nobody can serve, however long something waits."""
    return frozenset(
        rule.id for rule in queues if not any(reach.agents for reach in coverage(rule, agents, now))
    )


def resting_on(
    agent: AgentId, queues: Sequence[QueueRule], agents: Sequence[AgentRule], now: Seconds
) -> frozenset[QueueId]:
    """The queues that somebody can serve, and nobody without this agent."""
    others = [each for each in agents if each.id != agent]
    return unreachable(queues, others, now) - unreachable(queues, agents, now)


def _meeting(rule: QueueRule, profiles: Iterable[Profile], steps: int) -> int:
    asked = requirement(rule, (), steps)
    return sum(not mismatch(each, asked) for each in profiles)
