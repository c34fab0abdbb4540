"""Where an interaction waits as time goes by: first for somebody it would rather have, then for fewer and fewer demands.

Nothing of this is recorded: it follows from the age and the rules, so that a restart and a new configuration find everybody where they belong.
"""

from math import inf
from typing import NamedTuple

from routing.core import overflow
from routing.core.model import AgentId, Medium, QueueId, QueueRule, Seconds
from routing.core.presence import Work
from routing.core.words import Need


class Stage(NamedTuple):
    """What an interaction waits for: `preferred` alone, or whoever meets what is asked after `steps` steps of relaxation."""

    queue: QueueId
    medium: Medium
    own: frozenset[Need]
    steps: int
    preferred: AgentId | None = None


_new = tuple.__new__
"""Half as long as calling the class."""


def stage(work: Work, rule: QueueRule, now: Seconds, *, preferred_is_here: bool) -> Stage:
    """Where it waits now. Somebody preferred is waited for while they are signed in and the time for that is not over."""
    for_them = _waits_for_preferred(work, now, preferred_is_here=preferred_is_here)
    preferred = work.preferred if for_them else None
    return _new(Stage, (work.queue, work.medium, work.needs, _steps(work, rule, now), preferred))


def next_change(work: Work, rule: QueueRule, now: Seconds) -> Seconds | None:
    """When it will wait for something else, or be led somewhere else, if ever."""
    first = inf
    for step in rule.relaxation:
        at = work.enqueued_at + step.after_s
        if now < at < first:
            first = at
    if work.preferred is not None and now < work.preferred_until < first:
        first = work.preferred_until
    if rule.overflow and (waited := overflow.next_waited(work, rule, now)) is not None:
        first = min(first, waited[0])
    if work.callback and (closes := overflow.closes_at(rule, now)) is not None and now < closes < first:
        first = closes
    return None if first == inf else first


def _waits_for_preferred(work: Work, now: Seconds, *, preferred_is_here: bool) -> bool:
    return work.preferred is not None and preferred_is_here and now < work.preferred_until


def _steps(work: Work, rule: QueueRule, now: Seconds) -> int:
    steps, since = 0, work.enqueued_at
    for step in rule.relaxation:
        steps += since + step.after_s <= now
    return steps
