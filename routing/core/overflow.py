"""What becomes of whoever a queue does not serve, or not in time: led to another queue at their age, or told and let go.

Rules of the door (closed, too many, too long) are asked when somebody comes to the queue; that nobody is there, and that it is closed for an
emergency, also when that begins to be so. Rules of time are asked when it has come: whoever is being offered to an agent then is left to them,
and led on only when they come back.

Nobody is led into a queue where they have been before: rules that go in a circle send nobody round.
"""

from bisect import bisect_right
from collections.abc import Iterator

from routing.core.model import LETTERS, Medium, Opening, Overflow, QueueRule, Seconds, Why
from routing.core.presence import Work

TOLD_AND_ENDED = Overflow(why=Why.CLOSED)
"""What a closed queue does with callers where no rule says something else."""

_TOLD = frozenset({Medium.VOICE, Medium.CHAT})


def is_open(rule: QueueRule, at: Seconds) -> bool:
    """Whether the queue takes anybody in."""
    if rule.closed:
        return False
    return rule.opening is None or _within(rule.opening, at)


def opens_at(rule: QueueRule, now: Seconds) -> Seconds | None:
    """When a closed queue will open by its hours; None when that is not known, or it is closed for an emergency."""
    if rule.closed or rule.opening is None:
        return None
    return next((start for start, _ in rule.opening.spans if start > now), None)


def closes_at(rule: QueueRule, now: Seconds) -> Seconds | None:
    """When the queue will close by its hours the next time, if ever."""
    if rule.opening is None:
        return None
    return next((end for _, end in rule.opening.spans if end > now), None)


def has_rules(rule: QueueRule) -> bool:
    """Whether anybody may be led away from the queue at all."""
    return bool(rule.overflow) or rule.closed or rule.opening is not None


def may_begin(rule: QueueRule) -> bool:
    """Whether what leads people away may begin because somebody goes home."""
    return any(each.why is Why.NOBODY for each in rule.overflow)


def rules_for(work: Work, rule: QueueRule) -> Iterator[Overflow]:
    """The rules that may lead this interaction somewhere, in their order."""
    letter = work.medium in LETTERS
    mine = [each for each in rule.overflow if each.letters == letter]
    if not letter and not any(each.why is Why.CLOSED for each in mine):
        mine.insert(0, TOLD_AND_ENDED)
    for each in mine:
        if each.queue is None:
            if work.medium in _TOLD and not work.callback:  # who is not there cannot be told
                yield each
        elif each.queue != work.queue and each.queue not in work.been:
            yield each


def next_waited(work: Work, rule: QueueRule, now: Seconds) -> tuple[Seconds, Overflow] | None:
    """When the interaction will have waited too long in this queue, and what becomes of it then."""
    times = [(work.queued_at + each.limit, each) for each in rules_for(work, rule) if each.why is Why.WAITED]
    return min((one for one in times if one[0] > now), key=lambda one: one[0], default=None)


def _within(opening: Opening, at: Seconds) -> bool:
    place = bisect_right(opening.spans, (at, float("inf")))
    return place > 0 and at < opening.spans[place - 1][1]
