"""Callers who are called back instead of waiting on the line: they keep place and age, and are never put before anybody for it.

The agent is asked first and the customer called when they have answered, so that nobody is called for whom nobody is there.

    waiting --CallbackWanted--> parked, waiting (nobody on the line) --offered, accepted--> connected --Reached--> an ordinary call
                                   ^                                                                |
                                   '----- parked until the next try <----- Unreached, or the agent gave up
"""

from collections.abc import Mapping
from typing import assert_never

from routing.core import overflow
from routing.core.events import CallbackCancelled, CallbackWanted, Reached, Unreached, WorkEnded
from routing.core.facts import (
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    CallbackPutOff,
    CustomerReached,
    Finished,
)
from routing.core.model import By, Medium, Outcome, Phase, QueueId, QueueRule, Seconds
from routing.core.outgoing import GAVE_UP, unanswered
from routing.core.presence import Work
from routing.core.verdict import NOTHING, Verdict, end_offer, holder, withdrawal

CallbackEvent = CallbackWanted | CallbackCancelled | Reached | Unreached
HANGS_UP_WITHIN_S = 12.0
"""So long a caller who asked for it may still be on the line, to hear that they will be called; then their line is ended (`trunkline-hold`)."""


def judge_callback(queues: Mapping[QueueId, QueueRule], work: Work, event: CallbackEvent) -> Verdict:
    """What follows."""
    match event:
        case CallbackWanted():
            return _wanted(work, event)
        case CallbackCancelled():
            return _cancelled(work, event)
        case Reached():
            if not (work.callback and work.phase is Phase.CONNECTED):
                return NOTHING
            return Verdict((CustomerReached(interaction=work.id, agent=holder(work), at=event.at),))
        case Unreached():
            return missed(queues, work, event.reason, event.at)
        case _:
            assert_never(event)


def missed(queues: Mapping[QueueId, QueueRule], work: Work, reason: str, at: Seconds) -> Verdict:
    """An attempt without the customer: another one later, or, after the last, the end, with after-contact work to say what is to become of it."""
    if not (work.callback and work.phase is Phase.CONNECTED):
        return NOTHING
    if work.dialled:
        return unanswered(queues, work, reason, at)
    rule = queues.get(work.queue)
    agent = holder(work)
    if rule is not None and work.tried + 1 < rule.callback_tries:
        until = at + rule.callback_retry_s
        again = CallbackMissed(interaction=work.id, agent=agent, reason=reason, until=until, at=at)
        return Verdict((again,))
    wrap_up = at + rule.wrap_up_s if rule is not None and rule.wrap_up_s > 0 else None
    return Verdict((Finished(interaction=work.id, agent=agent, by=By.SYSTEM, wrap_up_until=wrap_up, at=at),))


def given_up(queues: Mapping[QueueId, QueueRule], work: Work, event: WorkEnded) -> Verdict | None:
    """The work ended while the customer was being called; None: they had been reached, or nobody was to call them."""
    return missed(queues, work, GAVE_UP, event.at) if work.callback else None


def put_off(work: Work, rule: QueueRule, now: Seconds) -> Verdict | None:
    """Nobody is called outside of the hours; None: they may be called now, or nobody knows when."""
    if not work.callback or work.phase is not Phase.WAITING:
        return None
    opens = overflow.opens_at(rule, now)
    if overflow.is_open(rule, now) or opens is None:
        return None
    return Verdict((CallbackPutOff(interaction=work.id, queue=work.queue, until=opens, at=now),))


def _wanted(work: Work, event: CallbackWanted) -> Verdict:
    """Of somebody who waits on the line; when a phone rings for them already, that agent is nearer."""
    if work.medium is not Medium.VOICE or work.callback or work.phase is not Phase.WAITING:
        return NOTHING
    until = event.at + (HANGS_UP_WITHIN_S if event.on_line else 0.0)
    return Verdict((CallbackKept(interaction=work.id, queue=work.queue, until=until, at=event.at),))


def _cancelled(work: Work, event: CallbackCancelled) -> Verdict:
    """Not while somebody calls them."""
    if not work.callback:
        return NOTHING
    dropped = CallbackDropped(interaction=work.id, queue=work.queue, at=event.at)
    match work.phase:
        case Phase.WAITING | Phase.PARKED:
            return Verdict((dropped,))
        case Phase.OFFERED:
            ended = end_offer(work, Outcome.WITHDRAWN, event.at)
            return Verdict((ended, dropped), (withdrawal(work, Outcome.WITHDRAWN),))
        case _:
            return NOTHING
