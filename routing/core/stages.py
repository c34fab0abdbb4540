"""Where an interaction waits as time goes by: first for somebody it would rather have, then for fewer and fewer demands.

Nothing of this is recorded: it follows from the age and the rules, so that a restart and a new configuration find everybody where they belong.
"""

from routing.core import overflow
from routing.core.model import AgentId, Medium, Need, QueueId, QueueRule, Seconds
from routing.core.presence import Work
from routing.core.record import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """What an interaction waits for: `preferred` alone, or whoever meets what is asked after `steps` steps of relaxation."""

    queue: QueueId
    medium: Medium
    own: frozenset[Need]
    steps: int
    preferred: AgentId | None = None


def stage(work: Work, rule: QueueRule, now: Seconds, *, preferred_is_here: bool) -> Stage:
    """Where it waits now. Somebody preferred is waited for while they are signed in and the time for that is not over."""
    for_them = _waits_for_preferred(work, now, preferred_is_here=preferred_is_here)
    return Stage(
        queue=work.queue,
        medium=work.medium,
        own=work.needs,
        steps=_steps(work, rule, now),
        preferred=work.preferred if for_them else None,
    )


def next_change(work: Work, rule: QueueRule, now: Seconds) -> Seconds | None:
    """When it will wait for something else, or be led somewhere else, if ever."""
    times = [work.enqueued_at + step.after_s for step in rule.relaxation]
    if rule.overflow and (waited := overflow.next_waited(work, rule, now)) is not None:
        times.append(waited[0])
    if work.callback and (closes := overflow.closes_at(rule, now)) is not None:
        times.append(closes)
    if work.preferred is not None:
        times.append(work.preferred_until)
    return min((at for at in times if at > now), default=None)


def _waits_for_preferred(work: Work, now: Seconds, *, preferred_is_here: bool) -> bool:
    return work.preferred is not None and preferred_is_here and now < work.preferred_until


def _steps(work: Work, rule: QueueRule, now: Seconds) -> int:
    return sum(work.enqueued_at + step.after_s <= now for step in rule.relaxation)
